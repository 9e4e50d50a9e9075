"""Searches that are kept, their digests, and addresses that only their readers subscribe."""

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from core import clock, letters
from core.audit import Visitor
from core.calendar import SHANGHAI
from core.models import Letter
from procurement import inquiries
from search import alerts, index, tasks
from search.models import SavedSearch
from search.query import parse
from search.rhythm import next_after
from tests.cast import signed_in
from tests.procurement import buying
from tests.search.test_carrying import entry_kind
from tests.witness import refused

instants = st.integers(0, 10_000_000).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=minutes)
)


@given(instants)
def test_digests_are_due_the_next_morning_or_monday(at):
    daily, weekly = next_after("daily", at), next_after("weekly", at)
    assert next_after("never", at) is None
    assert timedelta() < daily - at <= timedelta(days=1)
    assert timedelta() < weekly - at <= timedelta(days=7)
    assert (daily.hour, daily.minute, weekly.hour, weekly.weekday()) == (7, 30, 7, 0)


def appear(code, title, **facts):
    at = clock.now()
    index.refresh(entry_kind(title, at=at, **facts), code, at=at)


@pytest.fixture
def user(cast):
    return cast.agency.user


def kept(user, text="测绘", rhythm="daily"):
    return alerts.save(parse(text), name=text, rhythm_key=rhythm, by=user, at=clock.now())


def told(user):
    return Letter.objects.filter(user_code=user.code, kind="search/digest")


def test_a_digest_tells_what_is_new_once(user, later):
    appear("D1", "地形图测绘一")
    later(minutes=10)
    kept(user)
    tasks.tell_due()
    assert not told(user).exists()  # not due
    later(minutes=10)
    appear("D2", "地形图测绘二")
    appear("D3", "监理")
    later(days=1)
    tasks.tell_due()
    tasks.tell_due()
    letter = told(user).get()
    assert "地形图测绘二" in letter.body
    assert "测绘一" not in letter.body
    assert "监理" not in letter.body
    assert letter.subject.startswith("有 1 项新结果")
    later(days=1)
    tasks.tell_due()
    assert told(user).count() == 1  # nothing new, no letter


def test_what_is_indexed_while_a_digest_is_written_comes_with_the_next(user, later):
    kept(user)
    later(days=1, hours=1)
    appear("D1", "地形图测绘一")  # less than what indexing may take ago
    tasks.tell_due()
    assert not told(user).exists()
    later(days=1)
    tasks.tell_due()
    assert "测绘一" in told(user).get().body


def test_what_vanished_and_comes_again_is_new(user, later):
    appear("D1", "地形图测绘一")
    index.refresh(entry_kind(None, at=clock.now()), "D1", at=clock.now())
    later(minutes=5)
    kept(user)
    later(minutes=5)
    appear("D1", "地形图测绘一")
    later(days=1)
    tasks.tell_due()
    assert told(user).count() == 1


def test_a_corrected_inquiry_is_told_again_to_who_follows_such(cast, later):
    procedure = buying.published(cast)
    buying.carry_news()
    later(minutes=10)
    mine = kept(cast.rival.user, "自助终端")
    later(minutes=10)
    procedure = buying.corrected(cast, procedure)
    buying.carry_news()
    later(minutes=10)
    at = clock.now()
    numbers = [one.number for one in alerts.new_hits(mine, at, at)]
    assert set(numbers) == {procedure.number, inquiries.notice_of(procedure).number}
    later(days=1)
    tasks.tell_due()
    assert procedure.title in told(cast.rival.user).get().body


def test_the_same_search_is_kept_once_and_only_so_many(user, monkeypatch):
    kept(user)
    with refused("You keep this search already."):
        kept(user)
    with refused("Look for something first"):
        kept(user, "，")
    monkeypatch.setattr(alerts, "MOST", 1)
    with refused("You keep %(most)s searches"):
        kept(user, "监理")


