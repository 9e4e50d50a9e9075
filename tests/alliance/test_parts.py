"""Whatever is booked for a fee, in any order: its rest, receipts and books tell one sum."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.db import transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from alliance import fees, ledger
from alliance.models import Due, LedgerEntry, Receipt
from alliance.models.fees import DueState, EntryState
from core import clock
from core.audit import Clock
from core.calendar import day_of
from core.lifecycle import RuleBroken
from tests.alliance.councils import Council, voucher
from tests.witness import witnessed

AMOUNT = Decimal(6000)


def enter(due, council, amount):
    movement = ledger.Movement(
        "income", "", amount, day_of(clock.now()), "云江水务", "会费", due=due
    )
    scan = council.vouchers.pop()
    ledger.enter(council.alliance, movement, voucher=scan, by=council.accountant, at=clock.now())


def waiting(place):
    found = list(LedgerEntry.objects.filter(state=EntryState.ENTERED).order_by("pk"))
    if not found:
        raise RuleBroken("Nothing waits.")
    return found[place % len(found)]


def confirm(due, council, place):
    ledger.confirm(waiting(place), by=council.cashier, at=clock.now())


def refuse(due, council, place):
    ledger.refuse(waiting(place), reason="与回单不符", by=council.cashier, at=clock.now())


def reverse(due, council, place):
    counted = list(LedgerEntry.objects.counted().order_by("pk"))
    if not counted:
        raise RuleBroken("Nothing is booked.")
    entry = counted[place % len(counted)]
    ledger.reverse(entry, reason="银行退汇", by=council.accountant, at=clock.now())


def waive(due, council, place):
    """As the council would, whose votes are told elsewhere."""
    fees.ask_waiver(due, reason="受灾停产", by=council.accountant, at=clock.now())
    motion = SimpleNamespace(subject=Due._meta.label_lower, subject_code=due.code, code="m")
    with transaction.atomic():
        fees.decide(motion, SimpleNamespace(carried=True), by=Clock(), at=clock.now())


DEEDS = {"confirm": confirm, "refuse": refuse, "reverse": reverse, "waive": waive}
STEPS = st.one_of(
    st.tuples(st.just("enter"), st.decimals("0.01", "3500", places=2)),
    st.tuples(st.just("enter"), st.sampled_from([Decimal(2000), AMOUNT])),
    st.tuples(st.just("confirm"), st.integers(0, 3)),
    st.tuples(st.sampled_from(list(DEEDS)), st.integers(0, 3)),
)


class Walk(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(STEPS, max_size=12))
    def test_no_walk_pays_more_than_is_owed_or_loses_a_fen(self, walk):
        council = Council.of(1)
        start = day_of(clock.now()).replace(month=1, day=1)
        council.alliance.members.update(joined_on=start)
        (due,) = fees.raise_(
            council.alliance,
            period_from=start,
            period_until=start.replace(year=start.year + 1),
            due_on=day_of(clock.now()) + timedelta(days=30),
            expected=Decimal(12000),
            by=council.accountant,
            at=clock.now(),
        )
        Due.objects.filter(pk=due.pk).update(amount=AMOUNT, rest=AMOUNT)
        council.vouchers = [voucher(council.accountant) for _ in walk]
        forgiven = Decimal(0)
        for deed, how in walk:
            due.refresh_from_db()
            rest = due.rest
            with witnessed() as database:
                try:
                    (enter if deed == "enter" else DEEDS[deed])(due, council, how)
                except RuleBroken:
                    assert database.is_as_it_was()
                else:
                    forgiven += rest if deed == "waive" else Decimal(0)
            due.refresh_from_db()
            self.check(due, forgiven)

    def check(self, due, forgiven):
        entries = LedgerEntry.objects.filter(due=due)
        paid = entries.counted().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
        assert Decimal(0) <= due.rest <= due.amount
        assert due.rest + forgiven + paid == due.amount
        assert (due.rest > 0) == (due.state == DueState.RAISED)
        assert ledger.balance(due.alliance) == paid
        valid = Receipt.objects.filter(due=due, reversed_at=None)
        received = valid.aggregate(sum=Sum("entry__amount"))["sum"] or Decimal(0)
        assert received == paid
