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
from typing import Any, Final, Literal

from django.db import models
from django.utils.translation import pgettext_lazy

from core import outbox, uploads
from core.lifecycle import part
from core.models import Event, Scan, Upload


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
    files: tuple[str, ...] = ()  # digests of public files whose text belongs to it
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
    renewed_at: datetime | None = None  # when what takes part in it must be looked at anew


@dataclass(frozen=True)
class Facets:
    """What a published row tells of the papers about it; an amount only as it was planned."""

    region: str = ""
    items: tuple[str, ...] = ()
    method: str = ""
    amount: Decimal | None = None


EVERYTHING: Final = "everything"
# Which entries may change, or go, with an event: their codes, or all.
Watcher = Callable[[Event], Iterable[str]] | Literal["everything"]


@dataclass(frozen=True)
class Kind:
    """One kind of things: how its entries are built, and after which events."""

    name: str
    label: Any
    build: Callable[[str, datetime], Entry | None]
    codes: Callable[[], Iterable[str]]
    watches: Mapping[str, Watcher]
    weight: int = 0  # among equally good hits, and among suggestions: the higher first


# A file's content and its media type, by what an entry calls the file; None for an unknown one.
Opener = Callable[[str], tuple[bytes, str] | None]

kinds: dict[str, Kind] = {}
# How facet values are called, by the value that entries bear.
methods: dict[str, Any] = {}
grades: dict[str, Any] = {}
# By the label of a model: what narrows the search for notices about its rows. What a row tells may
# change with the correction of a notice about it, and not otherwise.
subjects: dict[str, Callable[[str], Facets]] = {}
openers: dict[str, Opener] = {}
# Filled from the `apps.py` of `search`, which is made ready before the packages below it.
indexers: list[outbox.Consumer] = []
CONSUMER = "search.index"
READ = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)
LARGEST_FILE = 30_000_000  # bytes


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
    for model in watches:
        outbox.follow(model, CONSUMER, tell_indexers)


@part
def tell_indexers(event: Event, *, at: datetime) -> None:
    """The consumer of all watched events: whoever keeps the documents looks at what they tell."""
    for indexer in indexers:
        indexer(event, at=at)


def facets_about(label: str, code: str) -> Facets:
    """What the row that a paper is about tells; nothing where its package tells nothing."""
    return subjects[label](code) if label in subjects else Facets()


def by_code(event: Event) -> Iterable[str]:
    """The watcher of a kind whose entries bear the code of the event's own row."""
    return (event.subject_code,)


def files_of(row: Any, *purposes: str) -> tuple[str, ...]:
    """The digests of a row's files that the search can read. That everybody may read them is for
    the caller to know.
    """
    mine = Upload.objects.filter(subject=row._meta.label_lower, subject_code=row.code)
    read = mine.filter(
        purpose__in=purposes,
        media_type__in=READ,
        size__lte=LARGEST_FILE,
        scan__in=(Scan.UNSCANNED, Scan.CLEAN),
    )
    return tuple(read.order_by("pk").values_list("sha256", flat=True))


def open_upload(digest: str) -> tuple[bytes, str] | None:
    """The opener of received files."""
    upload = Upload.objects.filter(sha256=digest).order_by("pk").first()
    if upload is None:
        return None
    with uploads.content(upload) as stream:
        return stream.read(), upload.media_type


openers["uploads"] = open_upload
