"""What a composed notice makes known as an Open Contracting release, kind by kind.

A composed notice is about a need and no procedure of ours, so all that is known is what it states.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from accounts.models import Organisation
from core.calendar import start_of
from core.models import Event
from procurement import composing, notice_kinds
from procurement.models import Composition, Need
from procurement.notice_kinds import REASON
from publication import ocds, releases
from publication.models import Notice, Relation
from publication.notices import first
from publication.release_parts import document, unit, value

# What of a release a kind fills; its tag is the first, or the second where it corrects another.
Parts = dict[str, Any]
Builder = Callable[[Composition, Notice, dict[str, Any]], Parts]


def register() -> None:
    """Called once, from `procurement.ocds`."""
    releases.listen("composition.published", announced)


def announced(event: Event) -> ocds.Release:
    made = Composition.objects.select_related("need__owner__region", "notice").get(
        code=event.subject_code
    )
    need, notice = made.need, made.notice
    assert notice is not None  # noqa: S101 (published, by constraint)
    tags, builder = SAID[made.kind]
    corrects = made.relation == Relation.CORRECTS
    parts = builder(made, notice, composing.facts_of(made))
    owner = unit(need.owner, "buyer", "procuringEntity")
    tag = parts.pop("tag", (tags[corrects],))
    return ocds.Release(
        number=_number(need),
        tag=tag,
        date=event.at,
        parties=(owner, *parts.pop("parties", ())),
        buyer=owner.reference,
        **parts,
    )


def _intended(_made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
    milestone = ocds.Milestone(
        id=first(notice).number,
        status="scheduled",
        title="预计采购时间",
        type="preProcurement",
        due_date=start_of(said["planned_on"]),
    )
    return {
        "planning": ocds.Planning(
            documents=(document(notice, "plannedProcurementNotice"),), milestones=(milestone,)
        )
    }


def _single_source(made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
    tender = ocds.Tender(
        id=_number(made.need),
        procurement_method="direct",
        procurement_method_details="单一来源",
        procurement_method_rationale=said["reason_single"],
    )
    return {
        "planning": ocds.Planning(documents=(document(notice, "procurementPlan"),)),
        "tender": tender,
    }


def _invited(method: str, details: str, until: str) -> Builder:
    """A notice that lets suppliers in: until when, with what qualifications, up to what price."""

    def invited(made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
        begins = said.get("documents_from")
        return {
            "tender": ocds.Tender(
                id=_number(made.need),
                status="active",
                title=made.need.title,
                description=said["requirement"],
                procuring_entity=unit(made.need.owner).reference,
                value=value(said.get("ceiling") or made.need.budget),
                procurement_method=method,
                procurement_method_details=details,
                main_procurement_category=made.need.kind,
                submission_method_details=said["place"],
                tender_period=ocds.Period(
                    start_of(begins) if begins else notice.published_at, said[until]
                ),
                eligibility_criteria=said["qualifications"],
                documents=(document(notice, "tenderNotice"),),
                amendments=_amendments(made, notice),
            )
        }

    return invited


def _documented(document_type: str) -> Builder:
    """A paper about the tender that changes nothing else in it."""

    def documented(made: Composition, notice: Notice, _said: dict[str, Any]) -> Parts:
        tender = ocds.Tender(
            id=_number(made.need),
            documents=(document(notice, document_type),),
            amendments=_amendments(made, notice),
        )
        return {"tender": tender}

    return documented


def _complained(made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
    judge = unit(made.issuer, "reviewBody")
    return {"parties": (judge,), **_documented("complaints")(made, notice, said)}


def _resulted(made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
    winner = _supplier(said["winner"], said["winner_address"])
    award = ocds.Award(
        id=first(notice).number,
        status="active",
        title=made.need.title,
        date=start_of(said["determined_on"]),
        value=value(said["amount"]),
        suppliers=(winner.reference,),
        documents=(document(notice, "awardNotice"),),
    )
    return {
        "parties": (winner,),
        "tender": ocds.Tender(id=_number(made.need), status="complete"),
        "awards": (award,),
    }


def _accepted(made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
    """The contract that was carried out; the award before it is the last that was announced."""
    supplier = _supplier(said["supplier"])
    award = _award_before(made.need, notice)
    contract = ocds.Contract(
        id=first(notice).number,
        award_id=award or f"{first(notice).number}-1",
        status="terminated",
        title=said["contract"],
        value=value(said["amount"]),
        implementation=ocds.Implementation(
            milestones=(
                ocds.Milestone(
                    id=f"{first(notice).number}-1",
                    status="met",
                    title="履约验收",
                    type="delivery",
                    date_met=start_of(said["accepted_on"]),
                ),
            ),
            documents=(document(notice, "completionCertificate"),),
        ),
    )
    unannounced = ocds.Award(
        id=contract.award_id,
        status="active",
        title=made.need.title,
        value=contract.value,
        suppliers=(supplier.reference,),
    )
    return {
        "parties": (supplier,),
        "awards": () if award else (unannounced,),
        "contracts": (contract,),
    }


def _terminated(made: Composition, notice: Notice, said: dict[str, Any]) -> Parts:
    """What ends with the notice that is ended: its award, or the tender."""
    ended = made.follows
    assert ended is not None  # noqa: S101 (a termination follows a notice, by `composing.begin`)
    paper = document(notice, "cancellationDetails")
    if ended.kind in ("procurement-intention", "procurement-single-source"):
        return {"tag": ("planningUpdate",), "planning": ocds.Planning(documents=(paper,))}
    if ended.kind == "procurement-acceptance":
        contract = ocds.Contract(
            id=first(ended).number,
            award_id=_award_before(made.need, ended) or f"{first(ended).number}-1",
            implementation=ocds.Implementation(documents=(paper,)),
        )
        return {"tag": ("implementationUpdate",), "contracts": (contract,)}
    if ended.kind == "procurement-result":
        award = ocds.Award(first(ended).number, "cancelled", documents=(paper,))
        return {"tag": ("awardCancellation",), "awards": (award,)}
    tender = ocds.Tender(
        id=_number(made.need),
        status="cancelled" if ended.kind in INVITING else "",
        documents=(paper,),
        amendments=(ocds.Amendment(notice.number, notice.published_at, said["reason"]),),
    )
    tag = "tenderCancellation" if ended.kind in INVITING else "tenderUpdate"
    return {"tag": (tag,), "tender": tender}


PLANNING = ("planningUpdate", "planningUpdate")
TENDER, UPDATE = ("tender", "tenderAmendment"), ("tenderUpdate", "tenderUpdate")
SAID: dict[str, tuple[tuple[str, str], Builder]] = {
    "procurement-intention": (PLANNING, _intended),
    "procurement-single-source": (PLANNING, _single_source),
    "procurement-prequalification": (
        TENDER,
        _invited("selective", "公开招标（资格预审）", "apply_until"),
    ),
    "procurement-tender": (TENDER, _invited("open", "公开招标", "close_at")),
    "procurement-negotiation": (TENDER, _invited("open", "竞争性谈判", "close_at")),
    "procurement-consultation": (TENDER, _invited("open", "竞争性磋商", "close_at")),
    "procurement-candidates": (UPDATE, _documented("evaluationReports")),
    "procurement-complaint": (UPDATE, _complained),
    "procurement-result": (("award", "awardUpdate"), _resulted),
    "procurement-acceptance": (("implementation", "implementationUpdate"), _accepted),
    notice_kinds.TERMINATION: (UPDATE, _terminated),
}
INVITING = tuple(kind for kind, (tags, _builder) in SAID.items() if tags == TENDER)


def _number(need: Need) -> str:
    assert need.number is not None  # noqa: S101 (published)
    return need.number


def _amendments(made: Composition, notice: Notice) -> tuple[ocds.Amendment, ...]:
    if made.relation != Relation.CORRECTS:
        return ()
    reason = made.typed.get(REASON.name, "")
    return (ocds.Amendment(notice.number, notice.published_at, reason),)


def _award_before(need: Need, notice: Notice) -> str:
    """The award in force when `notice` was published; empty where none was announced."""
    told = Notice.objects.filter(
        pk__in=need.compositions.filter(kind="procurement-result").values("notice"),
        published_at__lt=notice.published_at,
    )
    last = told.exclude(relation=Relation.CORRECTS).order_by("pk").last()
    if last is None or _ended_by(last, notice.published_at):
        return ""
    return last.number


def _ended_by(award: Notice, at: datetime) -> bool:
    later: Notice | None = award
    while later is not None and later.relation != Relation.WITHDRAWS:
        later = later.superseded_by
    return later is not None and later.published_at < at


def _supplier(name: str, address: str = "") -> ocds.Unit:
    """A unit that a notice names: the one of that name that is here, or nothing but the name."""
    known = Organisation.objects.select_related("region").filter(name=name).order_by("pk").first()
    if known is not None:
        return unit(known, "supplier")
    code = sha256(name.encode()).hexdigest()[:16]
    return ocds.Unit(
        f"GONGXIN-NAME-{code}",
        name,
        ("supplier",),
        address=ocds.Address(street_address=address) if address else None,
    )
