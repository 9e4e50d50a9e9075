"""Documents follow the deeds, and the word index follows the documents."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts.models import Organisation
from core import clock, outbox, searched
from core.models import Event, Region
from core.searched import Entry, Kind
from marketplace import orders
from marketplace.models import ServiceOrder
from procurement.models import Need, Procedure
from publication.models import Notice
from search import engines, index
from search.engines import database
from search.models import SearchDocument
from search.query import parse
from tests.marketplace import ordering
from tests.search import library


def found(text: str) -> set[str]:
    keys = engines.find(parse(text), clock.now()).keys
    return set(SearchDocument.objects.filter(pk__in=keys).values_list("code", flat=True))


def test_the_word_index_follows_every_change_of_the_table(shelved):
    """A migration that remakes the table on SQLite drops its triggers: see search/0005."""
    assert "S-survey" in found("测绘")
    row = SearchDocument.objects.get(code="S-survey")
    row.tokens = row.tokens.replace("测绘", "测量")
    row.save()
    assert "S-survey" not in found("测绘")
    SearchDocument.objects.filter(code="A-dadi").delete()
    assert "A-dadi" not in found("测绘")
    assert found("测绘")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps a generated column")
def test_the_fts_table_agrees_with_the_documents(shelved):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO search_words(search_words) VALUES('integrity-check')")


def carry() -> None:
    while outbox.run_once(at=clock.now()):
        pass


def standing(code: str) -> str:
    return SearchDocument.objects.get(code=code, gone_at=None).standing_at(clock.now())


def test_an_order_is_found_once_it_is_published(cast):
    order = ordering.submitted(cast)
    carry()
    assert not SearchDocument.objects.filter(kind="order", gone_at=None).exists()
    orders.publish(order, by=cast.approver, at=clock.now())
    assert index.is_behind(clock.now())
    carry()
    assert not index.is_behind(clock.now())
    assert order.code in found("教学综合楼")
    order.refresh_from_db()
    assert order.code in found(order.number)
    assert {"order", "notice"} <= set(
        SearchDocument.objects.filter(body__contains="教学综合楼").values_list("kind", flat=True)
    )


def test_nothing_of_a_bid_is_found_before_the_deadline(cast):
    order = ordering.published(cast)
    ordering.enlisted(cast.agency.organisation)
    ordering.bid(order, cast.agency)
    carry()
    name = cast.agency.organisation.name.lower()
    assert not SearchDocument.objects.filter(kind="order", body__contains=name).exists()


def test_the_clock_alone_changes_a_standing(cast, later):
    order = ordering.published(cast)
    carry()
    row = SearchDocument.objects.get(kind="order", code=order.code)
    assert row.standing_at(clock.now()) == "open"
    assert index.next_change(clock.now()) <= row.changes_at
    is_open = parse("", {"standing": ["open"], "kind": ["order"]})
    assert engines.find(is_open, clock.now()).total == 1
    assert engines.find(is_open, row.changes_at).total == 0
    deciding = parse("", {"standing": ["deciding"], "kind": ["order"]})
    assert engines.find(deciding, row.changes_at).total == 1
    assert engines.find(deciding, row.changes_at).facets["standing"] == {"deciding": 1}


def test_a_withdrawn_order_says_so_and_its_notice_too(cast):
    order = ordering.published(cast)
    orders.withdraw(order, reason="项目取消", by=cast.approver, at=clock.now())
    carry()
    assert standing(order.code) == "ended"
    first = Notice.objects.about(order).first()
    assert standing(first.code) == ("ended" if first.superseded_by else "in-force")


def test_an_agency_goes_by_its_new_name_and_is_found_by_the_old(cast):
    agency = ordering.enlisted(cast.agency.organisation)
    carry()
    kind = searched.kinds["agency"]
    index.refresh(kind, agency.code, at=clock.now())
    assert agency.code in found(agency.organisation.name)
    Organisation.objects.filter(pk=agency.organisation.pk).update(name="新名称咨询有限公司")
    assert index.refresh(kind, agency.code, at=clock.now())
    assert agency.code in found("新名称咨询")
    assert not index.refresh(kind, agency.code, at=clock.now())  # nothing differs: nothing written


def test_what_is_gone_leaves_no_words_behind(shelved, monkeypatch):
    kind = Kind("service", "服务", lambda code, at: None, list, {})
    assert index.refresh(kind, "S-survey", at=clock.now())
    row = SearchDocument.objects.get(code="S-survey")
    assert row.gone_at
    assert row.tokens == row.text == row.body == row.title == ""
    assert "S-survey" not in found("测绘")
    assert not index.refresh(kind, "S-survey", at=clock.now())


def test_a_thing_comes_back_after_it_was_gone(shelved):
    gone = Kind("service", "服务", lambda code, at: None, list, {})
    index.refresh(gone, "S-survey", at=clock.now())
    library.shelve(shelved)
    assert "S-survey" in found("测绘")


def test_two_documents_of_one_instant_have_their_own_places(shelved):
    places = SearchDocument.objects.values_list("place", flat=True)
    assert len(set(places)) == len(library.CORPUS)


def test_a_refused_deed_builds_nothing(cast, monkeypatch):
    order = ordering.published(cast)
    carry()
    event = Event.objects.filter(subject_code=order.code).last()
    event.name = "deed.refused"
    built = []
    monkeypatch.setattr(index, "write", lambda *a, **k: built.append(a))
    with transaction.atomic():
        index.follow(event, at=clock.now())
    assert not built


def test_shown_only_in_its_time(shelved):
    row = SearchDocument.objects.get(code="S-survey")
    at = clock.now()
    SearchDocument.objects.filter(pk=row.pk).update(shown_until=at)
    assert "S-survey" not in found("测绘")
    SearchDocument.objects.filter(pk=row.pk).update(shown_until=at + timedelta(hours=1))
    assert "S-survey" in found("测绘")
    SearchDocument.objects.filter(pk=row.pk).update(shown_from=at + timedelta(hours=1))
    assert "S-survey" not in found("测绘")


def test_the_command_builds_what_is_missing_and_lets_go_of_strays(cast, capsys):
    order = ordering.published(cast)
    library.shelve(clock.now())  # things that no package lists
    call_command("index")
    assert order.code in found("教学综合楼")
    assert not found("洪水影响评价")
    call_command("index")
    assert ", 0 written" in capsys.readouterr().out
    call_command("index", rebuild=True)
    assert ", 0 written" not in capsys.readouterr().out


def test_many_documents_are_ranked_by_their_titles(db, monkeypatch):
    """More than the engine looks at: those with the words in the title come first nevertheless."""
    monkeypatch.setattr(database, "ROOM", 5)
    at = clock.now()
    for place in range(12):
        title = "测绘" if place == 11 else f"第{place}号"
        shown = Entry(path="/", title=title, at=at - timedelta(days=place), text="测绘成果")
        made = Kind("order", "订单", lambda _code, _at, shown=shown: shown, list, {})
        index.refresh(made, f"M{place}", at=at)
    answer = database.find(parse("测绘"), at)
    assert not answer.is_exact
    assert SearchDocument.objects.get(pk=answer.keys[0]).code == "M11"
    for sort in ("new", "amount", "deadline"):
        assert database.find(parse("测绘", sort=sort), at).keys


def test_every_facet_value_has_room():
    """SQLite keeps what PostgreSQL refuses."""
    room = {one.name: one.max_length for one in SearchDocument._meta.concrete_fields}
    for column, values in (
        ("grade", searched.grades),
        ("method", searched.methods),
        ("kind", searched.kinds),
        ("standing", searched.Standing.values),
        ("standing_after", searched.Standing.values),
    ):
        assert all(len(value) <= room[column] for value in values), column
    for model, column in (
        (ServiceOrder, "method"),
        (Procedure, "method"),
        (Need, "method"),
        (Region, "code"),
    ):
        mine = model._meta.get_field(column)
        assert mine.max_length <= room["region" if model is Region else column], model
    for model, column in ((ServiceOrder, "worth"), (Need, "budget"), (Procedure, "budget")):
        mine = model._meta.get_field(column)
        assert mine.max_digits <= SearchDocument._meta.get_field("amount").max_digits, model
