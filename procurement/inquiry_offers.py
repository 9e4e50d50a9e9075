"""What a seat can do about an inquiry now: verbs with their addresses, the foremost first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from contracts.models import Agreement, AgreementState
from procurement import corrections, witnessing
from procurement.inquiries import may_approve
from procurement.models import (
    ENDED,
    ArchiveState,
    CorrectionState,
    Procedure,
    ProcedureState,
    Quote,
)


@dataclass(frozen=True)
class Offer:
    """A deed with where it is done; `until` by when; `post` where the button itself does it."""

    verb: Any
    href: str
    until: datetime | None = None
    post: bool = False


def public(
    procedure: Procedure, seat: Seat | None, mine: Quote | None, at: datetime
) -> list[Offer]:
    """What the inquiry's public page offers to who looks at it."""
    return [
        *_quoting(procedure, seat, mine, at),
        *(_contract(procedure, seat) if seat else ()),
        *(_own(procedure, seat) if seat else ()),
    ]


def desk(procedure: Procedure, seat: Seat, at: datetime) -> list[Offer]:
    """What the desk's page of the inquiry offers."""
    own = seat.organisation_id == procedure.owner_id
    return [
        *(_writing(procedure, seat) if own else ()),
        *_approving(procedure, seat, at),
        *_correcting(procedure, seat, at),
        *_witnesses(procedure, seat, at),
        *(_running(procedure, seat, at) if own else ()),
        *_dice(procedure, seat),
        *_contract(procedure, seat),
        *(_afterwards(procedure, seat) if own else ()),
    ]


def _quoting(
    procedure: Procedure, seat: Seat | None, mine: Quote | None, at: datetime
) -> Iterator[Offer]:
    if not procedure.is_open(at):
        if mine is not None:
            yield Offer(_("See your receipt"), _to("quote-detail", mine.code))
        return
    until, quote = procedure.open_until, _to("inquiry-quote", procedure.number)
    if seat is None:
        yield Offer(_("Sign in to quote"), quote, until=until)
    elif seat.may(Deed.BID) and seat.organisation_id != procedure.owner_id:
        if mine is None or mine.withdrawn_at is not None:
            yield Offer(_("Quote under seal"), quote, until=until)
        else:
            yield Offer(_("See your receipt"), _to("quote-detail", mine.code))
            yield Offer(_("Replace the quote"), quote, until=until)
            yield Offer(_("Withdraw the quote"), _to("quote-withdraw", mine.code), until=until)


def _writing(procedure: Procedure, seat: Seat) -> Iterator[Offer]:
    if procedure.state in ("draft", "returned") and seat.may(Deed.RUN_PROCEDURE):
        fresh = procedure.state == ProcedureState.DRAFT
        yield Offer(
            _("Go on writing") if fresh else _("Correct the inquiry"),
            _to("inquiry-edit", procedure.code),
        )
        if fresh:
            yield Offer(_("Delete the draft"), _to("inquiry-discard", procedure.code))


def _approving(procedure: Procedure, seat: Seat, at: datetime) -> Iterator[Offer]:
    if procedure.state == ProcedureState.SUBMITTED and may_approve(procedure, seat, at):
        yield Offer(_("Publish the notice"), _to("inquiry-publish", procedure.code))
        yield Offer(_("Return for correction"), _to("inquiry-return", procedure.code))


def _correcting(procedure: Procedure, seat: Seat, at: datetime) -> Iterator[Offer]:
    """The correction under way, to whom it waits for; else, to its writers, a new one."""
    if not procedure.is_open(at):
        return
    going = procedure.corrections.exclude(state=CorrectionState.PUBLISHED).first()
    writes = seat.organisation_id == procedure.owner_id and seat.may(Deed.RUN_PROCEDURE)
    if going is None:
        if writes:
            yield Offer(
                _("Correct the notice or extend the deadline"),
                _to("correction-new", procedure.code),
                until=procedure.open_until,
            )
        return
    going.procedure = procedure
    if corrections.may_approve(going, seat, at):
        yield Offer(
            _("Approve the correction"), going.get_absolute_url(), until=procedure.open_until
        )
    elif writes:
        yield Offer(_("See the correction under way"), going.get_absolute_url())


def _witnesses(procedure: Procedure, seat: Seat, at: datetime) -> Iterator[Offer]:
    if seat.may(Deed.SUPERVISE) and witnessing.may_change(procedure, at):
        verb = _("Name or replace witnesses")
        yield Offer(verb, _to("inquiry-witnesses", procedure.code), until=procedure.open_until)


def _running(procedure: Procedure, seat: Seat, at: datetime) -> Iterator[Offer]:
    may_run = seat.may(Deed.RUN_PROCEDURE)
    if procedure.state == ProcedureState.PUBLISHED and not procedure.is_open(at) and may_run:
        yield Offer(_("Open the quotes now"), _to("inquiry-close", procedure.code), post=True)
    if procedure.state == ProcedureState.OPENED and may_run:
        until = procedure.examine_until
        yield Offer(_("Examine the quotes"), _to("inquiry-examine", procedure.code), until=until)
    if procedure.state in ("published", "opened") and seat.may(Deed.APPROVE_NEED):
        yield Offer(_("End the inquiry"), _to("inquiry-withdraw", procedure.code))


def _dice(procedure: Procedure, seat: Seat) -> Iterator[Offer]:
    if procedure.state == ProcedureState.AWAITING_DICE and seat.may(Deed.THROW_DICE):
        yield Offer(_("Throw the dice"), _to("inquiry-dice", procedure.code))


def _contract(procedure: Procedure, seat: Seat) -> Iterator[Offer]:
    if procedure.winner_id is not None:
        for agreement in (
            Agreement.objects.about(procedure).of(seat.organisation).order_by("-pk")[:1]
        ):
            unsigned = agreement.state == AgreementState.DRAWN_UP
            yield Offer(
                _("Sign the contract") if unsigned else _("See the contract"),
                agreement.get_absolute_url(),
                until=agreement.sign_until if unsigned else None,
            )


def _afterwards(procedure: Procedure, seat: Seat) -> Iterator[Offer]:
    if procedure.state == ProcedureState.COMPLETED and seat.may(Deed.EVALUATE):
        yield Offer(_("Assess the performance"), _to("inquiry-assess", procedure.code))
    asked = procedure.archives.filter(state=ArchiveState.ASKED).exists()
    if procedure.state in ENDED and seat.may(Deed.RUN_PROCEDURE) and not asked:
        yield Offer(_("Draw the archive anew"), _to("inquiry-archive", procedure.code), post=True)


def _own(procedure: Procedure, seat: Seat) -> Iterator[Offer]:
    if seat.organisation_id == procedure.owner_id:
        yield Offer(_("See it on your desk"), _to("desk-inquiry", procedure.code))


def _to(name: str, *arguments: Any) -> str:
    return reverse(f"procurement:{name}", args=arguments)