def test_a_user_keeps_changes_and_ends_a_search_on_its_pages(user, cast):
    client = signed_in(user)
    form = client.get(reverse("search:follow"), {"q": "测绘"})
    assert 'value="测绘"' in form.content.decode()
    address = reverse("search:follow") + "?q=测绘"
    client.post(address, {"name": "", "rhythm_key": "daily"})
    assert not SavedSearch.objects.exists()
    client.post(address, {"name": "测绘类", "rhythm_key": "weekly"})
    saved = SavedSearch.objects.get()
    assert "测绘类" in client.get(reverse("search:saved")).content.decode()
    edit = reverse("search:saved-edit", args=[saved.code])
    client.post(edit, {"name": "测绘", "rhythm_key": "never"})
    saved.refresh_from_db()
    assert (saved.name, saved.next_at) == ("测绘", None)
    stranger = signed_in(cast.owner.user)
    for name in ("saved-edit", "saved-end"):
        there = reverse(f"search:{name}", args=[saved.code])
        assert stranger.post(there, {"name": "x", "rhythm_key": "daily"}).status_code == 404
    client.post(reverse("search:saved-end", args=[saved.code]))
    assert not SavedSearch.objects.exists()


def asked(client, email="reader@example.org", text="测绘"):
    data = {"email": email, "rhythm_key": "daily"}
    return client.post(reverse("search:follow") + f"?q={text}", data)


def link_in(message):
    return re.search(r"/search/subscription/\S+", message.body).group()


def test_an_address_is_subscribed_by_its_reader_alone(client, db, later):
    assert "请查收邮件" in asked(client).content.decode()
    letters.deliver()
    question = mail.outbox[-1]
    assert question.to == ["reader@example.org"]
    there = link_in(question)
    later(minutes=5)
    appear("D1", "地形图测绘一")
    later(days=2)
    tasks.tell_due()
    letters.deliver()
    assert len(mail.outbox) == 1  # nothing before yes
    assert "确认订阅" in client.get(there).content.decode()
    assert SavedSearch.objects.get().confirmed_at is None  # a look is no yes: programs look too
    client.post(there, {"deed": "confirm"})
    later(minutes=5)
    appear("D2", "地形图测绘二")
    later(days=1)
    tasks.tell_due()
    letters.deliver()
    digest = mail.outbox[-1]
    assert "测绘二" in digest.body
    assert digest.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = re.search(r"/search/subscription/[^>]+", digest.extra_headers["List-Unsubscribe"])
    assert client.get(leave.group()).status_code == 200
    client.post(leave.group(), {"List-Unsubscribe": "One-Click"})
    assert not SavedSearch.objects.exists()
    assert "邮箱地址已删除" in client.get(leave.group()).content.decode()
    assert {one.leave_link for one in Letter.objects.all()} == {""}


def test_who_asks_learns_nothing_and_floods_nobody(client, db):
    answers = [asked(client) for _ in range(3)]
    answers += [asked(client, text=f"测绘{place}") for place in range(6)]
    assert (
        len({re.search("<main.*</main>", one.content.decode(), re.S).group() for one in answers})
        == 1
    )
    assert Letter.objects.count() == alerts.ASKED_A_DAY


def test_questions_without_answer_are_forgotten(client, db, later):
    asked(client)
    saved = SavedSearch.objects.get()
    later(days=8)
    with refused("This question is older than a week"):
        alerts.confirm(saved, by=Visitor(), at=clock.now())
    tasks.tell_due()
    assert not SavedSearch.objects.exists()


def test_a_made_up_key_opens_nothing(client, db):
    asked(client)
    code = SavedSearch.objects.get().code
    assert client.get(reverse("search:subscription", args=[code])).status_code == 404
    wrong = alerts.key(SavedSearch(code=code))[:-2] + "xx"
    assert client.post(reverse("search:subscription", args=[wrong])).status_code == 404


def test_feeds_and_calendar_say_what_the_search_finds(client, db):
    until = clock.now() + timedelta(days=3)
    appear("D1", "地形图测绘一", deadline=until)
    appear("D2", "地形图测绘二")
    appear("D3", "监理", deadline=until)
    for name in ("atom", "rss"):
        feed = client.get(reverse(f"search:{name}"), {"q": "测绘"}).content.decode()
        assert "测绘一" in feed
        assert "测绘二" in feed
        assert "监理" not in feed
    said = client.get(reverse("search:calendar"), {"q": "测绘"})
    events = Calendar.from_ical(said.content).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == [until.replace(microsecond=0)]
    assert "地形图测绘一" in str(events[0]["summary"])


def test_a_list_of_many_asks_no_more_than_of_one(user):
    client = signed_in(user)
    counts = []
    for place in range(12):
        kept(user, f"测绘{place}")
        with CaptureQueriesContext(connection) as asked_for:
            client.get(reverse("search:saved"))
        counts.append(len(asked_for))
    assert counts[-1] == counts[1]
