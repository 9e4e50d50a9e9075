"""What an agreement's news add to the Open Contracting releases of what it is about.

The upper package knows the award that an agreement follows; all else is the agreement's.
"""

from django.db.models import Model

from accounts.models import Organisation
from contracts.announcements import KIND
from contracts.models import Agreement, Deliverable, DeliverableState, Side
from core.models import Event
from publication import ocds
from publication.release_parts import documents, facts, value

KINDS = {KIND: "contractNotice"}


def about(event: Event, model: type[Model]) -> Agreement | None:
    """The agreement of an event; None where it is about a row of another model."""
    subject = model._meta.label_lower
    return Agreement.objects.filter(code=event.subject_code, subject=subject).first()


def supplier(agreement: Agreement) -> Organisation:
    parties = agreement.parties.select_related("organisation__region")
    return parties.get(side=Side.AGENCY).organisation


def signed(agreement: Agreement, award: str) -> ocds.Contract:
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


def met(event: Event, agreement: Agreement, award: str) -> ocds.Contract:
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


def ended(agreement: Agreement, award: str) -> ocds.Contract:
    """Fulfilled, or ended by consent: the standard knows one word for both."""
    return ocds.Contract(id=agreement.number, award_id=award, status="terminated")
