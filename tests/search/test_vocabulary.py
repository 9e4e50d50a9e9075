"""Words come with the documents and go with the last one that holds them."""

import pytest
from django.core.management import call_command

from core import clock
from core.searched import Entry, Kind
from search import index
from search.models import Word

pytestmark = pytest.mark.django_db


def write(code: str, title: str | None, **facts) -> None:
    """A document says `title` from now on; None: it is gone."""
    at = clock.now()
    entry = None if title is None else Entry(path="/", title=title, at=at, **facts)
    index.refresh(Kind("order", "", lambda *_: entry, list, {}), code, at=at)


def known() -> set[str]:
    return set(Word.objects.values_list("word", flat=True))


def test_a_word_goes_with_the_last_document_that_holds_it():
    write("D1", "GIS 建库", number="GXDD-2026-000123")
    write("D2", "GIS 与 BIM 咨询", summary="Revit")
    assert known() == {"gis", "bim", "revit", "gxdd", "2026", "000123", "gxdd2026000123"}
    write("D1", "测绘", number="GXDD-2026-000124")
    assert known() == {"gis", "bim", "revit", "gxdd", "2026", "000124", "gxdd2026000124"}
    write("D2", "造价咨询", summary="另见 BIM")
    assert "bim" in known()  # moved within the document
    assert not {"gis", "revit"} & known()
    write("D1", None)
    assert known() == {"bim"}
    write("D2", None)
    assert known() == set()


def test_a_word_stays_while_any_text_or_number_holds_it():
    write("D1", "Revit 建模")
    write("D2", "模型", text="以 Revit 交付")
    write("D3", "AB12CD 号")
    write("D4", "编号", number="AB-12-CD")  # as one piece
    write("D1", None)
    write("D3", None)
    assert {"revit", "ab12cd"} <= known()


def test_only_a_code_in_one_piece_is_a_word():
    write("D1", "公告", number="云财购〔2026〕15号")
    assert known() == {"2026"}


def test_the_command_forgets_what_nobody_holds(capsys, monkeypatch):
    monkeypatch.setattr("search.vocabulary.BATCH", 2)
    write("D1", "GIS 与 BIM 咨询 Revit")
    Word.objects.bulk_create(Word(word=one) for one in ("abcd", "gone", "zzzz", "gis2"))
    call_command("index")
    # D1 is of no package, so the command lets it go as well.
    assert not {"abcd", "gone", "zzzz", "gis2", "revit"} & known()
