from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group

from accounts import seats
from accounts.models import Deed, Invitation, InvitationState, Rank, Seat, Standing
from accounts.seats import Terms
from core import clock
from core.models import Event, Letter
from tests.cast import seated
from tests.factories import SeatFactory, UserFactory
from tests.witness import refused

HANDLER = Terms(Rank.OPERATOR, (Deed.BID,))


def invite(by, email="new@example.com", terms=HANDLER, at=None):
    return seats.invite(by.organisation, email=email, terms=terms, by=by, at=at or clock.now())


def accepted(by, terms=HANDLER, name="new"):
    user = UserFactory(email=f"{name}@example.com")
    return seats.accept(invite(by, user.email, terms), by=user, at=clock.now())


@pytest.fixture
def manager(cast):
    return SeatFactory(
        organisation=cast.agency.organisation,
        user__email="manager@example.com",
        rank=Rank.MANAGER,
        deeds=[Deed.GRANT_SEAT, Deed.BID],
        amount_ceiling=Decimal("500000.00"),
        held_until=clock.now() + timedelta(days=100),
    )


def test_a_person_without_account_is_invited_by_mail_and_takes_the_seat(cast):
    invitation = invite(cast.agency, "New@Example.com")
    letter = Letter.objects.get(kind="accounts/seat-offered")
    assert (letter.email, letter.user_code) == ("new@example.com", "")
    assert letter.link == f"/desk/invitations/{invitation.code}/"

    user = UserFactory(email="new@example.com")
    seat = seats.accept(invitation, by=user, at=clock.now())

    assert seat.user == user
    assert seat.granted_by == cast.agency
    assert seat.may(Deed.BID)
    assert not seat.may(Deed.SIGN)
    assert seat.is_held(clock.now())
    told = Letter.objects.get(kind="accounts/seat-accepted")
    assert told.user_code == cast.agency.user.code
    assert set(Event.objects.values_list("name", flat=True)) >= {"seat.offered", "seat.accepted"}


@pytest.mark.parametrize(
    ("own", "granted"),
    [(own, rank) for own in Rank.values for rank in Rank.values],
)
def test_each_rank_grants_the_ranks_of_the_table_and_no_other(own, granted, cast):
    by = SeatFactory(organisation=cast.agency.organisation, rank=own, deeds=Deed.values)
    terms = Terms(granted, (Deed.BID,))
    if granted in seats.GRANTS[own]:
        assert invite(by, terms=terms).rank == granted
    else:
        with refused("you grant and revoke no seat of the rank"):
            invite(by, terms=terms)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        ({"deeds": ()}, "Choose at least one deed"),
        ({"deeds": (Deed.SIGN,)}, "is not in your scope"),
        ({"deeds": (Deed.SUPERVISE,)}, "is not in your scope"),
        ({"deeds": (Deed.GRANT_SEAT,)}, "grants no others"),
        ({"amount_ceiling": Decimal("500000.01")}, "Your own limit is"),
        ({"amount_ceiling": None}, "Your own limit is"),
        ({"days": 101}, "Your own seat ends on"),
        ({"days": None}, "Your own seat ends on"),
        ({"days": -1}, "end before it begins"),
    ],
)
def test_a_seat_passes_on_no_more_than_it_holds(terms, sentence, manager):
    days = terms.pop("days", 10)
    until = None if days is None else clock.now() + timedelta(days=days)
    asked = Terms(
        **{
            "rank": Rank.OPERATOR,
            "deeds": (Deed.BID,),
            "amount_ceiling": Decimal("500000.00"),
            "held_until": until,
            **terms,
        }
    )
    with refused(sentence):
        invite(manager, terms=asked)


def test_nobody_is_invited_twice_nor_by_himself_nor_where_he_sits(cast, manager):
    invite(cast.agency)
    with refused("was invited already"):
        invite(cast.agency, "NEW@example.com")
    with refused("Nobody grants a seat to himself"):
        invite(cast.agency, cast.agency.user.email)
    with refused("holds a seat here already"):
        invite(cast.agency, manager.user.email)


def test_an_invitation_is_taken_once_in_time_and_while_its_giver_may_give(cast, manager, later):
    user = UserFactory(email="new@example.com")
    until = clock.now() + timedelta(days=60)
    terms = Terms(Rank.OPERATOR, (Deed.BID,), Decimal("1.00"), None, until)
    invitation = invite(manager, terms=terms)
    seats.revoke(manager, reason="left", by=cast.agency, at=clock.now())
    with refused("may not grant this seat any more"):
        seats.accept(invitation, by=user, at=clock.now())
    seats.withdraw(invitation, by=cast.agency, at=clock.now())

    second = invite(cast.agency)
    in_time = clock.now()
    later(days=14)
    with refused("This invitation was open until"):
        seats.accept(second, by=user, at=in_time)
    seats.decline(second, by=user, at=clock.now())
    with refused("by now: load the page again"):
        seats.accept(second, by=user, at=clock.now())

    seat = accepted(cast.agency, name="other")
    taken = seat.invitation
    with refused("by now: load the page again"):
        seats.accept(taken, by=user, at=clock.now())


def test_two_invitations_of_one_person_make_one_seat(cast):
    invitation = invite(cast.agency, "new@example.com")
    user = UserFactory(email="new@example.com")
    SeatFactory(organisation=cast.agency.organisation, user=user)
    with refused("You hold a seat here already"):
        seats.accept(invitation, by=user, at=clock.now())


def test_a_seat_whose_time_has_not_come_may_nothing_yet(cast):
    begins = clock.now() + timedelta(days=3)
    seat = accepted(cast.agency, Terms(Rank.OPERATOR, (Deed.BID,), None, begins))
    assert not seat.is_held(clock.now())
    assert seat not in Seat.objects.held_at(clock.now())
    assert seat in Seat.objects.held_at(begins)


