"""A word that one document gives up while another takes it is known afterwards."""

from threading import Event
from time import sleep

from django.db import transaction

from core import clock
from core.searched import Entry, Kind
from search import index
from search.models import Word
from tests.races.threads import at_once

HOLD = 0.5  # seconds in which a writer has not committed


def kind(title: str) -> Kind:
    entry = Entry(path="/", title=title, at=clock.now())
    return Kind("order", "", lambda *_: entry, list, {})


def known() -> set[str]:
    return set(Word.objects.filter(word__in=("revit", "bim")).values_list("word", flat=True))


def test_no_word_is_lost_between_two_writers(database):
    index.refresh(kind("Revit 与 BIM"), "D1", at=clock.now())
    written = Event()

    def take() -> None:
        with transaction.atomic(durable=True):
            index.write(kind("Revit"), "D2", at=clock.now())
            written.set()
            sleep(HOLD)

    def give_up() -> None:
        assert written.wait(10)
        index.refresh(kind("测绘"), "D1", at=clock.now())

    at_once([take, give_up], threads=2)
    assert known() == {"revit"}
    index.refresh(kind("测绘"), "D2", at=clock.now())
    assert known() == set()
