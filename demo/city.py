"""The people and units of 云江市, a fictitious city: who they are, and how they came here.

Everybody comes in by the same rules as on any site; only the accounts themselves are made here,
without passwords, since the demo's buttons sign in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils.timezone import localdate

from accounts import amendments, registration, seats
from accounts.amendments import Amended
from accounts.models import Amendment, Authority, Organisation, Rank, Seat, Standing, User
from core import clock, pdf, reference, uploads
from core.audit import Actor, Console
from core.models import Region, Upload
from core.paper import Fields, Paper, Paragraph
from marketplace import agencies
from marketplace.entry import Entry, Individual, Terms, Unit
from marketplace.entry import Paper as Certificate
from marketplace.models import QualificationCategory, ServiceItem

DATA = Path(__file__).parent / "data"
PROVINCE = "990000"
INSURANCE = "近三个月社会保险缴费证明.pdf"


@transaction.atomic(durable=True)
def load_regions() -> int:
    """The fictitious province, with codes that GB/T 2260 does not use."""
    names = reference.read(DATA / "regions.json")
    added, parent = 0, None
    for code, name in names.items():
        above = [code[:2] + "0000", code[:4] + "00"]
        parent = Region.objects.filter(code__in=above).exclude(code=code).order_by("-code").first()
        full_name = f"{parent.full_name}{name}" if parent and parent.code != PROVINCE else name
        _, is_new = Region.objects.get_or_create(
            code=code, defaults={"name": name, "full_name": full_name, "parent": parent}
        )
        added += is_new
    return added


@cache
def data() -> dict[str, Any]:
    found: dict[str, Any] = reference.read(DATA / "city.json")
    return found


@cache
def entries() -> dict[str, Any]:
    found: dict[str, Any] = reference.read(DATA / "agencies.json")
    return found


@dataclass(frozen=True)
class Person:
    """Somebody the demo's sign-in page shows."""

    key: str
    name: str
    post: str
    unit: str
    standing: str

    @property
    def email(self) -> str:
        return f"{self.key}@yunjiang.example"


def people() -> list[Person]:
    """Everybody, in the order of the sign-in page; a witness belongs to no unit."""
    found = [
        Person(one["key"], one["name"], one["post"], unit["name"], _side(unit))
        for unit in data()["organisations"]
        for one in unit["people"]
    ]
    return found + [
        Person(one["key"], one["name"], one["post"], "", "witness") for one in data()["witnesses"]
    ]


def _side(unit: dict[str, Any]) -> str:
    return unit.get("standing") or ("agency" if unit.get("agency") else "owner")


def user(key: str) -> User:
    return User.objects.get(email=f"{key}@yunjiang.example")


def seat(key: str) -> Seat:
    held = Seat.objects.select_related("user", "organisation")
    return held.get(user__email=f"{key}@yunjiang.example")


def unit(key: str) -> Organisation:
    facts = next(one for one in data()["organisations"] if one["key"] == key)
    return Organisation.objects.get(uscc=facts["uscc"])


def early() -> list[str]:
    """The units that were here before the others: for what bears a real date of years ago."""
    return [one["key"] for one in data()["organisations"] if one.get("early")]


def late() -> list[str]:
    return [one["key"] for one in data()["organisations"] if not one.get("early")]


def open_accounts(units: list[str], *, witnesses: bool = False) -> None:
    """An account for everybody there, as sign-up makes them, but with no password to guess."""
    phones = {one["key"]: one["phone"] for one in data()["witnesses"] if witnesses}
    for organisation in data()["organisations"]:
        if organisation["key"] in units:
            phones |= {one["key"]: one["phone"] for one in organisation["people"]}
    for person in people():
        if person.key not in phones:
            continue
        made = User.objects.create_user(
            person.email, None, name=person.name, phone=phones[person.key]
        )
        EmailAddress.objects.create(user=made, email=made.email, primary=True, verified=True)


def settle(units: list[str]) -> None:
    """The operator and the regulator are established; everybody else registers and is verified."""
    for facts in data()["organisations"]:
        if facts["key"] not in units:
            continue
        head, *others = facts["people"]
        if standing := facts.get("standing"):
            at = clock.now()
            registration.establish(
                details(facts), Standing(standing), user=user(head["key"]), by=Console(), at=at
            )
        else:
            licence = scan(
                "accounts.certificate",
                "营业执照.pdf" if facts["kind"] == "enterprise" else "统一社会信用代码证书.pdf",
                {"名称": facts["name"], "统一社会信用代码": facts["uscc"]},
                by=user(head["key"]),
            )
            organisation = registration.register(
                details(facts), licence=licence, by=user(head["key"]), at=clock.now()
            )
            registration.verify(organisation, by=seat("luo"), at=clock.now())
        for person in others:
            _take_in(person, head=seat(head["key"]))


def _take_in(person: dict[str, Any], *, head: Seat) -> None:
    ceiling = person.get("amount_ceiling")
    terms = seats.Terms(
        person["rank"],
        deeds=tuple(person["deeds"]),
        amount_ceiling=Decimal(ceiling) if ceiling else None,
    )
    if person["rank"] == Rank.LEGAL_REPRESENTATIVE:
        terms = seats.Terms(person["rank"])
    newcomer = user(person["key"])
    invitation = seats.invite(
        head.organisation, email=newcomer.email, terms=terms, by=head, at=clock.now()
    )
    seats.accept(invitation, by=newcomer, at=clock.now())


