"""What templates say of money, instants and states."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.utils import translation

from core import clock
from core.meanings import Meaning
from core.templatetags import gx

EVENING = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # already the 24th in Beijing


def rendered(source, **context):
    return Template(source).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1234.5"), "¥1,234.50"),
        (Decimal("-0.01"), "−¥0.01"),
        (Decimal(0), "¥0.00"),
        (None, ""),
    ],
)
def test_an_amount_bears_two_decimals_and_a_true_minus(amount, text):
    assert gx.yuan(amount) == text


def test_instants_are_beijing_time():
    assert gx.instant(EVENING) == "2026年11月24日 周二 00:30"
    assert gx.day(EVENING) == "2026年11月24日"
    assert gx.hour(EVENING) == "00:30"
    assert gx.ledger(EVENING) == "2026-11-24 00:30"
    assert gx.iso(EVENING) == "2026-11-24T00:30:00.000+08:00"


def test_a_day_without_an_hour_stays_that_day():
    assert gx.day(date(2026, 1, 5)) == "2026年1月5日"
    assert gx.ledger(date(2026, 1, 5)) == "2026-01-05"


def test_english_pages_name_the_month():
    with translation.override("en"):
        assert gx.instant(EVENING) == "Tue 24 Nov 2026 00:30"
        assert gx.day(EVENING) == "24 Nov 2026"


@pytest.mark.parametrize("shown", [gx.day, gx.instant, gx.short_instant, gx.hour, gx.ledger])
def test_what_is_empty_shows_nothing(shown):
    assert shown(None) == ""


def test_short_instants_leave_out_what_is_plain():
    now = clock.now()
    assert gx.short_instant(now).startswith("今天 ")
    assert gx.short_instant(now - timedelta(days=800)).count("年") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13912340721", "139****0721"),
        ("360702199001011234", "360***********1234"),
        ("limei@example.org", "l***@example.org"),
        ("王小明", "王**"),
        ("", ""),
        (None, ""),
    ],
)
def test_personal_data_is_masked(text, shown):
    assert gx.masked(text) == shown


@pytest.mark.parametrize(
    ("delta", "meaning"),
    [
        (timedelta(seconds=-1), Meaning.ENDED),
        (timedelta(0), Meaning.ENDED),
        (timedelta(days=3), Meaning.OPEN),
    ],
)
def test_a_deadline_is_open_until_it_is_over(delta, meaning, monkeypatch):
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert gx.due_meaning(now + delta) == meaning


def test_the_last_day_of_a_deadline_is_pressing(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
    assert gx.due_meaning(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) == Meaning.SOON
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # the exclusive end of the same day
    assert gx.due_meaning(midnight) == Meaning.SOON
    assert gx.due_meaning(midnight + timedelta(seconds=1)) == Meaning.OPEN


def test_a_countdown_drops_leading_zeros(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: EVENING)
    assert gx.remaining(EVENING + timedelta(days=2, hours=6, minutes=48)) == "2 天 6 小时 48 分"
    assert gx.remaining(EVENING + timedelta(minutes=5)) == "5 分"
    assert gx.remaining(EVENING) == ""


def test_a_deadline_shows_instant_and_rule_beside_the_countdown():
    html = rendered(
        '{% deadline until "整点即为迟到" %}', until=clock.now() + timedelta(days=2, minutes=1)
    )
    assert 'data-until="' in html
    assert "<small>天</small>" in html
    assert "整点即为迟到" in html


def test_a_badge_is_icon_and_words():
    html = rendered('{% badge "public" "公示中" %}')
    assert html.startswith('<span class="gx-s gx-public"><svg')
    assert "#eye" in html
    assert html.endswith("公示中</span>")


def test_what_users_typed_is_escaped_everywhere():
    nasty = '"><script>'
    for source in (
        "{% badge 'open' text %}",
        "{% copy text %}",
        "{% hash text %}",
        "{% qr text %}",
    ):
        assert "<script>" not in rendered(source, text=nasty)


def test_a_paper_is_shown_block_by_block():
    from core.paper import Checks, Fields, Form, Heading, Paper, Paragraph, Signatures, Table

    paper = Paper(
        "选取公告",
        (
            Heading("一、项目"),
            Paragraph("测试 <b>文字"),
            Fields((("预算", "¥1.00"),)),
            Form((("名称", "甲", "类别", Checks(((True, "是"), (False, "否")))),)),
            Table(("机构", "金额"), (("甲", "1"),), ("left", "right")),
            Signatures((("某单位", "2026年"),)),
        ),
    )
    html = rendered('{% include "components/paper.html" %}', paper=paper)
    for piece in (
        "<h3>一、项目</h3>",
        "测试 &lt;b&gt;文字",
        "<dt>预算</dt><dd>¥1.00</dd>",
        "#box-on",
    ):
        assert piece in html
    assert '<td data-label="金额" class="gx-right"><span>1</span></td>' in html
    assert "某单位<br>2026年" in html


def kept(rf, user, path="/orders/", method="get", **context):
    """What the tag shows at an address to a user."""
    request = getattr(rf, method)(path)
    request.user = user
    source = '{% kept "part" "accounts.organisation" %}{{ text }}{% endkept %}'
    return rendered(source, request=request, **context)


def test_a_kept_part_is_drawn_once_for_each_address(db, rf):
    nobody = AnonymousUser()
    assert kept(rf, nobody, text="first") == "first"
    assert kept(rf, nobody, text="second") == "first"
    assert kept(rf, nobody, path="/orders/?q=x", text="third") == "third"
    assert kept(rf, nobody, method="post", text="fourth") == "fourth"


def test_who_is_signed_in_is_shown_no_kept_part_and_leaves_none(cast, rf):
    assert kept(rf, cast.owner.user, text="mine") == "mine"
    assert kept(rf, AnonymousUser(), text="everybody's") == "everybody&#x27;s"
    assert kept(rf, cast.owner.user, text="mine again") == "mine again"


def test_a_page_without_a_request_keeps_nothing():
    assert rendered('{% kept "part" %}text{% endkept %}') == "text"
