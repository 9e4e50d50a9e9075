"""Founding applications 申报: drafted by a lead unit, consented to by the others, reviewed.

What was handed in is frozen as a version. Registration writes the alliance, its charter, officers
and members, and publishes the notice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import override

from accounts.models import Organisation, Seat, Standing
from alliance import (
    charters,
    founding_checks,
    founding_papers,
    industries,
    officers,
    reviews,
    roll,
)
from alliance.models import (
    BEING_WRITTEN,
    Alliance,
    AllianceField,
    Call,
    ConsentState,
    Founding,
    FoundingState,
    FoundingUnit,
    FoundingVersion,
    Post,
    UnitKind,
)
from core import clock, letters, once, outbox, uploads
from core.audit import Actor, canonical, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move
from core.models import Upload
from core.numbering import new_code, yearly
from publication import notices

APPLICATIONS = "GXSB"  # 公信申报
REGISTER = "GXLM"  # 公信联盟
FILES = "alliance.founding-file"
POSTS = (Post.CHAIR, Post.SECRETARY_GENERAL, Post.ACCOUNTANT, Post.CASHIER)


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin(call: Call, *, key: str, by: Seat, at: datetime) -> Founding:
    """Begin a draft for a call. Refused after its deadline, beside another one, and by staff."""
    call = lock(call)
    if by.organisation.standing != Standing.PARTICIPANT:
        raise RuleBroken("Alliances are founded by units that take part: act from such a unit.")
    once.check(key)
    _refuse_late(call)
    if Founding.objects.led_by(by.organisation).in_hand().filter(call=call).exists():
        raise RuleBroken("Your unit has an application for this call already: go on with that one.")
    founding = Founding.objects.create(
        code=new_code(), call=call, lead=by.organisation, draft_saved_at=at, created_by=by
    )
    once.spend(key, made=founding, at=at)
    return founding


@transaction.atomic(durable=True)
def save_draft(
    founding: Founding, typed: Mapping[str, Any], *, by: Actor, at: datetime
) -> Founding:
    """Keep what was typed, right or wrong: no deed, so no event. Refused once it is submitted."""
    founding = _writable(founding)
    founding.draft = {**founding.draft, **typed}
    founding.draft_saved_at = at
    founding.save(update_fields=["draft", "draft_saved_at"])
    return founding


@transaction.atomic(durable=True)
def withdraw(founding: Founding, *, by: Seat, at: datetime) -> Founding:
    """Give an application up before it is decided. Refused while it is under review, and after."""
    founding = lock(founding)
    move(founding, FoundingState.WITHDRAWN)
    record(founding, "founding.withdrawn", by=by, at=at)
    return founding


# ── the other founding units ─────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def ask(
    founding: Founding, organisation: Organisation, *, kind: UnitKind, by: Seat, at: datetime
) -> FoundingUnit:
    """Ask a unit to found the alliance. Refused to unverified units, twice, and to the lead."""
    founding = _writable(founding)
    if organisation.pk == founding.lead_id:
        raise RuleBroken("Your unit leads the alliance: it is one of its founding units anyway.")
    if not organisation.is_verified or organisation.standing != Standing.PARTICIPANT:
        raise RuleBroken("This unit is not verified on this site: ask it to register first.")
    unit = founding.units.filter(organisation=organisation).first()
    if unit is not None and unit.state != ConsentState.DECLINED:
        raise RuleBroken("%(unit)s is on the list already.", unit=organisation.name)
    if unit is not None:
        unit.delete()
    unit = FoundingUnit.objects.create(
        code=new_code(),
        founding=founding,
        organisation=organisation,
        unit_kind=kind,
        invited_at=at,
    )
    record(unit, "founding.asked", by=by, at=at, founding=founding.code, unit=organisation.code)
    letters.post(
        "alliance/founding-asked",
        to=organisation,
        at=at,
        link=unit.get_absolute_url(),
        founding=founding,
    )
    return unit


@transaction.atomic(durable=True)
def drop(unit: FoundingUnit, *, by: Seat, at: datetime) -> None:
    """Take a unit off the list again. Refused once the application is submitted."""
    _writable(unit.founding)
    unit = lock(unit)
    record(unit, "founding.dropped", by=by, at=at, unit=unit.organisation.code)
    unit.delete()


@transaction.atomic(durable=True)
def consent(unit: FoundingUnit, *, by: Seat, at: datetime) -> FoundingUnit:
    """The unit founds the alliance. Refused to anybody else than the unit itself, and twice."""
    return _answer(unit, ConsentState.CONSENTED, "", by, at)


@transaction.atomic(durable=True)
def decline(unit: FoundingUnit, *, reason: str, by: Seat, at: datetime) -> FoundingUnit:
    """The unit does not, or no longer. Refused once the application is submitted."""
    return _answer(unit, ConsentState.DECLINED, reason.strip(), by, at)


def _answer(
    unit: FoundingUnit, answer: ConsentState, reason: str, by: Seat, at: datetime
) -> FoundingUnit:
    founding = _writable(unit.founding)
    unit = lock(unit)
    if by.organisation_id != unit.organisation_id:
        raise RuleBroken("Only the unit itself answers: act from its seat.")
    move(unit, answer, reason=reason, answered_at=at, answered_by=by)
    record(unit, f"founding.{answer}", by=by, at=at, founding=founding.code, reason=reason)
    letters.post(
        "alliance/founding-answered",
        to=founding.created_by,
        at=at,
        link=founding.get_absolute_url(),
        founding=founding,
        unit=unit,
    )
    return unit


# ── submit, return, refuse ───────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def submit(founding: Founding, document: Mapping[str, Any], *, by: Seat, at: datetime) -> Founding:
    """Hand the application in, frozen as its next version.

    Refused after the call's deadline (a returned one may still be corrected), while a unit has not
    answered, where the name is taken, and where files that the call asks for are missing.
    """
    call = lock(founding.call)
    founding = lock(founding)
    if FoundingState.SUBMITTED not in founding.MOVES.get(FoundingState(founding.state), ()):
        move(founding, FoundingState.SUBMITTED)  # refuses, in its own words
    submitted_at = clock.after_lock()
    if founding.state == FoundingState.DRAFT:
        _refuse_late(call)
    if founding.units.filter(state=ConsentState.INVITED).exists():
        raise RuleBroken(
            "A unit has not answered yet: wait for its consent, or take it off the list."
        )
    name = str(document.get("name", "")).strip()
    refuse_taken(name, but=founding)
    files = document.get("files", {})
    for material in call.materials:
        if not files.get(material["key"]) and not is_in_wallet(material["key"], founding.lead):
            raise RuleBroken("A file is missing: %(file)s.", file=material["label"])
    _attach(founding, files, by)
    frozen = {**document, "units": _units_told(founding)}
    if founding.number is None:
        founding.number = yearly(APPLICATIONS, submitted_at, 4)
    move(
        founding,
        FoundingState.SUBMITTED,
        number=founding.number,
        name=name,
        submitted_by=by,
        submitted_at=submitted_at,
        state_reason="",
    )
    version = founding.versions.count() + 1
    digest = sha256(canonical(frozen).encode()).hexdigest()
    FoundingVersion.objects.create(
        founding=founding,
        version=version,
        document=frozen,
        digest=digest,
        submitted_by=by,
        submitted_at=submitted_at,
    )
    reviews.settle(founding, at=submitted_at)
    record(founding, "founding.submitted", by=by, at=at, version=version, digest=digest)
    return founding


@transaction.atomic(durable=True)
def return_(
    founding: Founding, *, reason: str, comments: Mapping[str, str], by: Seat, at: datetime
) -> Founding:
    """Send it back for correction, with comments by field. Refused with neither."""
    founding = lock(founding, state=FoundingState.SUBMITTED)
    said = {field: text for field, text in comments.items() if text.strip()}
    if not reason.strip() and not said:
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    for field, text in said.items():
        reviews.comment(founding, field=field, text=text, by=by, at=at)
    move(founding, FoundingState.RETURNED, state_reason=reason.strip())
    record(founding, "founding.returned", by=by, at=at, reason=reason.strip(), comments=said)
    _tell(founding, "alliance/founding-returned", at, comments=said)
    return founding


@transaction.atomic(durable=True)
def refuse(founding: Founding, *, reason: str, by: Seat, at: datetime) -> Founding:
    """Not register it, for good. Refused without a reason."""
    founding = lock(founding, state=FoundingState.SUBMITTED)
    if not reason.strip():
        raise RuleBroken("State the reason: the lead unit reads it.")
    move(
        founding,
        FoundingState.REFUSED,
        state_reason=reason.strip(),
        decided_by=by,
        decided_at=clock.after_lock(),
    )
    record(founding, "founding.refused", by=by, at=at, reason=reason.strip())
    _tell(founding, "alliance/founding-refused", at)
    return founding


# ── register ─────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def register(founding: Founding, *, despite: str = "", by: Seat, at: datetime) -> Alliance:
    """Put the alliance on the register, with charter, members and officers, and announce it.

    Refused where a check is not met and `despite` gives no reason, which the notice states; and
    where the name was taken meanwhile.
    """
    founding = lock(founding, state=FoundingState.SUBMITTED)
    decided_at = clock.after_lock()
    document = newest(founding).document
    refuse_taken(founding.name, but=founding)
    with override("zh-hans"):
        checks = checks_of(founding)
    despite = despite.strip()
    if not all(check.met for check in checks) and not despite:
        raise RuleBroken("A check is not met: state why the alliance is registered all the same.")
    alliance = _enter(founding, document, decided_at)
    for key in document["fields"]:
        written = document.get("field_other", "") if key == industries.OTHER else ""
        AllianceField.objects.create(alliance=alliance, key=key, written=written)
    template = charters.templates()[document["charter"]]
    wording = charters.adapted(
        template, name=alliance.name, lead=alliance.lead.name, fees=document.get("fees")
    )
    charter = charters.put(alliance, wording, by=founding.submitted_by or by, at=at)
    charters.adopt(
        charter, adopted_by="发起单位共同订立", on=day_of(decided_at), by=by, at=decided_at
    )
    members = _enrol(alliance, founding, decided_at)
    held = [
        officers.install(alliance, seat, post, by=by, at=decided_at)
        for post, seat in _named(document, founding.lead)
    ]
    move(
        founding,
        FoundingState.REGISTERED,
        alliance=alliance,
        decided_by=by,
        decided_at=decided_at,
    )
    with override("zh-hans"):
        paper = founding_papers.registration(
            alliance,
            call=founding.call,
            members=members,
            officers=held,
            checks=checks,
            despite=despite,
            charter=f"第1版，自登记之日起施行（{charter.title}）",
            fields=field_labels(document),
        )
    notice = notices.publish(
        "alliance-registration",
        about=alliance,
        title=founding_papers.registration_title(alliance),
        paper=paper,
        by=by,
        at=at,
        issuer=founding.call.regulator.name,
        facts={
            "alliance": alliance.number,
            "name": alliance.name,
            "lead": alliance.lead.name,
            "units": len(members),
        },
    )
    outbox.emit(
        record(
            alliance,
            "alliance.registered",
            by=by,
            at=at,
            public=True,
            number=alliance.number,
            title=alliance.name,
            notice=notice.number,
            despite=despite,
        )
    )
    _tell(founding, "alliance/founding-registered", at, alliance=alliance)
    for member in members[1:]:
        letters.post(
            "alliance/founding-registered",
            to=member.organisation,
            at=at,
            link=alliance.get_absolute_url(),
            founding=founding,
            alliance=alliance,
        )
    return alliance


def _enter(founding: Founding, document: Mapping[str, Any], at: datetime) -> Alliance:
    number = yearly(REGISTER, at, 3)
    return Alliance.objects.create(
        code=new_code(),
        number=number,
        slug=number.lower(),
        name=founding.name,
        short_name=str(document.get("short_name", ""))[:40],
        region=founding.call.region,
        lead=founding.lead,
        authority=founding.call.regulator.name,
        introduction=document.get("introduction", ""),
        contact_name=document.get("liaison_name", ""),
        contact_phone=document.get("liaison_phone", ""),
        contact_email=document.get("liaison_email", ""),
        address=founding.lead.address,
        registered_at=at,
    )


def _enrol(alliance: Alliance, founding: Founding, at: datetime) -> list[Any]:
    consented = founding.units.filter(state=ConsentState.CONSENTED)
    wanted = [
        (founding.lead, "chair", UnitKind.of(founding.lead)),
        *(
            (unit.organisation, "member", UnitKind(unit.unit_kind))
            for unit in consented.select_related("organisation")
        ),
    ]
    return [
        roll.enrol(alliance, unit, level=level, unit_kind=kind, on=day_of(at), founder=True)
        for unit, level, kind in wanted
    ]


def _named(document: Mapping[str, Any], lead: Organisation) -> list[tuple[Post, Seat]]:
    """The officers whom the application names, from the lead's own seats."""
    codes = document.get("officers", {})
    seats = {
        seat.code: seat
        for seat in lead.seats.filter(code__in=list(codes.values())).select_related(
            "user", "organisation"
        )
    }
    return [(post, seats[codes[post]]) for post in POSTS if codes.get(post) in seats]