def test_revoking_ends_the_right_at_once_and_tells_why(cast):
    seat = accepted(cast.agency)
    with refused("Say why"):
        seats.revoke(seat, reason=" ", by=cast.agency, at=clock.now())
    seats.revoke(seat, reason="转岗", by=cast.agency, at=clock.now())
    assert seat not in Seat.objects.held_at(clock.now())
    assert "转岗" in Letter.objects.get(kind="accounts/seat-revoked").body
    with refused("This seat ended on"):
        seats.revoke(seat, reason="转岗", by=cast.agency, at=clock.now())


def test_a_revoked_seat_revokes_and_grants_nothing_more(cast, manager):
    seat = accepted(cast.agency)
    seats.revoke(manager, reason="left", by=cast.agency, at=clock.now())
    with refused("does not hold this right any more"):
        seats.revoke(seat, reason="x", by=manager, at=clock.now())
    with refused("does not hold this right any more"):
        invite(manager, "third@example.com")


def test_the_last_legal_representative_stays(cast):
    with refused("the last legal representative"):
        seats.revoke(cast.agency, reason="", by=cast.agency, at=clock.now())
    successor = accepted(cast.agency, Terms(Rank.LEGAL_REPRESENTATIVE))
    temporary = accepted(
        cast.agency,
        Terms(Rank.LEGAL_REPRESENTATIVE, held_until=clock.now() + timedelta(days=3)),
        name="temporary",
    )
    seats.revoke(cast.agency, reason="", by=cast.agency, at=clock.now())
    assert Event.objects.filter(name="seat.given-up").count() == 1
    with refused("the last legal representative"):
        seats.revoke(successor, reason="x", by=temporary, at=clock.now())
    lower = Terms(Rank.OPERATOR, (Deed.BID,), held_until=temporary.held_until)
    with refused("the last legal representative"):
        seats.change(successor, terms=lower, by=temporary, at=clock.now())


def test_a_manager_revokes_no_representative(cast, manager):
    with refused("you grant and revoke no seat of the rank"):
        seats.revoke(cast.agency, reason="x", by=manager, at=clock.now())


def test_changing_a_seat_changes_what_it_may_and_says_so(cast, manager):
    narrow = Terms(Rank.MANAGER, (Deed.SIGN,), Decimal("10.00"))
    seats.change(manager, terms=narrow, by=cast.agency, at=clock.now())
    manager.refresh_from_db()
    assert manager.may(Deed.SIGN, Decimal("10.00"))
    assert not manager.may(Deed.SIGN, Decimal("10.01"))
    assert not manager.may(Deed.BID)
    assert Letter.objects.filter(kind="accounts/seat-changed").exists()
    with refused("Nobody changes his own seat"):
        seats.change(manager, terms=narrow, by=manager, at=clock.now())


def test_the_second_person_is_another_one_with_the_deed(cast):
    organisation = cast.owner.organisation
    others = seats.others_who_may(
        Deed.APPROVE_ORDER, organisation, than=cast.owner.user, at=clock.now()
    )
    assert others == [cast.approver]
    than = cast.approver.user
    assert seats.others_who_may(Deed.APPROVE_ORDER, organisation, than=than, at=clock.now()) == []
    assert cast.owner in seats.others_who_may(
        Deed.WRITE_ORDER, organisation, than=than, at=clock.now()
    )


def test_a_seat_of_the_operator_opens_the_staffs_pages_until_it_ends(cast):
    deeds = (Deed.REVIEW_ENTRY,)
    seat = accepted(cast.operator, Terms(Rank.OPERATOR, deeds))
    assert seat.user.has_perm("wagtailadmin.access_admin")
    assert set(seat.user.groups.values_list("name", flat=True)) == {"运营人员"}
    terms = Terms(Rank.OPERATOR, (Deed.EDIT_SITE, Deed.APPROVE_SITE))
    seats.change(seat, terms=terms, by=cast.operator, at=clock.now())
    editors = {"运营人员", "网站编辑", "网站审核人员"}
    assert set(seat.user.groups.values_list("name", flat=True)) == editors
    seats.revoke(seat, reason="left", by=cast.operator, at=clock.now())
    assert not seat.user.groups.exists()


def test_a_second_staff_seat_keeps_the_staffs_pages_open(cast):
    user = UserFactory(email="both@example.com")
    regulator = accepted_by(cast.regulator, user, (Deed.SUPERVISE,))
    operator = accepted_by(cast.operator, user, (Deed.REVIEW_ENTRY,))
    seats.revoke(operator, reason="left", by=cast.operator, at=clock.now())
    assert list(user.groups.values_list("name", flat=True)) == ["监管人员"]
    assert regulator.is_held(clock.now())


def accepted_by(giver, user, deeds):
    invitation = invite(giver, user.email, Terms(Rank.OPERATOR, deeds))
    return seats.accept(invitation, by=user, at=clock.now())


def test_an_organisation_not_yet_verified_does_nothing_but_keep_its_data(db):
    seat = seated("newcomer")
    seat.organisation.state = "submitted"
    assert seat.scope() == {Deed.EDIT_ORGANISATION}


def test_the_groups_of_the_table_exist(db):
    names = {*seats.STAFF_GROUPS.values(), *seats.EDITOR_GROUPS.values()}
    assert set(Group.objects.filter(name__in=names).values_list("name", flat=True)) == names
    assert set(seats.STAFF_GROUPS) == set(Standing.values) - {Standing.PARTICIPANT}


def test_states_are_known(cast):
    invitation = invite(cast.agency)
    assert invitation.state == InvitationState.SENT
    assert list(Invitation.objects.waiting_at(clock.now())) == [invitation]
