"""A need's way through argument and inquiry, as most tests want it, each step by its rule."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from accounts.models import Seat
from contracts import agreements, deliveries
from contracts.models import Agreement
from core import clock, outbox
from core.calendar import end_of
from core.models import Region
from core.numbering import new_code
from credit.models import Scheme
from procurement import (
    arguments,
    comments,
    corrections,
    inquiries,
    opening,
    opinions,
    performance,
    quotes,
)
from procurement.document import Document, Paragraph, Section
from procurement.forms.corrections import typed_of
from procurement.inquiry_terms import Amendable, Terms
from procurement.models import (
    Argument,
    Correction,
    Expert,
    Need,
    NeedVersion,
    Procedure,
    Quote,
)
from procurement.opinions import Answer, Person
from selection.models import Witness
from selection.naming import Witnessing
from tests.cast import Cast, seated
from tests.contracts.drawing import upload
from tests.factories import UserFactory

DICE = "31415926535897932384"
OUTSIDE = {
    "form": "outside",
    "method": "inquiry",
    "open_methods": ["inquiry", "own"],
    "reasons": [{"text": "不足分散采购限额标准。", "source": "《政府采购法》第二条"}],
}
DISPERSED = {
    "form": "dispersed",
    "method": "inquiry",
    "open_methods": ["inquiry"],
    "reasons": [{"text": "达到分散采购限额标准。", "source": "《政府采购法》第二条"}],
}


def need(cast: Cast, *, state: str = "published", **changes) -> Need:
    """A published need with its first version: rows, since its own rules are tested elsewhere."""
    now = clock.now()
    facts = {
        "code": new_code(),
        "number": f"GXXQ-2026-{Need.objects.count() + 90001}",
        "owner": cast.owner.organisation,
        "title": "政务服务大厅自助终端采购项目",
        "kind": "goods",
        "region": Region.objects.get(code="360702"),
        "budget": Decimal("200000.00"),
        "budget_year": 2026,
        "funding": "财政预算资金",
        "form": "outside",
        "method": "inquiry",
        "proposal": OUTSIDE,
        "contact": "冯女士",
        "contact_phone": "0000-8632512",
        "draft_saved_at": now,
        "created_by": cast.owner,
        "submitted_by": cast.owner,
        "submitted_at": now,
        "published_by": cast.approver,
        "published_at": now,
        "state": state,
    }
    if state == "settled":
        facts["settled_at"] = now
    row = Need.objects.create(**facts | changes)
    content = Document((Section("content", "采购内容", (Paragraph("自助终端 10 台。"),)),))
    NeedVersion.objects.create(
        code=new_code(),
        need=row,
        version=1,
        document=content.to_json(),
        facts={
            "title": row.title,
            "region": row.region.code,
            "method": row.method,
            "budget": str(row.budget),
        },
        digest=content.digest(),
        notice="GXCG-2026-99999",
        published_by=cast.approver,
        published_at=now,
    )
    return row


# ── arguments ────────────────────────────────────────────────────────────────────────────────────


def period() -> arguments.Terms:
    """From tomorrow for some ten days."""
    opens = end_of(clock.now().date()) + timedelta(hours=9)
    return arguments.Terms(
        opens_at=opens,
        closes_at=opens + timedelta(days=10, hours=3),
        procurement_method="公开招标",
        agency_name="云江市政府采购中心",
        agency_contact="余先生 0000-8631111",
        contact_name="冯女士",
        contact_phone="0000-8632512",
        finding="采购需求完整、明确，符合有关规定，同意。",
    )


def drafted(cast: Cast, row: Need | None = None) -> Argument:
    begun = arguments.begin(row or need(cast), key=new_code(), by=cast.owner, at=clock.now())
    return arguments.prepare(begun, period(), by=cast.owner, at=clock.now())


def expert(argument: Argument, cast: Cast, place: int = 1, **changes) -> Expert:
    given = Person(
        name=f"专家{place}", unit=f"云江大学第{place}学院", title="教授", is_head=place == 1
    )
    person = replace(given, **changes)
    return opinions.name_expert(argument, person, by=cast.owner, at=clock.now())


def answers(argument: Argument, verdict: str = "agree", text: str = "符合规定。") -> list[Answer]:
    return [Answer(topic["key"], verdict, text) for topic in argument.topics]


def entered(one: Expert, cast: Cast):
    """The user who entered by the expert's link."""
    token = opinions.invite(one, by=cast.owner, at=clock.now())
    user = UserFactory(name=one.name)
    opinions.enter(one.argument, token, by=user, at=clock.now())
    one.refresh_from_db()
    return user


def signed(one: Expert, user, said: list[Answer] | None = None, **changes):
    said = said or answers(one.argument)
    form = opinions.opinion_form(one, said, "")
    given = {
        "remark": "",
        "typed": one.name,
        "digest": form.digest(),
        "by": user,
        "at": clock.now(),
    }
    return opinions.sign(one, said, **given | changes)


def ready(cast: Cast, row: Need | None = None) -> Argument:
    """Three experts have signed."""
    argument = drafted(cast, row)
    for place in (1, 2, 3):
        one = expert(argument, cast, place)
        signed(one, entered(one, cast))
    return argument


def argued(cast: Cast, row: Need | None = None) -> Argument:
    """Published."""
    return arguments.publish(ready(cast, row), by=cast.approver, at=clock.now())


def comment(argument: Argument, by, **changes):
    given = {
        "topic": "standards",
        "text": "建议明确终端的防护等级。",
        "contact": "13912340721",
        "key": new_code(),
        "by": by,
        "at": clock.now(),
    }
    return comments.comment(argument, **given | changes)


