"""What the search finds: each package tells it in its `search.py`, and registers that in `apps.py`.

    def order(code):
        row = ServiceOrder.objects.public().filter(code=code).first()
        return row and Entry(path=…, title=row.title, at=row.published_at, …)

    searched.kind("order", _("service order"), order, codes, {"marketplace.serviceorder": by_code})

Only what an anonymous visitor may see is an entry. After each deed on a row that a kind watches,
`search.index` builds the entries that the watcher names anew; one that is None vanishes.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from core.models import Event


class Standing(models.TextChoices):
    """Where a thing stands, in words that fit all kinds; what badges tell is finer."""

    COMING = "coming", pgettext_lazy("search", "opens soon")
    OPEN = "open", pgettext_lazy("search", "open: you may take part")
    DECIDING = "deciding", pgettext_lazy("search", "being decided")
    CONTESTABLE = "contestable", pgettext_lazy("search", "result may be contested")
    UNDER_WAY = "under-way", pgettext_lazy("search", "under way")
    IN_FORCE = "in-force", pgettext_lazy("search", "in force")
    DONE = "done", pgettext_lazy("search", "done")
    FAILED = "failed", pgettext_lazy("search", "without result")
    ENDED = "ended", pgettext_lazy("search", "ended, withdrawn or superseded")


@dataclass(frozen=True)
class Entry:
    """One thing as it is found. `text` and `names` are searched and never shown whole."""

    path: str  # of its Chinese page
    title: str
    at: datetime  # when it became public: newest first
    number: str = ""
    summary: str = ""  # a sentence or two, shown below the title
    text: str = ""
    names: tuple[str, ...] = ()  # former names, owners, codes: found like words of the summary
    files: tuple[str, ...] = ()  # SHA-256 of public files whose text belongs to it
    region: str = ""  # six digits
    items: tuple[str, ...] = ()  # codes of service items
    method: str = ""
    amount: Decimal | None = None
    deadline: datetime | None = None
    standing: str = Standing.IN_FORCE
    # What the clock alone makes of it, and when: `build` is asked again after that.
    standing_after: str = ""
    changes_at: datetime | None = None
    grade: str = ""
    shown_from: datetime | None = None
    shown_until: datetime | None = None
    refresh_at: datetime | None = None  # when the clock alone changes anything else of it


Watcher = Callable[[Event], Iterable[str]]


@dataclass(frozen=True)
class Kind:
    """One kind of things: how its entries are built, and after which events."""

    name: str
    label: Any
    build: Callable[[str, datetime], Entry | None]
    codes: Callable[[], Iterable[str]]
    watches: Mapping[str, Watcher]
    weight: int = 0  # among equally good hits, and among suggestions: the higher first


kinds: dict[str, Kind] = {}
methods: dict[str, Any] = {}
grades: dict[str, Any] = {}


def kind(
    name: str,
    label: Any,
    build: Callable[[str, datetime], Entry | None],
    codes: Callable[[], Iterable[str]],
    watches: Mapping[str, Watcher],
    *,
    weight: int = 0,
) -> None:
    """Register a kind, from `apps.py`. `watches`: by the label of a model, whose events matter."""
    kinds[name] = Kind(name, label, build, codes, watches, weight)


def by_code(event: Event) -> Iterable[str]:
    """The watcher of a kind whose entries bear the code of the event's own row."""
    return (event.subject_code,)


def watched() -> set[str]:
    """The labels of all models whose events matter to any kind."""
    return {label for kind in kinds.values() for label in kind.watches}
