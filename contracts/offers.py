"""What a seat can do about an agreement now: verbs with their addresses, the foremost first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat
from contracts.models import (
    Agreement,
    AgreementState,
    ChangeKind,
    ChangeState,
    DeliverableState,
    Side,
)


@dataclass(frozen=True)
class Offer:
    """A deed with where it is done; `hint` says about what, `until` by when.

    `presses`: others wait for it, so it may be the page's one main button.
    """

    verb: Any
    href: str
    hint: Any = ""
    until: datetime | None = None
    presses: bool = True


def offers(agreement: Agreement, seat: Seat, at: datetime) -> list[Offer]:
    """In the order in which they press. Wants parties, milestones, deliverables and changes."""
    party = agreement.side_of(seat.organisation)
    if party is None:
        return []
    if agreement.state == AgreementState.DRAWN_UP:
        signable = party.signed_at is None and agreement.is_signable(at)
        return list(_signing(agreement)) if signable and seat.may(Deed.SIGN) else []
    if agreement.is_joint or agreement.state != AgreementState.CONCLUDED:
        return []
    side = Side(party.side)
    return [
        *_answers(agreement, seat, side),
        *_deliveries(agreement, seat, side, at),
        *_requests(agreement, seat, side),
    ]


def _signing(agreement: Agreement) -> Iterator[Offer]:
    until = agreement.sign_until
    yield Offer(_("Sign the contract"), _to("agreement-sign", agreement.number), until=until)
    yield Offer(_("Decline to sign"), _to("agreement-decline", agreement.number), until=until)


def _answers(agreement: Agreement, seat: Seat, side: Side) -> Iterator[Offer]:
    for change in agreement.changes.all():
        if change.state != ChangeState.ASKED:
            continue
        deed = Deed.ACCEPT if change.kind == ChangeKind.EXTENSION else Deed.SIGN
        if change.side != side and seat.may(deed):
            hint = change.milestone or change.get_kind_display()
            yield Offer(_("Grant the request"), _to("change-grant", change.code), hint)
            yield Offer(_("Refuse the request"), _to("change-refuse", change.code), hint)


def _deliveries(agreement: Agreement, seat: Seat, side: Side, at: datetime) -> Iterator[Offer]:
    for milestone in agreement.milestones.all():
        last = milestone.last_deliverable
        waits = last is not None and last.state == DeliverableState.HANDED_IN
        if side == Side.OWNER:
            if last is not None and waits and seat.may(Deed.ACCEPT):
                href, until = _to("deliverable-detail", last.code), last.accept_until
                yield Offer(_("Accept or return"), href, milestone, until)
        elif seat.may(Deed.DELIVER) and (last is None or last.state == DeliverableState.RETURNED):
            number, due = milestone.number, milestone.due_at
            yield Offer(_("Hand in"), _to("milestone-hand-in", number), milestone, due)
            is_asked = any(
                one.milestone_id == milestone.pk and one.state == ChangeState.ASKED
                for one in agreement.changes.all()
            )
            if due is not None and at < due and not is_asked:
                verb = _("Ask for a later date")
                yield Offer(verb, _to("milestone-extend", number), milestone, due)


def _requests(agreement: Agreement, seat: Seat, side: Side) -> Iterator[Offer]:
    asked = [one for one in agreement.changes.all() if one.state == ChangeState.ASKED]
    for change in asked:
        if change.side == side and (seat.may(Deed.SIGN) or seat.may(Deed.DELIVER)):
            verb, hint = _("Withdraw the request"), change.get_kind_display()
            yield Offer(verb, _to("change-withdraw", change.code), hint, presses=False)
    if seat.may(Deed.SIGN) and all(one.kind != ChangeKind.TERMINATION for one in asked):
        verb, href = _("Propose to end the contract"), _to("agreement-terminate", agreement.number)
        yield Offer(verb, href, presses=False)


def _to(name: str, argument: str) -> str:
    return reverse(f"contracts:{name}", args=[argument])