# ── inquiries ────────────────────────────────────────────────────────────────────────────────────


def terms(**changes) -> Terms:
    """Open for some ten days, up to the ceiling of 180,000 yuan."""
    last_day = end_of(clock.now().date() + timedelta(days=10)) - timedelta(hours=7)
    given = Terms(
        content="自助终端 10 台，含安装调试。",
        qualifications="具有独立承担民事责任的能力，有履行合同所必需的设备和专业技术能力。",
        ceiling=Decimal("180000.00"),
        delivery_days=30,
        delivery_place="云江市政务服务大厅",
        acceptance="按采购需求逐台通电测试。",
        payment="验收合格后 30 日内一次付清。",
        open_until=last_day,
        choose_at=last_day + timedelta(hours=16),
        witnesses=(Witnessing("周建国", "13800000001"),),
        contact_name="冯女士",
        contact_phone="0000-8632512",
        complaint_phone="0000-8632000",
    )
    return replace(given, **changes)


def draft(cast: Cast, row: Need | None = None) -> Procedure:
    row = row or need(cast, state="settled")
    return inquiries.begin(row, key=new_code(), by=cast.owner, at=clock.now())


def submitted(cast: Cast, given: Terms | None = None, row: Need | None = None) -> Procedure:
    return inquiries.submit(draft(cast, row), given or terms(), by=cast.owner, at=clock.now())


def published(cast: Cast, given: Terms | None = None, row: Need | None = None) -> Procedure:
    return inquiries.publish(submitted(cast, given, row), by=cast.approver, at=clock.now())


def correction(procedure: Procedure, by: Seat) -> Correction:
    """A draft over the terms as they stand."""
    typed = typed_of(procedure)
    return corrections.begin(procedure, typed, key=new_code(), by=by, at=clock.now())


def amended(procedure: Procedure, **changes) -> Amendable:
    """The terms, of which some read otherwise."""
    return replace(corrections.terms_of(procedure), **changes)


def proposed(cast: Cast, procedure: Procedure, **changes) -> Correction:
    """Submitted; quotes are let in five days longer, unless told otherwise."""
    longer = timedelta(days=5)
    given = changes or {
        "open_until": procedure.open_until + longer,
        "choose_at": procedure.choose_at + longer,
    }
    return corrections.submit(
        correction(procedure, cast.owner),
        amended(procedure, **given),
        "供应商来电询问，技术参数表述不清",
        by=cast.owner,
        at=clock.now(),
    )


def corrected(cast: Cast, procedure: Procedure, **changes) -> Procedure:
    """Corrected in public."""
    row = proposed(cast, procedure, **changes)
    corrections.publish(row, by=cast.approver, at=clock.now())
    procedure.refresh_from_db()
    return procedure


def quote(procedure: Procedure, seat: Seat, price: str = "150000.00", **changes) -> Quote:
    given = {
        "supplier": seat.organisation,
        "price": Decimal(price),
        "offer": "某牌 Z-10 型自助终端 10 台",
        "days": 20,
        "typed": seat.organisation.name,
        "key": new_code(),
        "by": seat,
        "at": clock.now(),
    }
    return quotes.quote(procedure, **given | changes)


def third() -> Seat:
    return seated("third")


def until(later, instant) -> None:
    """Let time pass until just after an instant."""
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def opened(cast: Cast, later, *prices: str, **changes) -> Procedure:
    """Closed at its deadline with these prices, of the agency first."""
    procedure = published(cast, terms(**changes))
    for seat, price in zip((cast.agency, cast.rival, third()), prices, strict=False):
        quote(procedure, seat, price)
    until(later, procedure.open_until)
    return opening.close(procedure, by=cast.owner, at=clock.now())


def examine(procedure: Procedure, by: Seat, **invalid: str) -> Procedure:
    """Every quote valid but those named by their supplier: `examine(p, by, Rival="…")`."""
    standing = procedure.quotes.standing().select_related("supplier")
    verdicts = {one.code: invalid.get(one.supplier.name, "") for one in standing}
    return opening.examine(procedure, verdicts, by=by, at=clock.now())


def witness(procedure: Procedure, by: Seat):
    """The user who entered as the first witness by the owner's link."""
    row = Witness.objects.filter(draw__number=procedure.number).order_by("pk")[0]
    token = opening.invite(procedure, row, by=by, at=clock.now())
    user = UserFactory(name=row.name)
    opening.enter(procedure, token, by=user, at=clock.now())
    return user


def contracted(procedure: Procedure, cast: Cast, winner: Seat) -> Agreement:
    agreement = Agreement.objects.about(procedure).order_by("-pk")[0]
    for seat in (cast.approver, winner):
        agreements.sign(
            agreement, typed="同意签署", digest=agreement.digest, by=seat, at=clock.now()
        )
    carry_news()
    return agreement


def completed(procedure: Procedure, cast: Cast, winner: Seat) -> Procedure:
    """Signed, delivered, accepted."""
    agreement = contracted(procedure, cast, winner)
    handed = deliveries.hand_in(
        agreement.milestones.get(),
        note="全部货物",
        uploads=[upload(winner)],
        by=winner,
        at=clock.now(),
    )
    deliveries.accept(handed, opinion="", by=cast.owner, at=clock.now())
    carry_news()
    procedure.refresh_from_db()
    return procedure


def assess(procedure: Procedure, by: Seat, mark: int = 92):
    scheme = Scheme.objects.in_force(clock.now().date()).rules
    marks = dict.fromkeys((one.code for one in scheme.dimensions), mark)
    return performance.assess(procedure, marks=marks, remark="", by=by, at=clock.now())


def carry_news() -> None:
    while outbox.run_once(at=clock.now()):
        pass
