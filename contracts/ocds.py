"""What an agreement's news add to the Open Contracting releases of what it is about.

The upper package knows the award that an agreement follows; all else is the agreement's.
"""

from collections.abc import Callable
from functools import partial

from django.db.models import Model

from accounts.models import Organisation
from contracts.announcements import KIND
from contracts.models import Agreement, Deliverable, DeliverableState, Side
from core.models import Event
from publication import ocds, releases
from publication.release_parts import documents, facts, unit, value

KINDS = {KIND: "contractNotice"}

# The process that an agreement belongs to, and the award that led to it.
Follows = Callable[[Agreement], tuple[str, str]]


def listen(model: type[Model], follows: Follows) -> None:
    """Release the news of every agreement about a row of `model`."""
    for name, tell in {
        "agreement.concluded": _concluded,
        "delivery.accepted": _accepted,
        "agreement.fulfilled": _ended,
        "agreement.terminated": _ended,
    }.items():
        releases.listen(name, partial(_told, tell, model, follows))


def supplier(agreement: Agreement) -> Organisation:
    parties = agreement.parties.select_related("organisation__region")
    return parties.get(side=Side.AGENCY).organisation


def _signed(agreement: Agreement, award: str) -> ocds.Contract:
    """The contract with its stages, as both sides signed it."""
    stages = list(agreement.milestones.all())
    assert agreement.concluded_at is not None  # noqa: S101 (concluded)
    return ocds.Contract(
        id=agreement.number,
        award_id=award,
        status="active",
        title=agreement.title,
        value=value(agreement.amount),
        date_signed=agreement.concluded_at,
        period=ocds.Period(
            agreement.concluded_at, max((one.due_at for one in stages if one.due_at), default=None)
        ),
        documents=documents(agreement.subject_row(), KINDS, facts__number=agreement.number),
        implementation=ocds.Implementation(
            tuple(
                ocds.Milestone(
                    id=one.number,
                    status="scheduled",
                    title=one.title,
                    type="delivery",
                    due_date=one.due_at,
                )
                for one in stages
            )
        ),
    )


def _met(event: Event, agreement: Agreement, award: str) -> ocds.Contract:
    """A milestone is met, on the day its deliverable was handed in."""
    done = Deliverable.objects.select_related("milestone__agreement").get(
        milestone__agreement=agreement,
        milestone__place=facts(event)["milestone"],
        state=DeliverableState.ACCEPTED,
    )
    milestone = ocds.Milestone(id=done.milestone.number, status="met", date_met=done.handed_in_at)
    return ocds.Contract(
        id=agreement.number,
        award_id=award,
        implementation=ocds.Implementation((milestone,)),
    )


Tell = Callable[[Event, Agreement, str, str], ocds.Release]


def _told(tell: Tell, model: type[Model], follows: Follows, event: Event) -> ocds.Release | None:
    """The release of an event; None where its agreement is about a row of another model."""
    subject = model._meta.label_lower
    agreement = Agreement.objects.filter(code=event.subject_code, subject=subject).first()
    return None if agreement is None else tell(event, agreement, *follows(agreement))


def _concluded(event: Event, agreement: Agreement, process: str, award: str) -> ocds.Release:
    """The contract with its stages."""
    return ocds.Release(
        number=process,
        tag=("contract",),
        date=event.at,
        parties=(unit(supplier(agreement), "tenderer", "supplier"),),
        contracts=(_signed(agreement, award),),
    )


def _accepted(event: Event, agreement: Agreement, process: str, award: str) -> ocds.Release:
    """A milestone is met."""
    return ocds.Release(
        number=process,
        tag=("implementation",),
        date=event.at,
        contracts=(_met(event, agreement, award),),
    )


def _ended(event: Event, agreement: Agreement, process: str, award: str) -> ocds.Release:
    """Fulfilled, or ended by consent: the standard knows one word for both."""
    contract = ocds.Contract(id=agreement.number, award_id=award, status="terminated")
    return ocds.Release(
        number=process, tag=("contractTermination",), date=event.at, contracts=(contract,)
    )