# ── what others ask of an application ────────────────────────────────────────────────────────────


def newest(founding: Founding) -> FoundingVersion:
    version = founding.versions.first()
    if version is None:
        raise RuntimeError(f"founding {founding.code} was never handed in")
    return version


def checks_of(founding: Founding, name: str = "") -> Sequence[founding_checks.Check]:
    """Both papers' demands on the units that consented, and the form's on the name."""
    region = founding.call.region
    province = region.code[:2] if region else ""
    consented = founding.units.filter(state=ConsentState.CONSENTED)
    others = [
        founding_checks.Unit(unit.organisation.name, unit.unit_kind, _province(unit.organisation))
        for unit in consented.select_related("organisation__region")
    ]
    lead = founding_checks.Unit(
        founding.lead.name, UnitKind.of(founding.lead), _province(founding.lead)
    )
    taken = list(Alliance.objects.exclude(founding=founding).values_list("name", flat=True))
    return (
        *founding_checks.of_units(lead, others, province=province, figures=founding.call.figures),
        founding_checks.of_name(
            name or founding.name, region=region.name if region else "", taken=taken
        ),
    )


def field_labels(document: Mapping[str, Any]) -> list[str]:
    """The fields of industry as the form prints them, with what was written beside 其他."""
    beside = document.get("field_other", "")
    return [industries.label(key, beside) for key in document.get("fields", [])]


