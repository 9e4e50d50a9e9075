import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localtime

from core import clock
from core.models import Event, Letter
from marketplace import catalogue, filters, orders
from marketplace.models import Bid, OrderState, ServiceOrder
from publication.models import Notice
from selection.methods import verify
from selection.models import Witness
from tests.cast import seated, signed_in
from tests.factories import QualificationCategoryFactory, UserFactory
from tests.marketplace import ordering
from tests.marketplace.ordering import (
    DICE,
    bid,
    close,
    draft,
    enlisted,
    lowest,
    published,
    terms,
    throw,
    witness,
)


def to(name, *arguments):
    return reverse(f"marketplace:{name}", args=arguments)


def until(later, instant):
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def typed(instant):
    return f"{localtime(instant):%Y-%m-%dT%H:%M}"


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", ["", "?phase=open&q=工程&item=ordered&region=360702"])
def test_the_list_runs_the_same_queries_for_1_order_and_for_30(cast, query):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            response = Client().get(to("orders") + query)
        assert response.status_code == 200
        return len(captured)

    published(cast)
    Client().get(to("agencies"))  # the frame is drawn once for all pages
    for_one = queries()
    for _ in range(29):
        published(cast)
    assert queries() == for_one


def counted(query=""):
    """The facets of the list, as value and count."""
    facets = Client().get(to("orders") + query).context["facets"]
    return {name: {one.value: one.count for one in options} for name, options in facets.items()}


def test_the_totals_of_the_facets_follow_every_deed_and_the_clock(cast, later):
    order = published(cast, lowest())
    published(cast)
    found = counted()
    assert found["phase"] == {"open": 2}
    assert found["method"] == {"draw": 1, "lowest": 1}
    assert found["item"] == {"ordered": 2}
    orders.withdraw(order, reason="项目暂缓", by=cast.approver, at=clock.now())
    assert counted()["phase"] == {"open": 1, "withdrawn": 1}
    until(later, order.open_until)
    assert counted()["phase"] == {"choosing": 1, "withdrawn": 1}


def test_the_totals_are_what_counting_every_public_order_finds(cast, later):
    draft(cast.owner)
    ordering.submitted(cast)
    waiting = published(cast)
    ordering.completed(cast)
    ended = published(cast, lowest())
    orders.withdraw(ended, reason="项目暂缓", by=cast.approver, at=clock.now())
    published(cast, lowest())
    until(later, waiting.open_until)
    at, rows = clock.now(), ServiceOrder.objects.public()
    known = filters.totals()
    assert {name: count for name, count in known.phase.items() if count} == dict(
        filters._by_phase(rows, at)
    )
    assert len([count for count in known.phase.values() if count]) >= 3
    assert known.item == filters._by_item(rows)
    assert known.method == filters._by_method(rows)
    assert known.region == filters._by_region(rows)
    assert known.all == rows.count()


def test_the_list_and_the_page_of_an_order_tell_the_new_name_of_a_service(cast):
    order = published(cast)
    pages = (to("orders"), order.get_absolute_url())
    item = order.items.get()
    for page in pages:
        assert item.name in Client().get(page).text
    facts = {"seen": item.version, "note": "目录更新", "by": cast.operator, "at": clock.now()}
    catalogue.revise(item, {"name": "改过名称的事项"}, **facts)
    for page in pages:
        assert "改过名称的事项" in Client().get(page).text


def test_the_list_is_drawn_once_though_other_things_are_done(cast, django_assert_num_queries):
    published(cast)
    Client().get(to("orders"))
    letter = Letter.objects.count()
    bid(ServiceOrder.objects.get(), cast.agency)
    assert Letter.objects.count() > letter
    with django_assert_num_queries(
        3
    ):  # versions: of the page, of what the list shows, of the menus
        Client().get(to("orders"))