def details(facts: dict[str, Any]) -> registration.Details:
    head = facts["people"][0]
    return registration.Details(
        kind=facts["kind"],
        uscc=facts["uscc"],
        name=facts["name"],
        short_name=facts["short_name"],
        authority=Authority.IN_PERSON,
        legal_representative=head["name"],
        region=Region.objects.get(code=facts["region"]),
        address=facts["address"],
        contact_name=facts["people"][-1]["name"],
        contact_phone=facts["contact_phone"],
        contact_email=f"office.{facts['key']}@yunjiang.example",
    )


def ask_change(facts: dict[str, Any]) -> Amendment:
    """A unit asks that its registration be changed; nobody has decided yet."""
    by, organisation = seat(facts["by"]), unit(facts["unit"])
    licence = scan(
        "accounts.certificate",
        "营业执照（换发）.pdf",
        {"名称": facts["name"], "统一社会信用代码": organisation.uscc or ""},
        by=by,
    )
    amended = Amended(facts["name"], organisation.kind, facts["legal_representative"])
    return amendments.ask(
        organisation, amended, reason=facts["reason"], licence=licence, by=by, at=clock.now()
    )


def enter(key: str) -> None:
    """An agency enters with its services, certificates and people, and is listed."""
    facts = next(one for one in data()["organisations"] if one["key"] == key)
    by = seat(facts["people"][0]["key"])
    agency = agencies.begin(by.organisation, by=by, at=clock.now())
    entry = _entry(entries()[key], by)
    agency = agencies.submit(agency, entry, typed=by.organisation.name, by=by, at=clock.now())
    agencies.admit(agency, by=seat("luo"), at=clock.now())


def _entry(facts: dict[str, Any], by: Seat) -> Entry:
    authorised = facts["authorised"]
    insurance = scan("marketplace.entry-file", INSURANCE, {"单位": by.organisation.name}, by=by)
    return Entry(
        unit=Unit(
            introduction=facts["introduction"],
            established_on=date.fromisoformat(facts["established_on"]),
            registered_capital=_amount(facts["registered_capital"]),
            staff_count=facts["staff_count"],
            website=facts["website"],
            quality_measures=facts["quality_measures"],
            honours=facts["honours"],
            legal_representative_id=id_number(facts["legal_birth"], 17),
            authorised_name=authorised["name"],
            authorised_phone=authorised["phone"],
            authorised_id=id_number(authorised["id_birth"], 28),
        ),
        services=tuple(
            Terms(
                item=ServiceItem.objects.get(code=one["item"]),
                process=one["process"],
                time_limit_days=one["time_limit_days"],
                fee_basis=ServiceItem.objects.get(code=one["item"]).fee_basis,
                fee=one["fee"],
                conditions=one["conditions"],
            )
            for one in facts["services"]
        ),
        qualifications=tuple(_certificate(one, by) for one in facts["qualifications"]),
        practitioners=tuple(
            Individual(
                name=one["name"],
                id_number=id_number(one["birth"], place),
                title=one["title"],
                insurance=insurance,
                certificates=tuple(_certificate(paper, by) for paper in one["certificates"]),
            )
            for place, one in enumerate(facts["practitioners"], start=31)
        ),
    )


def _certificate(facts: dict[str, Any], by: Seat) -> Certificate:
    """Validity is told in days from today, so that the demo never grows old."""
    category = QualificationCategory.objects.get(code=facts["category"])
    days = facts["valid_until_days"]
    until = None if days is None else today() + timedelta(days=days)
    return Certificate(
        category=category,
        number=facts["number"],
        issued_on=(until or today()) - timedelta(days=1400),
        level=facts["level"],
        specialty=facts["specialty"],
        issuer=category.authority[:60],
        valid_until=until,
        scan=scan(
            "marketplace.qualification-scan",
            f"{category.name}.pdf",
            {"证书": category.name, "编号": facts["number"], "等级": facts["level"] or "—"},
            by=by,
        ),
    )


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def today() -> date:
    """The day on which the demo is built, whatever its clock shows."""
    return localdate()


def id_number(birth: str, place: int) -> str:
    """A fictitious 公民身份号码 with a valid check letter, in a region that does not exist."""
    body = f"990102{birth}{place:03}"
    total = sum(int(digit) * pow(2, 17 - index, 11) for index, digit in enumerate(body))
    return body + "10X98765432"[total % 11]


def scan(purpose: str, name: str, lines: dict[str, str], *, by: Actor) -> Upload:
    """A paper such as somebody would scan, plainly marked as a specimen."""
    blocks = (Paragraph("演示样张，不具有任何效力。"), Fields(tuple(lines.items())))
    paper = Paper(name.rpartition(".")[0], blocks)
    frame = pdf.Frame(number="演示", digest=paper.digest(), verify_url="", issuer="演示")
    file = SimpleUploadedFile(name, pdf.draw(paper, frame), content_type="application/pdf")
    return uploads.receive(file, purpose=purpose, by=by, at=clock.now())