def refuse_taken(name: str, *, but: Founding) -> None:
    """Refuse a name that an alliance bears, or that another application has in hand."""
    if Alliance.objects.filter(name=name).exists():
        raise RuleBroken("An alliance of this name is registered: choose another name.")
    others = Founding.objects.in_hand().handed_in().exclude(pk=but.pk)
    if others.filter(name=name).exists():
        raise RuleBroken("Another application has this name: choose another name.")


def is_readable(upload: Upload, request: Any) -> bool:
    """The lead and who registers alliances read an application's files."""
    founding = Founding.objects.filter(code=upload.subject_code).first()
    seat = request.seat
    if founding is None or seat is None:
        return False
    return seat.organisation_id in (founding.lead_id, founding.call.regulator_id)


def _province(organisation: Organisation) -> str:
    return organisation.region.code[:2] if organisation.region else ""


def _units_told(founding: Founding) -> list[dict[str, str]]:
    consented = founding.units.filter(state=ConsentState.CONSENTED)
    told = [{"name": founding.lead.name, "kind": UnitKind.of(founding.lead).value}]
    return told + [
        {"name": unit.organisation.name, "kind": unit.unit_kind}
        for unit in consented.select_related("organisation")
    ]


def is_in_wallet(material: str, lead: Organisation) -> bool:
    """A licence lies in the wallet from the unit's own verification."""
    return material == "licence" and lead.certificates.current().filter(kind="licence").exists()


def _refuse_late(call: Call) -> None:
    if not call.is_open(clock.after_lock()):
        raise RuleBroken(
            "Applications for this call were taken until %(until)s.", until=call.open_until
        )


def _writable(founding: Founding) -> Founding:
    founding = lock(founding)
    if founding.state not in BEING_WRITTEN:
        raise RuleBroken(
            "This application is “%(now)s”: nothing of it can be changed.",
            now=founding.get_state_display(),
        )
    return founding


def _attach(founding: Founding, files: Mapping[str, Sequence[str]], by: Seat) -> None:
    """Bind the files to the application; a code of another's upload is a forged form."""
    codes = [code for held in files.values() for code in held]
    for upload in Upload.objects.filter(
        code__in=codes, organisation_code=by.organisation.code, subject_code=""
    ):
        uploads.attach(upload, to=founding)


def _tell(founding: Founding, kind: str, at: datetime, **facts: Any) -> None:
    to = founding.submitted_by or founding.created_by
    letters.post(kind, to=to, at=at, link=founding.get_absolute_url(), founding=founding, **facts)
