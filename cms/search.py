"""What of the editors' pages is found: those published, with the text of their files."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from cms.models import HomePage, NewsPage, Paper, PolicyPage, Validity
from core import searched
from core.calendar import day_of, start_of
from core.searched import Entry, Standing

POLICIES = {
    Validity.TO_COME: Standing.COMING,
    Validity.IN_FORCE: Standing.IN_FORCE,
    Validity.SUPERSEDED: Standing.ENDED,
    Validity.EXPIRED: Standing.ENDED,
    Validity.REPEALED: Standing.ENDED,
}
BEGINNING = start_of(date(2020, 1, 1))  # of pages that a fresh site comes with
MEDIA_TYPES = dict(zip(("pdf", "docx"), searched.READ, strict=True))


def register() -> None:
    """Called once, from `apps.py`. Whatever editors do is told with the site as its subject."""
    searched.kind(
        "page",
        _("page of the site"),
        page,
        codes,
        {"wagtailcore.site": searched.EVERYTHING, "wagtailcore.page": searched.EVERYTHING},
        weight=2,
    )
    searched.openers["papers"] = open_paper


def codes() -> Iterable[str]:
    return [str(pk) for pk in _public().values_list("pk", flat=True)]


def page(code: str, at: datetime) -> Entry | None:
    """A published page. It leaves when it expires, to the second."""
    found = _public().filter(pk=int(code)).first() if code.isdecimal() else None
    where = found.get_url_parts() if found else None
    if found is None or where is None or not where[2]:
        return None
    row: Any = found.specific
    told = Entry(
        path=where[2],
        title=row.title,
        at=row.first_published_at or BEGINNING,
        summary=getattr(row, "lead", ""),
        text="\n".join(_said(row)),
        files=tuple(_files(row)),
        shown_until=row.expire_at,
    )
    return _of_its_kind(row, told, at)


def open_paper(digest: str) -> tuple[bytes, str] | None:
    """The opener of editors' documents, which Wagtail calls by their SHA-1."""
    found = Paper.objects.filter(file_hash=digest).order_by("pk").first()
    if found is None or found.file_extension not in MEDIA_TYPES:
        return None
    with found.open_file() as stream:
        return stream.read(), MEDIA_TYPES[found.file_extension]


def _public() -> Any:
    """All pages that everybody may read, but the front page, which is about everything."""
    return Page.objects.live().public().filter(depth__gt=1).not_type(HomePage)


def _of_its_kind(row: Any, told: Entry, at: datetime) -> Entry:
    if isinstance(row, NewsPage):
        return replace(told, at=start_of(row.dated_on))
    if isinstance(row, PolicyPage):
        today = day_of(at)
        ends = row.last_day + timedelta(days=1) if row.last_day else None
        follower = row.superseded_by
        followed = follower.in_force_from if follower and follower.live else None
        days = (row.in_force_from, ends, row.repealed_on, followed)
        coming = [start_of(day) for day in days if day and day > today]
        return replace(
            told,
            at=start_of(row.issued_on),
            number=row.number,
            names=(row.issuer,),
            standing=POLICIES[row.state_on(today)],
            refresh_at=min(coming, default=None),
        )
    return told


def _said(row: Any) -> Iterable[str]:
    """What the page's own fields say, blocks included."""
    inherited = {field.name for field in Page._meta.get_fields()} | {"lead", "picture"}
    for field in row._meta.get_fields():
        if field.name in inherited or not field.concrete:
            continue
        value = field.value_from_object(row)
        if isinstance(field, StreamField):
            yield from (strip_tags(str(one)) for one in field.get_searchable_content(value))
        elif isinstance(field, RichTextField):
            yield strip_tags(value)


def _files(row: Any) -> Iterable[str]:
    """Documents that the page offers: of its own field, and those that its blocks refer to."""
    own = Q(pk=getattr(row, "document_id", None))
    referred = Q(pk__in=_referred(row))
    rows = Paper.objects.filter(own | referred).exclude(file_hash="").order_by("pk")
    return [one.file_hash for one in rows if one.file_extension in MEDIA_TYPES]


def _referred(row: Any) -> set[int]:
    found = set()
    for field in row._meta.get_fields():
        if isinstance(field, StreamField):
            for model, pk, *_where in field.extract_references(field.value_from_object(row)):
                if model is Paper:
                    found.add(int(pk))
    return found