def test_counts_beside_a_filter_are_those_counted_anew(cast):
    published(cast, lowest(title="档案馆消防检测"))
    for _ in range(2):
        published(cast)
    narrowed = counted("?q=档案馆")
    assert narrowed["phase"] == {"open": 1}
    assert narrowed["method"] == {"draw": 0, "lowest": 1}
    assert narrowed["region"] == {"360702": 1}
    # A facet's own answer does not narrow its own counts.
    lowest_only = counted("?method=lowest")
    assert lowest_only["method"] == {"draw": 2, "lowest": 1}
    assert lowest_only["phase"] == {"open": 1}
    assert counted("?phase=failed")["phase"] == {"open": 3, "failed": 0}


def test_the_contest_of_an_award_ends_on_the_kept_list_too(cast, later):
    order = published(cast, lowest())
    bid(order, cast.agency, "90000")
    until(later, order.open_until)
    order = close(order, cast.owner)
    assert counted()["phase"] == {"contestable": 1}
    until(later, order.contest_until)
    assert counted()["phase"] == {"awarded": 1}


def test_the_list_filters_and_shows_what_is_on_as_chips(cast, later):
    published(cast, terms(title="云江大桥测绘"))
    published(cast, lowest(title="档案馆消防检测"))
    page = Client().get(to("orders"), {"q": "档案馆 消防", "method": "lowest"})
    assert "档案馆消防检测" in page.text
    assert "云江大桥测绘" not in page.text
    assert page.context["page"].count == 1
    labels = [chip.label for chip in page.context["chips"]]
    assert len(labels) == 2
    without = page.context["chips"][0].href
    assert "method=lowest" in without
    assert "q=" not in without
    nothing = Client().get(to("orders"), {"method": "lowest", "least": "999999"})
    assert nothing.context["page"].count == 0
    assert reverse("marketplace:orders") in nothing.text


def test_the_list_finds_by_phase_region_amount_and_day(cast, later):
    order = published(cast, lowest())

    def count(**asked):
        return Client().get(to("orders"), asked).context["page"].count

    today = f"{localtime(order.published_at):%Y-%m-%d}"
    assert count(phase="open") == count(region="360700") == count(region="360702") == 1
    assert count(region="360000") == count(since=today, until=today) == 1
    assert count(phase="choosing") == count(region="110000") == count(until="2020-01-01") == 0
    assert count(least="180000", most="180000") == 1
    until(later, order.open_until)
    assert count(phase="open") == 0
    assert count(phase="choosing") == 1


def test_long_lists_are_paged_by_key_in_each_order(cast):
    for place in range(23):
        published(cast, lowest(title=f"订单{place:02}", ceiling=100 + place))
    for sort in ("new", "deadline", "worth"):
        first = Client().get(to("orders"), {"order": sort})
        second = Client().get(to("orders") + first.context["page"].next)
        shown = [order.pk for page in (first, second) for order in page.context["page"]]
        assert len(shown) == len(set(shown)) == 23


def test_exports_hold_the_filtered_orders_and_no_formulas(cast):
    published(cast, lowest(title="=HYPERLINK(1)"))
    published(cast, terms(title="云江大桥测绘"))
    csv = Client().get(to("order-export", "csv"), {"method": "lowest"})
    lines = csv.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]
    book = Client().get(to("order-export", "xlsx"))
    assert book.content[:2] == b"PK"


def test_drafts_and_orders_under_approval_are_nowhere_in_public(cast):
    ordering.submitted(cast, terms(title="不该公开"))
    assert "不该公开" not in Client().get(to("orders")).text


# ── before the deadline ──────────────────────────────────────────────────────────────────────────


