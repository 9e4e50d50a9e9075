"""Reference data: what a fresh site must know before anybody comes. `manage.py load_reference`.

Packages register their loaders from `apps.py`. A loader may run at any time and twice: it adds
what its file has and the table lacks, and leaves alone what staff have edited.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from chinese_calendar import constants
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from core.models import CalendarDay, CalendarYear, LegalFigure, Region
from core.numbering import new_code

DATA = Path(__file__).parent / "data"

Loader = Callable[[], int]

loaders: dict[str, Loader] = {}


def loader(name: str, load: Loader) -> None:
    """Register `load`, which returns how many rows it added: `loader("core.regions", …)`."""
    loaders[name] = load


def load_all() -> Iterator[tuple[str, int]]:
    """Run every loader, a lower package's before a higher one's."""
    depth = {app.name: place for place, app in enumerate(apps.get_app_configs())}
    for name in sorted(loaders, key=lambda name: -depth[name.partition(".")[0]]):
        yield name, loaders[name]()


def read(file: Path) -> Any:
    """The file's JSON. ValueError where an object names a key twice: two entries ran together."""
    return json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_unambiguous)


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) != len(pairs):
        raise ValueError(f"a key stands twice: {[name for name, _value in pairs]}")
    return known


@transaction.atomic(durable=True)
def load_regions() -> int:
    """Every division of GB/T 2260 down to the county, below its province and prefecture."""
    known = dict(Region.objects.values_list("code", "pk"))
    names: dict[str, str] = read(DATA / "regions.json")
    added = 0
    for tail in ("0000", "00", ""):  # provinces first: a child needs its parent's key
        level = (code for code in names if _tail(code) == tail and code not in known)
        rows = [_region(code, names, known) for code in level]
        Region.objects.bulk_create(rows)
        known |= {row.code: row.pk for row in rows}
        added += len(rows)
    return added


def _tail(code: str) -> str:
    return "0000" if code.endswith("0000") else "00" if code.endswith("00") else ""


def _region(code: str, names: dict[str, str], known: dict[str, int]) -> Region:
    above = [up for up in (code[:2] + "0000", code[:4] + "00") if up != code and up in names]
    full_name = "".join(names[up] for up in above) + names[code]
    parent = known[above[-1]] if above else None
    return Region(code=code, name=names[code], full_name=full_name, parent_id=parent)


@transaction.atomic(durable=True)
def load_calendar() -> int:
    """The years and notices of `data/calendar.json`; their days as chinesecalendar has them."""
    added = 0
    for year, source in read(DATA / "calendar.json").items():
        row, new = CalendarYear.objects.get_or_create(year=int(year), defaults={"source": source})
        if new:
            days = [CalendarDay(year=row, **facts) for facts in _special_days(int(year))]
            added += len(CalendarDay.objects.bulk_create(days))
    return added


def _special_days(year: int) -> Iterator[dict[str, Any]]:
    occasions = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    for working, days in ((False, constants.holidays), (True, constants.workdays)):
        for day, occasion in days.items():
            if date(year, 1, 1) <= day < date(year + 1, 1, 1):
                yield {"on": day, "working": working, "name": occasions[occasion]}


@transaction.atomic(durable=True)
def load_figures() -> int:
    """The figures of `data/figures.json`, each as its first version where none is there."""
    known = set(LegalFigure.objects.values_list("name", "region_code", "regime"))
    rows = []
    for entry in read(DATA / "figures.json"):
        key = (entry["name"], entry.get("region_code", ""), entry.get("regime", ""))
        if key not in known:
            rows.append(LegalFigure(code=new_code(), version=1, **entry))
            known.add(key)
    return len(LegalFigure.objects.bulk_create(rows))


# Django names rights in English when it makes their rows, and never looks at the names again.
RIGHTS = {
    "add": _("may add: %(what)s"),
    "change": _("may change: %(what)s"),
    "delete": _("may delete: %(what)s"),
    "view": _("may look at: %(what)s"),
    "choose": _("may choose: %(what)s"),
}


@transaction.atomic(durable=True)
def name_permissions() -> int:
    """The rights that staff tick for a group, in the words of the site's language; adds none."""
    with override(settings.LANGUAGE_CODE):
        for right in Permission.objects.select_related("content_type"):
            verb, _between, model = right.codename.partition("_")
            what = right.content_type.model_class()
            if what is not None and verb in RIGHTS and model == right.content_type.model:
                name = RIGHTS[verb] % {"what": what._meta.verbose_name}
            else:
                name = gettext(right.name)
            if name != right.name:
                Permission.objects.filter(pk=right.pk).update(name=name)
    return 0
