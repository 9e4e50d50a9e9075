"""What a deed about a need or its public argument makes known as an Open Contracting release.

A need and the procedure that buys it are one process, numbered as the need. Where a procedure came
to nothing and another follows, that one is a process of its own, which names the one before.
Each release says only what its own deed decided, from rows that no later deed changes.
"""

from decimal import Decimal

from core.models import Event
from procurement import inquiry_ocds, notice_ocds
from procurement.models import Argument, Need
from procurement.proposals import METHODS
from publication import ocds, releases
from publication.release_parts import documents, facts, unit

KINDS = {
    "need-notice": "needsAssessment",
    "need-withdrawal": "cancellationDetails",
    "argument-notice": "hearingNotice",
    "argument-opinions": "feasibilityStudy",
    "argument-result": "clarifications",
    "argument-withdrawal": "cancellationDetails",
}
# The standard's four methods: who may take part. What the unit's own rules say, they do not tell.
PROCUREMENT_METHODS = {
    "open-tender": "open",
    "inquiry": "open",
    "consultation": "open",
    "negotiation": "open",
    "invited-tender": "selective",
}


def register() -> None:
    """Called once, from `apps.py`."""
    for name, builder in {
        "need.published": planned,
        "need.corrected": planned,
        "need.withdrawn": given_up,
        "argument.published": argued,
        "argument.withdrawn": argued_no_more,
        "argument.closed": concluded,
    }.items():
        releases.listen(name, builder)
    inquiry_ocds.register()
    notice_ocds.register()


def planned(event: Event) -> ocds.Release:
    """A version of the need: what is wanted, for how much, and how it is meant to be bought."""
    need = _need(event)
    version = need.versions.get(version=facts(event)["version"])
    said, owner = version.facts, unit(need.owner, "buyer", "procuringEntity")
    budget = ocds.Value(Decimal(said["budget"]))
    item = ocds.Item(said["item"] or said["kind"], said["item_name"] or said["title"])
    return ocds.Release(
        number=_number(need),
        tag=("planning",) if version.version == 1 else ("planningUpdate",),
        date=event.at,
        parties=(owner,),
        buyer=owner.reference,
        planning=ocds.Planning(
            rationale=version.reason,
            budget=ocds.Budget(said["funding"], budget, said["title"]),
            documents=documents(need, KINDS, number=version.notice),
        ),
        tender=ocds.Tender(
            id=_number(need),
            status="planned" if version.version == 1 else "",
            title=said["title"],
            procuring_entity=owner.reference,
            items=(item,),
            value=budget,
            procurement_method=PROCUREMENT_METHODS.get(said["method"], ""),
            procurement_method_details=METHODS.get(said["method"], ""),
            procurement_method_rationale=said["departure"],
            main_procurement_category=said["kind"],
        ),
    )


def given_up(event: Event) -> ocds.Release:
    """The owner ended the need: nothing is bought."""
    need, said = _need(event), facts(event)
    return ocds.Release(
        number=_number(need),
        tag=("planningUpdate", "tenderCancellation"),
        date=event.at,
        tender=ocds.Tender(
            id=_number(need),
            status="cancelled",
            documents=documents(need, KINDS, number=said["notice"]),
            amendments=(ocds.Amendment(said["notice"], event.at, said["reason"]),),
        ),
    )


def argued(event: Event) -> ocds.Release:
    """A public argument: until when comments are let in, and what the experts say."""
    argument = _argument(event)
    return _engaged(
        argument,
        event,
        ocds.Milestone(
            id=_numbered(argument),
            status="scheduled",
            title="采购需求论证公示：公开征求意见",
            type="engagement",
            description="；".join(topic["text"] for topic in argument.topics),
            due_date=argument.closes_at,
        ),
        "argument-notice",
        "argument-opinions",
    )


def argued_no_more(event: Event) -> ocds.Release:
    argument = _argument(event)
    milestone = ocds.Milestone(id=_numbered(argument), status="notMet")
    return _engaged(argument, event, milestone, "argument-withdrawal")


def concluded(event: Event) -> ocds.Release:
    """Every comment is answered, and the result published."""
    argument = _argument(event)
    milestone = ocds.Milestone(id=_numbered(argument), status="met", date_met=argument.closes_at)
    return _engaged(argument, event, milestone, "argument-result")


def _engaged(
    argument: Argument, event: Event, milestone: ocds.Milestone, *kinds: str
) -> ocds.Release:
    return ocds.Release(
        number=_number(argument.need),
        tag=("planningUpdate",),
        date=event.at,
        planning=ocds.Planning(
            documents=documents(argument, KINDS, kind__in=kinds), milestones=(milestone,)
        ),
    )


def _need(event: Event) -> Need:
    return Need.objects.select_related("owner__region").get(code=event.subject_code)


def _argument(event: Event) -> Argument:
    return Argument.objects.select_related("need").get(code=event.subject_code)


def _number(need: Need) -> str:
    assert need.number is not None  # noqa: S101 (published)
    return need.number


def _numbered(argument: Argument) -> str:
    assert argument.number is not None  # noqa: S101 (published)
    return argument.number
