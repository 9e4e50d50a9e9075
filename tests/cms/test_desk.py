import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from accounts import registration, seats
from accounts.models import Deed, Organisation, OrganisationState, Rank
from accounts.seats import Terms
from cms import desk, figures
from core import calendar, clock, todo
from tests.cast import signed_in
from tests.factories import AgencyFactory, CertificateFactory, OrganisationFactory


def submitted(number=1):
    rows = OrganisationFactory.create_batch(
        number,
        state=OrganisationState.SUBMITTED,
        verified_at=None,
        submitted_at=clock.now(),
        verify_until=calendar.end_of(localdate(clock.now()) + timedelta(days=3)),
    )
    return rows[0]


def expiring(seat, days, name="营业执照"):
    last_day = localdate(clock.now()) + timedelta(days=days)
    return CertificateFactory(organisation=seat.organisation, valid_until=last_day, name=name)


def rows_of(seat):
    return desk.waiting(seat, seat.user, clock.now())


def queries(client, address="/desk/"):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("who", ["owner", "agency", "operator", "regulator"])
def test_the_desk_runs_six_queries_at_most_beyond_session_user_and_seat(who, cast):
    seat = getattr(cast, who)
    client = signed_in(seat.user)
    client.get("/desk/")  # from now on the session says when it was last seen
    for_none = queries(client)
    known = ("django_session", 'FROM "accounts_user"', 'FROM "accounts_seat"')
    own = [sql for sql in for_none if not any(word in sql for word in known)]
    assert len(own) <= 6, own
    for number in range(30):
        expiring(seat, number + 1)
    submitted(30)
    assert len(queries(client)) == len(for_none)


@pytest.mark.parametrize("address", ["/desk/drafts/", "/desk/done/"])
def test_each_tab_runs_the_same_queries_for_1_row_and_for_30(address, cast):
    client = signed_in(cast.agency.user)

    def one_more(number):
        seats.invite(
            cast.agency.organisation,
            email=f"guest-{number}@example.com",
            terms=Terms(Rank.OPERATOR, (Deed.BID,)),
            by=cast.agency,
            at=clock.now(),
        )

    one_more(1)
    client.get(address)
    for_one = len(queries(client, address))
    for number in range(2, 31):
        one_more(number)
    assert len(queries(client, address)) == for_one


def test_deeds_stand_with_the_oldest_deadline_first_and_those_without_last(cast):
    seat = cast.agency
    expiring(seat, 40, "四十天")
    expiring(seat, -3, "逾期")
    expiring(seat, 0, "今天")
    seats.invite(
        cast.owner.organisation,
        email=seat.user.email,
        terms=Terms(Rank.OPERATOR, (Deed.WRITE_ORDER,)),
        by=cast.approver,
        at=clock.now(),
    )
    shown = [(row.title, row.light, row.wait) for row in rows_of(seat)]
    assert shown == [
        ("逾期", "fail", "逾期 3 天"),
        ("今天", "soon", "今天"),
        (cast.owner.organisation.name, "open", "14 天"),
        ("四十天", "open", "40 天"),
    ]


def test_what_has_no_deadline_stands_last_with_its_verb(cast):
    organisation = cast.agency.organisation
    Organisation.objects.filter(pk=organisation.pk).update(
        state=OrganisationState.SUBMITTED, verified_at=None
    )
    registration.refuse(organisation, reason="执照已过期", by=cast.operator, at=clock.now())
    cast.agency.organisation.refresh_from_db()
    expiring(cast.agency, 90)
    last = rows_of(cast.agency)[-1]
    assert (last.kind.name, last.light, last.href) == (
        "organisation-refused",
        "draft",
        "/desk/unit/resubmit/",
    )


def test_the_verifier_sees_the_unit_and_is_one_click_from_it(cast):
    organisation = submitted()
    page = signed_in(cast.operator.user).get("/desk/").text
    assert "24:00 前" in page
    assert f'href="/desk/verification/{organisation.code}/"' in page
    assert f"核验单位：{organisation.name}" in page
    assert organisation.name not in signed_in(cast.regulator.user).get("/desk/").text


def test_the_desk_of_another_unit_shows_none_of_this_one(cast):
    expiring(cast.agency, 3, "只属于本单位")
    assert "只属于本单位" in signed_in(cast.agency.user).get("/desk/").text
    assert "只属于本单位" not in signed_in(cast.rival.user).get("/desk/").text


def test_whoever_has_no_seat_sees_the_invitations_and_how_to_register(cast):
    client = signed_in(cast.stranger)
    assert "注册单位" in client.get("/desk/").text
    seats.invite(
        cast.agency.organisation,
        email=cast.stranger.email,
        terms=Terms(Rank.OPERATOR, (Deed.BID,)),
        by=cast.agency,
        at=clock.now(),
    )
    page = client.get("/desk/").text
    assert f"答复席位邀请：{cast.agency.organisation.name}" in page


def test_done_tells_what_this_seat_did_and_no_other(cast):
    organisation = submitted()
    registration.verify(organisation, by=cast.operator, at=clock.now())
    assert f"核验单位：{organisation.name}" in signed_in(cast.operator.user).get("/desk/done/").text
    assert organisation.name not in signed_in(cast.agency.user).get("/desk/done/").text


def test_what_was_done_turns_its_pages_without_loss_or_repetition(cast):
    units = [submitted() for _ in range(25)]
    for unit in units:
        registration.verify(unit, by=cast.operator, at=clock.now())
    client = signed_in(cast.operator.user)
    first = client.get("/desk/done/")
    second = client.get("/desk/done/" + first.context["page"].next)
    shown = [row.title for page in (first, second) for row in page.context["rows"]]
    assert shown == [unit.name for unit in reversed(units)]
    assert second.context["page"].next == ""


def test_every_kind_that_a_package_yields_is_told_in_words(cast):
    for seat in (cast.owner, cast.agency, cast.operator, cast.regulator):
        for source in todo.sources.values():
            for rows in source(seat, clock.now()):
                assert rows.query.annotations["todo_kind"].value in todo.kinds
        for source in todo.figure_sources.values():
            for rows in source(seat, clock.now()):
                kind = rows.query.annotations["figure_kind"].value
                assert kind in todo.figures or kind == figures.LISTED


def shown(seat):
    return [(str(one.label), one.value, one.note) for one in desk.figures(seat, clock.now())]


def test_the_four_figures_of_an_owner_count_its_own_work_and_no_others(cast):
    expiring(cast.owner, 3)
    expiring(cast.rival, 3)
    assert shown(cast.owner) == [
        ("进行中的订单", "0 项", ""),
        ("有效的报名", "0 项", ""),
        ("进行中的合同", "0 项", ""),
        ("证照到期", "1 项", "已过期或 90 天内到期"),
    ]


def test_a_listed_agency_sees_its_credit_first(cast):
    AgencyFactory(organisation=cast.agency.organisation)
    first, *others = shown(cast.agency)
    assert first[0] == "信用"
    assert re.fullmatch(r"[0-9.]+ 分，[A-D] 级", first[1])
    assert [label for label, _value, _note in others] == ["有效的报名", "进行中的合同", "证照到期"]


def test_the_operator_counts_the_whole_site(cast):
    AgencyFactory(organisation=cast.agency.organisation)
    submitted()
    values = {label: value for label, value, _note in shown(cast.operator)}
    assert values["在册中介机构"] == "1 项"
    assert values["待核验单位"] == "1 项"
    assert len(values) == 4
