"""Who changes seats at the same moment: one does, the other is told why."""

from functools import partial

from accounts import seats
from accounts.models import Deed, Rank, Seat
from accounts.seats import Terms
from core import clock
from tests.factories import SeatFactory, UserFactory
from tests.races.threads import at_once


def test_two_representatives_who_revoke_each_other_leave_one(database):
    first = Seat.objects.get(pk=database.cast.agency.pk)
    second = SeatFactory(organisation=first.organisation)
    now = clock.now()
    deeds = [
        partial(seats.revoke, seat, reason="转岗", by=by, at=now)
        for seat, by in ((first, second), (second, first))
    ]

    outcomes = at_once(deeds, threads=2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["RuleBroken", "Seat"]
    assert Seat.objects.held_at(clock.now()).filter(organisation=first.organisation).count() == 1


def test_an_invitation_accepted_eight_times_at_once_makes_one_seat(database):
    giver = Seat.objects.get(pk=database.cast.agency.pk)
    guest = UserFactory(email="guest@example.com")
    terms = Terms(Rank.OPERATOR, (Deed.BID,))
    now = clock.now()
    offer = seats.invite(giver.organisation, email=guest.email, terms=terms, by=giver, at=now)

    outcomes = at_once([partial(seats.accept, offer, by=guest, at=now)] * 8, threads=8)

    assert [type(outcome).__name__ for outcome in outcomes].count("Seat") == 1
    assert Seat.objects.filter(user=guest).count() == 1