def test_nothing_tells_who_or_how_many_have_bid_before_the_deadline(cast, later):
    order = published(cast, lowest())
    bid(order, cast.agency, "98765.43")
    receipt = Bid.objects.get()
    visitors = [
        Client(),
        *(signed_in(seat.user) for seat in (cast.owner, cast.approver, cast.rival)),
        signed_in(cast.operator.user),
        signed_in(cast.regulator.user),
    ]
    secrets = [receipt.code, receipt.receipt, receipt.envelope.digest, "98765.43", "98,765.43"]
    secrets += [cast.agency.organisation.name + "<", cast.agency.organisation.uscc]
    pages = [to("orders"), to("order-detail", order.number), to("order-export", "csv")]
    pages += [to("desk-order", order.code), to("desk-orders"), "/desk/"]
    for visitor in visitors:
        for page in pages:
            shown = visitor.get(page).content.decode("utf-8-sig", "ignore")
            assert [secret for secret in secrets if secret in shown] == [], page
    assert Client().get(to("order-bundle", order.number)).status_code == 404
    assert Client().get(to("order-draw", order.number)).status_code == 404


def test_the_page_says_line_by_line_whether_an_agency_meets_the_requirements(cast):
    category = QualificationCategoryFactory(name="测绘资质")
    order = published(cast, terms(requirement={"qualification": category.code, "level": "乙级"}))
    enlisted(cast.agency.organisation)
    page = signed_in(cast.agency.user).get(to("order-detail", order.number))
    lines = {line.text: line.ok for line in page.context["checks"]}
    assert [ok for text, ok in lines.items() if "测绘资质" in text] == [False]
    assert "测绘资质" in page.text
    assert Client().get(to("order-detail", order.number)).context["checks"] is None


# ── bidding ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def bidding(cast):
    """The agency's browser, before an order for the lowest price."""
    enlisted(cast.agency.organisation)
    return published(cast, lowest()), signed_in(cast.agency.user)


def bid_with(client, order, cast, **fields):
    page = client.get(to("order-bid", order.number))
    once = re.search(r'name="once" value="([^"]+)"', page.text)[1]
    given = {"price": "98,000", "typed": cast.agency.organisation.name, "once": once}
    return client.post(to("order-bid", order.number), given | fields)


def test_a_bid_leads_to_its_receipt_which_nobody_else_sees(bidding, cast):
    order, client = bidding
    leads = bid_with(client, order, cast)
    made = Bid.objects.get()
    assert leads.headers["Location"] == to("bid-detail", made.code)
    receipt = client.get(leads.headers["Location"])
    assert made.envelope.digest in receipt.text
    assert "98,000" not in receipt.text
    assert signed_in(cast.owner.user).get(to("bid-detail", made.code)).status_code == 404


def test_a_double_click_leads_to_the_same_receipt(bidding, cast):
    order, client = bidding
    first = bid_with(client, order, cast, once="twice")
    again = bid_with(client, order, cast, once="twice")
    assert first.headers["Location"] == again.headers["Location"]
    assert Bid.objects.count() == 1
    assert Letter.objects.filter(kind="marketplace/bid-received").count() == 1


def test_a_refused_bid_comes_back_filled_in_and_the_attempt_is_recorded(bidding, cast):
    order, client = bidding
    page = bid_with(client, order, cast, typed="别的单位")
    assert 'value="98,000"' in page.text
    assert cast.agency.organisation.name in page.text
    assert not Bid.objects.exists()
    attempt = Event.objects.get(name="deed.refused")
    assert attempt.subject_code == order.code
    assert "98000" not in attempt.content


def test_a_price_above_the_ceiling_is_warned_of_before_it_is_sealed(bidding, cast):
    order, client = bidding
    page = bid_with(client, order, cast, price="180000.01")
    assert "price" in page.context["form"].errors
    assert not Bid.objects.exists()
    assert bid_with(client, order, cast, price="180000.01", above="on").status_code == 302


def test_a_late_bid_is_told_so_and_nothing_is_lost(bidding, cast, later):
    order, client = bidding
    page = client.get(to("order-bid", order.number))
    once = re.search(r'name="once" value="([^"]+)"', page.text)[1]
    until(later, order.open_until)
    given = {"price": "98000", "typed": cast.agency.organisation.name, "once": once}
    answer = signed_in(cast.agency.user).post(to("order-bid", order.number), given)
    assert answer.status_code == 200
    assert answer.context["form"].non_field_errors()
    assert not Bid.objects.exists()


