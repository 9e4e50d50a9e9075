"""Quotes of suppliers: sealed while the inquiry is open, replaced or withdrawn until its deadline.

Once opened, a quote is what it is: 政府采购法 第四十条, one quote, not changeable.
"""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import gettext

from accounts.models import Organisation, OrganisationState, Seat, Standing
from core import clock, letters, once
from core.audit import record
from core.lifecycle import RuleBroken, lock
from core.money import yuan
from core.numbering import new_code
from credit import ratings
from procurement.models import Procedure, Quote
from selection import sealing

LONGEST_OFFER = 2_000


@transaction.atomic(durable=True)
def quote(
    procedure: Procedure,
    *,
    supplier: Organisation,
    price: Decimal,
    offer: str,
    days: int,
    typed: str,
    key: str,
    by: Seat,
    at: datetime,
) -> Quote:
    """Seal the supplier's quote: price, what it offers, in how many days. One row a supplier.

    An earlier quote of its own is replaced. Refused late, to the owner and to who is barred,
    without the unit's name typed out, and twice for one `key`. Whether the price keeps within the
    ceiling is judged when the envelope is opened.
    """
    procedure = lock(procedure)  # the right to quote depends on its state
    received_at = clock.after_lock()
    once.check(key)
    _refuse_unless_open(procedure, received_at)
    if typed.strip() != supplier.name:
        raise RuleBroken("Type your unit's full name, %(name)s, to confirm.", name=supplier.name)
    if price <= 0:
        raise RuleBroken("State a price above zero.")
    if not offer.strip() or len(offer) > LONGEST_OFFER or days < 1:
        raise RuleBroken("Say what you offer, and in how many days you deliver it.")
    if reasons := why_not(procedure, supplier, received_at):
        raise RuleBroken("You cannot quote here. %(reasons)s", reasons=" ".join(reasons))
    envelope = sealing.seal(
        {
            "price": f"{yuan(price):.2f}",
            "offer": offer.strip(),
            "days": days,
            "typed": typed.strip(),
        },
        order_number=procedure.number or "",
        bidder=supplier.uscc or "",
        at=received_at,
    )
    mine = procedure.quotes.filter(supplier=supplier).first()
    replaced = mine is not None and mine.withdrawn_at is None
    if mine is None:
        mine = Quote(code=new_code(), procedure=procedure, supplier=supplier)
    mine.seat, mine.envelope, mine.received_at, mine.withdrawn_at = by, envelope, received_at, None
    mine.save()
    once.spend(key, made=mine, at=at)
    name = "quote.replaced" if replaced else "quote.received"
    record(mine, name, by=by, at=at, procedure=procedure.number, envelope=envelope.digest)
    letters.post(
        "procurement/quote-received",
        to=supplier,
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
        quote=mine,
        replaced=replaced,
    )
    return mine


@transaction.atomic(durable=True)
def withdraw(quote: Quote, *, by: Seat, at: datetime) -> Quote:
    """Take a quote back: its envelope will never be opened. Refused late, and twice."""
    procedure = lock(quote.procedure)
    withdrawn_at = clock.after_lock()
    _refuse_unless_open(procedure, withdrawn_at)
    quote = lock(quote)
    if quote.withdrawn_at is not None:
        raise RuleBroken("This quote was withdrawn already.")
    sealing.withdraw(quote.envelope, at=withdrawn_at)
    quote.withdrawn_at = withdrawn_at
    quote.save(update_fields=["withdrawn_at"])
    record(
        quote,
        "quote.withdrawn",
        by=by,
        at=at,
        procedure=procedure.number,
        envelope=quote.envelope.digest,
    )
    letters.post(
        "procurement/quote-withdrawn",
        to=quote.supplier,
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
        quote=quote,
    )
    return quote


def why_not(procedure: Procedure, supplier: Organisation, at: datetime) -> list[str]:
    """The reasons for which a unit cannot quote; none where it can."""
    if supplier.pk == procedure.owner_id:
        return [gettext("The unit is the purchaser itself.")]
    if supplier.standing != Standing.PARTICIPANT or not supplier.uscc:
        return [gettext("Only units that take part in the market quote.")]
    if supplier.state != OrganisationState.VERIFIED:
        return [gettext("The unit is not verified yet.")]
    return [
        gettext("Barred until %(until)s: %(why)s")
        % {"until": localize(localtime(bar.until)), "why": bar.title}
        for bar in ratings.bars(supplier, at)[:1]
    ]


def _refuse_unless_open(procedure: Procedure, at: datetime) -> None:
    if procedure.is_open(at):
        return
    if procedure.open_until is not None and at >= procedure.open_until:
        raise RuleBroken(
            "Quotes were let in until %(until)s: find another inquiry.", until=procedure.open_until
        )
    raise RuleBroken(
        "This inquiry is “%(now)s”: quotes are not let in.", now=procedure.get_state_display()
    )
