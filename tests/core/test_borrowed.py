"""What Wagtail and other libraries leave in English is said in Chinese by a catalogue of ours."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from core.management import borrowed
from core.management.commands import messages
from tests.core.test_staff import staff


@pytest.mark.parametrize("domain", borrowed.DOMAINS)
def test_every_gap_of_the_libraries_is_filled(domain):
    assert list(borrowed.check(domain)) == []
    assert len(borrowed.said(domain)) > 80


def test_a_gap_and_a_word_that_nobody_says_are_told(monkeypatch):
    ours, said = borrowed.read(borrowed.path_of("django")), borrowed.said("django")
    ours.delete("Saved")
    ours.add("Nobody says this", "无人说")
    ours["Shortcuts"].string = "快捷键 %(count)s"
    monkeypatch.setattr(borrowed, "read", lambda path, locale="zh_Hans": ours)
    monkeypatch.setattr(borrowed, "said", lambda domain: said)
    assert [fault.partition(": ")[2] for fault in borrowed.check("django")] == [
        "not translated: 'Saved'",
        "placeholders differ: 'Shortcuts'",
        "no longer used: 'Nobody says this'",
    ]


def test_no_word_of_ours_changes_the_sense_of_a_librarys():
    assert [fault for fault in messages.contradictions() if "''" not in fault] == []


def test_django_says_our_words_for_wagtail():
    with override("zh-hans"):
        assert gettext("Autosave is paused") == "自动保存已暂停"
        pages = ngettext("%(num_parent_objects)d page", "%(num_parent_objects)d pages", 7)
        assert pages % {"num_parent_objects": 7} == "7 个页面"
    with override("en"):
        assert gettext("Autosave is paused") == "Autosave is paused"


@pytest.mark.django_db
def test_scripts_in_the_browser_say_our_words_too(cast):
    script = staff(cast.operator).get(reverse("wagtailadmin_javascript_catalog"))
    assert "\\u63d2\\u5165\\u533a\\u5757" in script.content.decode()  # 插入区块
