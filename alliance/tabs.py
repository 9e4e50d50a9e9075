"""The tabs of an alliance's public page: each subject adds its own from its registry module.

    tabs.add("members", _("Members"), "alliance:members", place=20)

A tab is a page of its own, whose address takes the alliance's number.
"""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True)
class Tab:
    key: str
    label: Any
    url_name: str
    place: int


registered: dict[str, Tab] = {}


def add(key: str, label: Any, url_name: str, *, place: int) -> None:
    """Name a tab; `place` orders them: 10 overview, 20 members, 30 charter, 40 decisions, …"""
    registered[key] = Tab(key, label, url_name, place)


def of(number: str, current: str) -> list[dict[str, Any]]:
    """The tabs as `alliance/tabs.html` shows them."""
    return [
        {
            "label": tab.label,
            "href": reverse(tab.url_name, args=[number]),
            "current": tab.key == current,
        }
        for tab in sorted(registered.values(), key=lambda tab: tab.place)
    ]