def test_a_seat_without_the_deed_of_bidding_is_sent_away(bidding, cast):
    order, _ = bidding
    assert signed_in(cast.owner.user).get(to("order-bid", order.number)).status_code == 403


# ── after the deadline ───────────────────────────────────────────────────────────────────────────


def test_whoever_looks_first_closes_what_is_due(cast, later):
    order = published(cast, lowest())
    bid(order, cast.agency, "90000")
    until(later, order.open_until)
    page = Client().get(to("order-detail", order.number))
    assert ServiceOrder.objects.get().state == OrderState.AWARDED
    assert cast.agency.organisation.name in page.text


def test_the_bundle_of_an_awarded_order_verifies_and_any_changed_byte_is_caught(cast, later):
    order = published(cast)
    for seat in (cast.agency, cast.rival):
        bid(order, seat)
    user = ordering.witness(order, cast.owner)
    until(later, order.choose_at)
    ordering.throw(close(order, cast.owner), user)
    content = Client().get(to("order-bundle", order.number)).content
    assert verify(content) == []
    for place in range(0, len(content), 97):
        other = b"0" if content[place : place + 1] != b"0" else b"1"
        assert verify(content[:place] + other + content[place + 1 :]) != []
    page = Client().get(to("order-draw", order.number))
    assert json.loads(content)["digest"] in page.text
    assert cast.agency.organisation.name in page.text
    assert "s/../\\\\x&amp;/g&#x27; &lt;&lt;&lt;" in page.text  # the script, as text


def test_detail_and_draw_run_the_same_queries_whatever_the_number_of_bids(cast, later):
    def queries(number):
        order = published(cast, lowest())
        for place in range(number):
            seat = seated(f"q{number}-{place}")
            bid(order, seat, f"{90000 + place}")
        until(later, order.open_until)
        close(order, cast.owner)
        counts = []
        for name in ("order-detail", "order-draw"):
            with CaptureQueriesContext(connection) as captured:
                assert Client().get(to(name, order.number)).status_code == 200
            counts.append(len(captured))
        return counts

    Client().get(to("agencies"))  # the frame is drawn once for all pages
    assert queries(2) == queries(12)


# ── witnesses ────────────────────────────────────────────────────────────────────────────────────


def test_a_witness_enters_by_the_link_and_types_the_dice(cast, later):
    order = published(cast)
    for seat in (cast.agency, cast.rival):
        bid(order, seat)
    row = Witness.objects.get()
    page = signed_in(cast.owner.user).post(to("order-invite", order.code, row.code))
    link = page.context["links"][0][1].removeprefix("http://testserver")
    assert link in page.text
    assert Client().get(link).status_code == 302  # to sign in
    user = UserFactory()
    client = signed_in(user)
    assert client.get(to("order-dice", order.code)).status_code == 404
    assert client.post(link).headers["Location"] == to("order-dice", order.code)
    assert client.get(to("order-dice", order.code)).status_code == 200
    until(later, order.choose_at)
    close(order, cast.owner)
    spaced = " ".join(DICE)
    done = signed_in(user).post(to("order-dice", order.code), {"digits": spaced})
    assert done.headers["Location"] == to("order-draw", order.number)
    assert ServiceOrder.objects.get().state == OrderState.AWARDED


def test_too_few_digits_come_back_and_throw_nothing(cast, later):
    order = published(cast)
    for seat in (cast.agency, cast.rival):
        bid(order, seat)
    user = ordering.witness(order, cast.owner)
    until(later, order.choose_at)
    close(order, cast.owner)
    page = signed_in(user).post(to("order-dice", order.code), {"digits": "12345"})
    assert "digits" in page.context["form"].errors
    assert not Event.objects.filter(name="order.dice-thrown").exists()


# ── deeds of the desk ────────────────────────────────────────────────────────────────────────────


