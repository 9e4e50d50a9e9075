"""Changes of level: asked for or proposed, put to the vote, in effect from a day, with the fees."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from alliance import certificates, delegates, dues, fees, levels, membership_tasks
from alliance.membership_todo import waiting_for
from alliance.models import (
    CertificateState,
    DelegateRole,
    Due,
    LevelChange,
    LevelChangeState,
    Member,
    MemberState,
)
from alliance.models.fees import DueState
from core import clock
from core.calendar import day_of
from core.models import Event, Letter
from tests.alliance.councils import Council, terms
from tests.cast import signed_in
from tests.factories import MemberFactory
from tests.witness import refused

PERSON = delegates.Person("陈立", "总工程师", "13800001111", "chenli@example.com")


@pytest.fixture
def council(db):
    council = Council.of(5)
    for place in (1, 2):
        represent(council, place)
    return council


def represent(council, place):
    named = delegates.nominate(
        council.members[place],
        DelegateRole.COUNCIL,
        PERSON,
        by=council.seats[place],
        at=clock.now(),
    )
    return delegates.confirm(named, by=council.seats[3], at=clock.now())


def asked(council, place=1, **facts):
    how = {
        "to_level": "chair",
        "reason": "承担牵头项目",
        "wanted_on": day_of(clock.now()),
        "by": council.seats[place],
        **facts,
    }
    return levels.apply(council.members[place], **how, at=clock.now())


def proposed(council, place=3, **facts):
    how = {"to_level": "chair", "reason": "贡献突出", "wanted_on": day_of(clock.now()), **facts}
    return levels.propose(
        council.members[place], **{"by": council.secretary, **how}, at=clock.now()
    )


def forwarded(council, place=1, **facts):
    change = asked(council, place, **facts)
    by = council.secretary if place else council.seats[3]  # nobody reviews his own unit's
    return levels.forward(change, opinion="建议同意", by=by, at=clock.now())


def raise_year(council, start):
    until = start.replace(year=start.year + 1)
    period = {"period_from": start, "period_until": until}
    lines = fees.preview(council.alliance, **period, at=clock.now())
    return fees.raise_(
        council.alliance,
        **period,
        due_on=day_of(clock.now()) + timedelta(days=30),
        expected=sum((one.amount for one in lines if one.is_due), Decimal(0)),
        by=council.accountant,
        at=clock.now(),
    )


# ── the way ──────────────────────────────────────────────────────────────────────────────────────


def test_the_representative_asks_the_body_decides_level_and_certificate_follow(council, later):
    member = council.members[1]
    first = certificates.issue(member, by=council.secretary, at=clock.now())
    change = forwarded(council)
    assert change.representative.name == PERSON.name
    assert change.deciding_body_name == "理事会"
    council.decide(change, later, "for", "for", "for", "for")
    member.refresh_from_db()
    assert (change.state, member.level) == (LevelChangeState.EFFECTIVE, "chair")
    first.refresh_from_db()
    second = member.certificates.get(state=CertificateState.ISSUED)
    assert first.state == CertificateState.SUPERSEDED
    assert second.facts["level"] == "理事长单位"
    assert second.valid_until == first.valid_until
    event = Event.objects.get(name="member.level-changed")
    assert event.public
    assert Letter.objects.filter(kind="alliance/level-change-moved").exists()
    assert Letter.objects.filter(kind="alliance/certificate-issued").count() >= 2


def test_the_vote_may_say_no(council, later):
    change = forwarded(council)
    council.decide(change, later, "against", "against", "against", "for")
    assert change.state == LevelChangeState.REJECTED
    assert Member.objects.get(pk=council.members[1].pk).level == "member"
    asked(council)  # and the unit may ask anew


def test_the_secretariat_proposes_and_the_unit_is_told(council):
    change = proposed(council)
    assert (change.state, change.is_proposed) == (LevelChangeState.FORWARDED, True)
    letter = Letter.objects.filter(kind="alliance/level-change-moved").first()
    assert "秘书处提议" in letter.body
    assert council.candidate(change)


def test_a_later_day_is_waited_for(council, later):
    change = forwarded(council, wanted_on=day_of(clock.now()) + timedelta(days=60))
    council.decide(change, later, "for", "for", "for", "for")
    assert change.state == LevelChangeState.APPROVED
    assert Member.objects.get(pk=council.members[1].pk).level == "member"
    with refused("The new level holds from"):
        levels.take_effect(change, by=council.secretary, at=clock.now())
    membership_tasks.change_levels()
    later(days=61)
    membership_tasks.change_levels()
    change.refresh_from_db()
    assert change.state == LevelChangeState.EFFECTIVE
    assert Member.objects.get(pk=council.members[1].pk).level == "chair"


def test_who_left_meanwhile_has_no_level_any_more(council, later):
    change = forwarded(council, wanted_on=day_of(clock.now()) + timedelta(days=60))
    council.decide(change, later, "for", "for", "for", "for")
    Member.objects.filter(pk=change.member_id).update(
        state=MemberState.LEFT, left_on=day_of(clock.now())
    )
    later(days=61)
    membership_tasks.change_levels()
    change.refresh_from_db()
    assert change.state == LevelChangeState.LAPSED


def test_it_is_returned_with_words_or_taken_back(council):
    change = asked(council)
    with refused("Say what is missing"):
        levels.return_(change, reason=" ", by=council.secretary, at=clock.now())
    levels.return_(change, reason="请补充项目材料", by=council.secretary, at=clock.now())
    again = asked(council)
    levels.take_back(again, by=council.seats[1], at=clock.now())
    again.refresh_from_db()
    assert again.state == LevelChangeState.TAKEN_BACK
    with refused("This is “%(now)s” and cannot become"):
        levels.take_back(again, by=council.seats[1], at=clock.now())


def test_what_is_on_an_agenda_is_not_taken_back(council):
    change = forwarded(council)
    council.call(council.candidate(change))
    with refused("It is on the agenda"):
        levels.take_back(change, by=council.seats[1], at=clock.now())


# ── refusals ─────────────────────────────────────────────────────────────────────────────────────


def test_only_the_confirmed_representative_asks(council):
    with refused("Your representative in the council asks for it"):
        asked(council, 3)


def test_the_same_level_and_an_unknown_one_are_refused(council):
    with refused("%(unit)s has this level already"):
        asked(council, to_level="member")
    with refused("knows no such level"):
        asked(council, to_level="golden")


def test_one_change_at_a_time(council):
    asked(council)
    with refused("Another change of this member's level is under way"):
        asked(council)
    with refused("Another change of this member's level is under way"):
        proposed(council, 1)


def test_words_and_a_day_to_come_are_wanted(council):
    with refused("State the reason"):
        asked(council, reason=" ")
    with refused("That day has passed"):
        asked(council, wanted_on=day_of(clock.now()) - timedelta(days=1))
    change = asked(council)
    with refused("Write the secretariat's opinion"):
        levels.forward(change, opinion="", by=council.secretary, at=clock.now())


def test_unpaid_fees_are_settled_first(council):
    raise_year(council, day_of(clock.now()).replace(month=1, day=1))
    with refused("Fees of ¥%(amount)s are unpaid"):
        asked(council)


def test_fees_that_became_due_meanwhile_stop_it(council):
    change = asked(council)
    raise_year(council, day_of(clock.now()).replace(month=1, day=1))
    with refused("Fees of ¥%(amount)s are unpaid"):
        levels.forward(change, opinion="建议同意", by=council.secretary, at=clock.now())


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (MemberState.LEFT, "is no member any more"),
        (MemberState.EXPELLED, "is no member any more"),
        (MemberState.SUSPENDED, "is suspended"),
    ],
)
def test_only_a_member_in_good_standing_has_a_level(council, state, sentence):
    left_on = None if state == MemberState.SUSPENDED else day_of(clock.now())
    Member.objects.filter(pk=council.members[1].pk).update(state=state, left_on=left_on)
    with refused(sentence):
        asked(council)


def test_nobody_reviews_or_proposes_for_his_own_unit(council):
    with refused("For your own unit its representative asks"):
        proposed(council, 1, by=council.seats[1])
    change = asked(council)
    with refused("Nobody reviews what his own unit handed in"):
        levels.forward(change, opinion="好", by=council.seats[1], at=clock.now())


def test_places_that_are_taken_are_taken(db):
    written = terms()
    written["levels"]["chair"]["places"] = 1
    council = Council.under(written, 3)
    with refused("All %(places)s places of this level are taken"):
        proposed(council, 1)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────


def test_the_unit_applies_and_the_secretary_puts_it_before_the_body(council):
    unit, office = signed_in(council.seats[1].user), signed_in(council.secretary.user)
    number = council.alliance.number
    here = reverse("alliance:level-apply", args=[number])
    assert PERSON.name in unit.get(here).content.decode()
    today = day_of(clock.now())
    unit.post(here, {"to_level": "chair", "reason": "承担牵头项目", "wanted_on": today})
    change = LevelChange.objects.get()
    assert "理事长单位" in unit.get(reverse("alliance:membership", args=[number])).content.decode()
    assert (
        change.get_absolute_url()
        in office.get(reverse("alliance:level-changes", args=[number])).content.decode()
    )
    office.post(reverse("alliance:level-change-forward", args=[change.code]), {"opinion": "同意"})
    change.refresh_from_db()
    assert (change.state, change.opinion) == (LevelChangeState.FORWARDED, "同意")
    page = unit.get(change.get_absolute_url()).content.decode()
    assert reverse("alliance:level-change-take-back", args=[change.code]) in page


def test_it_waits_on_the_secretarys_desk_until_it_is_put(council):
    change = asked(council)
    rows = [row for rows in waiting_for(council.secretary, clock.now()) for row in rows]
    assert ("level-change-review", change.code) in {(row[0], row[2]) for row in rows}
    levels.forward(change, opinion="同意", by=council.secretary, at=clock.now())
    rows = [row for rows in waiting_for(council.secretary, clock.now()) for row in rows]
    assert "level-change-review" not in {row[0] for row in rows}


def test_lists_ask_as_much_for_many_as_for_one(council):
    client = signed_in(council.secretary.user)
    pages = [
        reverse(f"alliance:{name}", args=[council.alliance.number])
        for name in ("level-changes", "roll", "members")
    ]
    proposed(council, 1)

    def counted():
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            yield len(queries)

    before = list(counted())
    for _turn in range(25):
        council.members.append(MemberFactory(alliance=council.alliance))
        proposed(council, len(council.members) - 1)
    LevelChange.objects.update(state=LevelChangeState.LAPSED, ended_at=clock.now())
    assert list(counted()) == before


def test_roll_and_register_show_how_a_level_came(council, later):
    change = forwarded(council)
    council.decide(change, later, "for", "for", "for", "for")
    office, number = signed_in(council.secretary.user), council.alliance.number
    assert (
        change.get_absolute_url()
        in office.get(reverse("alliance:roll", args=[number])).content.decode()
    )
    public = Client().get(reverse("alliance:members", args=[number])).content.decode()
    assert "此前为理事单位" in public
    sheet = load_workbook(
        BytesIO(office.get(reverse("alliance:roll-export", args=[number])).content)
    )
    assert "理事单位" in [cell.value for cell in sheet.active["N"]]


# ── fees ─────────────────────────────────────────────────────────────────────────────────────────


def paid(council, place=1):
    Due.objects.filter(member=council.members[place]).update(
        state=DueState.PAID, rest=0, settled_at=clock.now()
    )


def test_a_higher_level_costs_the_difference_from_its_month_on(council, later):
    today = day_of(clock.now())
    raise_year(council, today.replace(month=1, day=1))
    paid(council)
    change = forwarded(council)
    council.decide(change, later, "for", "for", "for", "for")
    more = Due.objects.get(member=council.members[1], state=DueState.RAISED)
    months = 13 - change.effective_on.month
    assert more.amount == Decimal(6000) / 12 * months
    assert more.period_from == change.effective_on
    assert Letter.objects.filter(kind="alliance/due-raised", body__contains="补缴差额").exists()


def test_a_lower_level_pays_nothing_back(council, later):
    represent(council, 0)
    raise_year(council, day_of(clock.now()).replace(month=1, day=1))
    paid(council, 0)
    change = forwarded(council, 0, to_level="member")
    council.decide(change, later, "for", "for", "for", "for")
    assert change.state == LevelChangeState.EFFECTIVE
    assert Due.objects.filter(member=council.members[0]).count() == 1


def test_fees_asked_for_later_know_of_the_change(council, later):
    today = day_of(clock.now())
    Member.objects.update(joined_on=date(2020, 1, 1))
    change = forwarded(council)
    council.decide(change, later, "for", "for", "for", "for")
    made = raise_year(council, today.replace(month=1, day=1))
    due = next(one for one in made if one.member_id == council.members[1].pk)
    months = 13 - change.effective_on.month
    assert due.amount == Decimal(6000) + Decimal(500) * months
    assert due.level == "chair"
    assert "变更会员等级" in due.reckoning


@given(
    low=st.integers(0, 10**6).map(lambda fen: Decimal(fen) / 100),
    high=st.integers(0, 10**6).map(lambda fen: Decimal(fen) / 100),
    day=st.integers(-40, 400),
    joined=st.integers(-40, 380),
    proration=st.sampled_from(dues.PRORATIONS),
)
def test_what_is_owed_in_turn_lies_between_the_fees(low, high, day, joined, proration):
    start, until = date(2026, 1, 1), date(2027, 1, 1)
    low, high = sorted((low, high))
    changed_on, joined_on = start + timedelta(days=day), start + timedelta(days=joined)
    how = {"joined_on": joined_on, "proration": proration}
    steps = [(date(2000, 1, 1), low), (changed_on, high)]
    found = dues.owed_in_turn(steps, start, until, **how)
    least, most = (dues.owed(fee, start, until, **how) for fee in (low, high))
    assert least.amount <= found.amount <= most.amount
    assert found.parts == least.parts
    assert sum((one.amount for one in found.steps), Decimal(0)) == found.amount
    if changed_on <= start:
        assert found.amount == most.amount
    if changed_on >= until:
        assert found.amount == least.amount


def test_a_fee_needs_a_first_day():
    with pytest.raises(ValueError, match="first one"):
        dues.owed_in_turn(
            [(date(2026, 2, 1), Decimal(1))],
            date(2026, 1, 1),
            date(2027, 1, 1),
            joined_on=date(2020, 1, 1),
        )
