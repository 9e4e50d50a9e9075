"""The menus and the foot as they are set 菜单, made once for every change of the site.

Where nothing is set, the usual entries stand (cms.navigation).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, override
from wagtail.models import Site

from cms import destinations, navigation
from cms.changes import SUBJECT
from cms.models import Frame
from core import cache


@dataclass(frozen=True)
class Line:
    """An entry of a menu that editors set: its words, and where it leads, in both languages."""

    words: str
    words_en: str
    entry: destinations.Entry | None  # a named page of the site, or
    path: str  # the address of a page of the editors

    @property
    def label(self) -> str:
        named = str(self.entry.label) if self.entry else self.words
        if get_language() == "en":
            return self.words_en or named
        return self.words or named

    @property
    def href(self) -> str:
        if self.entry:
            return self.entry.href
        return f"/en{self.path}" if get_language() == "en" else self.path

    alone = False

    def offered(self, seat: Any) -> bool:
        return True


@dataclass(frozen=True)
class Menus:
    main: Sequence[Line | destinations.Entry]
    foot: Sequence[Line | destinations.Entry]
    host: str = ""
    hotline: str = ""
    registration: str = ""


def current() -> Menus:
    """The menus in force: one query, two more after a change."""
    return cache.made_once((SUBJECT,), _made)


def _made(at: datetime) -> tuple[Menus, None]:
    frame = Frame.objects.filter(site__is_default_site=True).first()
    if frame is None:
        return Menus(navigation.PUBLIC, navigation.FOOT), None
    with override("zh-hans"):
        main, foot = list(_lines(frame.main)), list(_lines(frame.foot))
    shown = Menus(
        main=main or navigation.PUBLIC,
        foot=foot or navigation.FOOT,
        host=frame.host,
        hotline=frame.hotline,
        registration=frame.registration,
    )
    return shown, None


def _lines(items: Any) -> Any:
    for item in items:
        value = item.value
        entry = destinations.destination(value.get("destination") or "")
        page = value.get("page")
        if entry is None and (page is None or not page.live):
            continue
        words = value.get("label") or ("" if entry else page.title)
        yield Line(words, value.get("label_en") or "", entry, "" if entry else page.url)


def site() -> Site:
    found: Site = Site.objects.get(is_default_site=True)
    return found