def test_an_approver_beyond_whose_ceiling_the_order_lies_is_sent_away(cast):
    order = ordering.submitted(cast)
    cast.approver.amount_ceiling = 100000
    cast.approver.save()
    client = signed_in(cast.approver.user)
    assert client.post(to("order-publish", order.code)).status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.SUBMITTED


def test_a_refused_button_tells_why_on_the_next_page(cast):
    order = published(cast)
    answer = signed_in(cast.owner.user).post(to("order-close", order.code), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert Event.objects.get(name="deed.refused").subject_code == order.code


def test_the_operators_reviewer_publishes_for_an_owner_with_one_person(cast):
    alone = seated("alone", kind="university")
    order = draft(alone)
    order = orders.submit(order, terms(), by=alone, at=clock.now())
    client = signed_in(cast.operator.user)
    assert client.get(to("desk-order", order.code)).status_code == 200
    assert client.post(to("order-publish", order.code)).status_code == 302
    order.refresh_from_db()
    assert order.state == OrderState.PUBLISHED


def test_the_desk_lists_run_the_same_queries_for_1_and_30(cast):
    client = signed_in(cast.owner.user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(to("desk-orders")).status_code == 200
        return len(captured)

    published(cast)
    queries()  # the first visit marks the session
    for_one = queries()
    for _ in range(19):
        published(cast)
    assert queries() == for_one


def test_an_evaluation_is_published_from_the_desk_and_shown_to_all(cast):
    order = ordering.completed(cast)
    client = signed_in(cast.owner.user)
    page = client.get(to("order-evaluate", order.code))
    assert not re.search(r'name="quality"[^>]*value=', page.text)  # no mark is set beforehand
    marks = {"professional": "92", "output": "90", "quality": "95", "management": "88"}
    missing = client.post(to("order-evaluate", order.code), marks | {"quality": ""})
    assert "quality" in missing.context["form"].errors
    client.post(to("order-evaluate", order.code), marks | {"comment": "报告质量好"})
    public = Client().get(to("order-detail", order.number)).text
    assert "优秀" in public
    assert "报告质量好" in public


def test_a_deadline_on_its_last_day_says_so(cast, later):
    order = published(cast)
    later(seconds=(order.open_until - clock.now() - timedelta(hours=2)).total_seconds())
    page = Client().get(to("order-detail", order.number))
    assert page.context["phase"] == "last-day"


def test_a_published_order_keeps_the_name_that_its_owner_had(cast):
    order = published(cast)
    unit, old = order.owner, order.owner.name
    unit.name = "更名后的单位"
    unit.save(update_fields=["name"])
    for page in (to("orders"), to("order-detail", order.number)):
        told = Client().get(page).content.decode()
        assert old in told
        assert "更名后的单位" not in told
    waiting = ServiceOrder.objects.get(pk=draft(cast.owner).pk)
    assert (waiting.owner_name, waiting.owner_shown) == ("", "更名后的单位")


def test_later_notices_of_an_order_bear_the_name_that_its_owner_had(cast, later):
    ended, drawn = published(cast), published(cast)
    old = ended.owner.name
    for seat in (cast.agency, cast.rival, seated("third")):
        bid(drawn, seat)
    entered = witness(drawn, cast.owner)
    unit = ended.owner
    unit.name = "更名后的单位"
    unit.save(update_fields=["name"])
    orders.withdraw(
        ServiceOrder.objects.get(pk=ended.pk), reason="项目调整", by=cast.approver, at=clock.now()
    )
    later(seconds=(drawn.choose_at - clock.now()).total_seconds() + 1)
    won = throw(close(ServiceOrder.objects.get(pk=drawn.pk), cast.owner), entered)
    assert won.state == "awarded"
    told = {one.kind: one for one in Notice.objects.exclude(kind="order-notice")}
    assert {"order-withdrawal", "order-result", "award-letter"} == set(told)
    for notice in told.values():
        assert notice.issuer == old
        assert old in notice.document.text()
        assert "更名后的单位" not in notice.document.text()
