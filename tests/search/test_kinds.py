"""What each package tells of its things: only what everybody may see."""

from datetime import timedelta

import pytest
from django.db import transaction
from wagtail.models import Page

from alliance import directory
from cms.models import HomePage
from core import clock, searched
from core.models import Region
from core.searched import Facets
from marketplace.models import ServiceItem
from publication import notices
from publication.models import Notice
from tests.factories import AllianceFactory, MemberFactory, SeatFactory
from tests.marketplace import ordering
from tests.procurement import buying, noticing, writing
from tests.publication.doors import published as notice


def built(kind: str, code: str):
    return searched.kinds[kind].build(code, clock.now())


def test_every_kind_lists_only_what_it_builds(cast):
    ordering.published(cast)
    ordering.enlisted(cast.agency.organisation)
    writing.published(cast)
    for kind in searched.kinds.values():
        for code in kind.codes():
            assert kind.build(code, clock.now()), (kind.name, code)
        assert kind.build("NOTHING", clock.now()) is None


def test_a_service_is_found_by_its_law_and_says_when_it_is_retired(db):
    item = ServiceItem.objects.first()
    told = built("service", item.code)
    assert told.items == (item.code,)
    assert told.standing == "in-force"
    ServiceItem.objects.filter(pk=item.pk).update(retired=True)
    assert built("service", item.code).standing == "ended"


def test_an_agency_tells_neither_persons_nor_phones(cast):
    agency = ordering.enlisted(cast.agency.organisation)
    type(agency).objects.filter(pk=agency.pk).update(
        authorised_name="机密姓名", authorised_phone="13812345678"
    )
    told = str(built("agency", agency.code))
    assert "机密姓名" not in told
    assert "13812345678" not in told


def test_a_member_is_found_by_its_own_consent_alone(db):
    member = MemberFactory()
    seat = SeatFactory(organisation=member.organisation)
    assert built("member", member.code) is None
    directory.show(member, website="", business="稀土分离", by=seat, at=clock.now())
    assert "稀土分离" in built("member", member.code).summary
    directory.hide(member, by=seat, at=clock.now())
    assert built("member", member.code) is None


def test_an_alliance_is_found_by_field_and_lead(db):
    row = AllianceFactory(fields=["energy", "biology"])
    told = built("alliance", row.code)
    assert row.lead.name in told.names
    assert {"新能源与节能环保", "生物与健康"} <= set(told.names)
    assert "新能源与节能环保、生物与健康" in told.summary
    assert told.standing == "in-force"


def test_a_need_is_found_as_it_was_published_whatever_is_written_since(cast):
    need = writing.published(cast)
    told = built("need", need.code)
    assert told.title == need.title
    assert told.amount == need.budget
    draft = writing.draft(cast.owner)
    assert built("need", draft.code) is None


def test_an_inquiry_tells_nothing_of_its_quotes(cast):
    procedure = buying.published(cast)
    buying.quote(procedure, cast.agency)
    told = built("inquiry", procedure.code)
    assert told.standing == "open"
    assert told.standing_after == "deciding"
    assert cast.agency.organisation.name not in str(told)
    assert "150000" not in str(told)


def test_an_argument_turns_by_the_clock(cast):
    argument = buying.argued(cast)
    told = built("argument", argument.code)
    assert told.standing in ("coming", "open")
    assert told.changes_at == (
        argument.opens_at if told.standing == "coming" else argument.closes_at
    )


def test_a_notice_that_was_withdrawn_says_so(cast):
    row = notice(cast)
    assert built("notice", row.code).standing == "in-force"
    with transaction.atomic():
        later = notices.withdraw(row, reason="有误", by=cast.owner, at=clock.now())
    assert built("notice", row.code).standing == "ended"
    watcher = searched.kinds["notice"].watches["publication.notice"]
    event = type("Event", (), {"subject_code": later.code})
    assert set(watcher(event)) == {row.code, later.code}
    assert "取消" in built("notice", row.code).text
    assert Notice.objects.get(pk=row.pk).number == built("notice", row.code).number


@pytest.fixture
def guide(db) -> Page:
    return Page.objects.filter(depth__gt=3, live=True).first()


def test_a_page_is_found_while_it_is_public(guide):
    told = built("page", str(guide.pk))
    assert told.title == guide.title
    assert told.path.startswith("/")
    Page.objects.filter(pk=guide.pk).update(expire_at=clock.now() + timedelta(days=1))
    assert built("page", str(guide.pk)).shown_until
    Page.objects.filter(pk=guide.pk).update(live=False)
    assert built("page", str(guide.pk)) is None
    assert built("page", str(HomePage.objects.first().pk)) is None


def test_whatever_editors_do_may_change_every_page():
    watches = searched.kinds["page"].watches
    assert watches["wagtailcore.site"] == searched.EVERYTHING


def test_notices_bear_what_the_public_chooses_orders_by(cast):
    order = ordering.published(cast)
    first = Notice.objects.about(order).get()
    told = built("notice", first.code)
    assert told.region == order.region.code
    assert told.items == tuple(order.items.values_list("code", flat=True))
    assert (told.method, told.amount) == (order.method, order.worth)
    assert told.amount


def test_notices_of_an_award_and_its_agreement_bear_the_amount_they_state(cast):
    order = ordering.completed(cast)
    told = {one.kind: built("notice", one.code) for one in Notice.objects.about(order)}
    assert told["order-notice"].amount == order.worth != order.amount
    for kind in ("order-result", "award-letter", "agreement-notice"):
        assert told[kind].amount == order.amount, kind
        assert (told[kind].region, told[kind].method) == (order.region.code, order.method)


def test_notices_of_procurement_bear_what_the_public_chooses_by(cast):
    argument = buying.argued(cast)
    procedure = buying.published(cast)
    composed = noticing.published(cast)
    for about, method in (
        (procedure, "inquiry"),
        (argument, argument.need.method),
        (composed.need, composed.need.method),
    ):
        rows = Notice.objects.about(about)
        assert rows
        for one in rows:
            told = built("notice", one.code)
            assert told.region == "360702", one.kind
            assert told.method == method, one.kind
            assert told.amount, one.kind


def test_a_notice_about_what_has_no_such_facts_bears_none(cast):
    told = built("notice", notice(cast).code)
    assert (told.region, told.items, told.method, told.amount) == ("", (), "", None)


def test_with_a_correction_all_notices_of_a_subject_are_built_anew(cast):
    first = notice(cast)
    watcher = searched.kinds["notice"].watches["publication.notice"]

    def watched(row):
        return set(watcher(type("Event", (), {"subject_code": row.code})))

    other = notice(cast)
    with transaction.atomic():
        corrected = notices.correct(
            first,
            title=first.title,
            paper=first.document,
            reason="有误",
            facts=first.facts,
            by=cast.owner,
            at=clock.now(),
        )
    assert watched(first) == {first.code}
    assert watched(other) == {other.code}
    assert watched(corrected) == {first.code, other.code, corrected.code}


def test_notices_of_an_alliance_lie_where_it_lies(db):
    row = AllianceFactory(region=Region.objects.get(code="360702"))
    assert searched.facets_about("alliance.alliance", row.code) == Facets(region="360702")


def test_of_an_unknown_row_nothing_is_told(db):
    assert searched.subjects
    for label in searched.subjects:
        assert searched.facets_about(label, "NOTHING") == Facets()
