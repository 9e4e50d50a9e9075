"""The service catalogue: items introduced, revised and retired; every version stays.

Who changes an item records which text of it was in force when; orders freeze that version.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction

from core import clock, reference
from core.audit import Actor, Clock, canonical, record
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code
from marketplace import conditions
from marketplace.models import QualificationCategory, ServiceItem, ServiceItemVersion

FILE = Path(__file__).parent / "data" / "service-items.json"


@transaction.atomic(durable=True)
def introduce(
    slug: str, content: Mapping[str, Any], *, note: str = "", by: Actor, at: datetime
) -> ServiceItem:
    """Enter a new item in force at once. Refused where its address is taken, or its demand odd."""
    return _introduce(slug, content, note=note, by=by, at=at)


@part
def _introduce(
    slug: str, content: Mapping[str, Any], *, note: str, by: Actor, at: datetime
) -> ServiceItem:
    _check_demand(content["requirement"])
    if ServiceItem.objects.filter(code=slug).exists():
        raise RuleBroken("An item has this address already: choose another one.")
    item = ServiceItem(code=slug, revised_at=at, **content)
    item.save()
    _keep_version(item, note=note, name="service-item.introduced", by=by, at=at)
    return item


@transaction.atomic(durable=True)
def revise(
    item: ServiceItem,
    content: Mapping[str, Any],
    *,
    seen: int,
    note: str,
    by: Actor,
    at: datetime,
) -> ServiceItem:
    """Give an item its next version, in force at once; the earlier ones stay.

    Refused when somebody revised it since version `seen`, when nothing changes, without a note on
    what changes and why, and when it demands a category that is not known.
    """
    item = lock(item)
    if item.version != seen:
        raise RuleBroken("Somebody else revised this item meanwhile: load the page again.")
    if not note.strip():
        raise RuleBroken("Say what changes and why: the note is published with the version.")
    changed = {
        name: value
        for name, value in content.items()
        if canonical(value) != canonical(getattr(item, name))
    }
    if not changed:
        raise RuleBroken("Nothing differs from the version in force: change something first.")
    _check_demand(content.get("requirement", item.requirement))
    for name, value in changed.items():
        setattr(item, name, value)
    item.version, item.revised_at = item.version + 1, at
    item.save()
    _keep_version(item, note=note, name="service-item.revised", by=by, at=at)
    return item


@part
def _keep_version(item: ServiceItem, *, note: str, name: str, by: Actor, at: datetime) -> None:
    content = json.loads(canonical(item.content))
    version = ServiceItemVersion.objects.create(
        code=new_code(),
        item=item,
        number=item.version,
        content=content,
        digest=sha256(canonical(content).encode()).hexdigest(),
        note=note.strip(),
        recorded_at=at,
    )
    # The event's subject is the version: an item's own code is its address, a word.
    facts = {"item": item.code, "version": version.number, "digest": version.digest}
    record(version, name, by=by, at=at, public=True, **facts)


def _check_demand(tree: Any) -> None:
    try:
        node = conditions.parse(tree)
    except conditions.BadTree as bad:
        raise RuleBroken(
            "The required qualifications are not written as they must be: %(what)s.", what=str(bad)
        ) from bad
    named = conditions.categories_in(node)
    known = set(QualificationCategory.objects.filter(code__in=named).values_list("code", flat=True))
    if named - known:
        unknown = "、".join(sorted(named - known))
        raise RuleBroken("No qualification category is called %(name)s.", name=unknown)


@transaction.atomic(durable=True)
def load() -> int:
    """Add the file's categories and items that the tables lack; what staff edited stays."""
    data = reference.read(FILE)
    known = set(QualificationCategory.objects.values_list("code", flat=True))
    missing = [
        QualificationCategory(place=place, **row)
        for place, row in enumerate(data["categories"])
        if row["code"] not in known
    ]
    QualificationCategory.objects.bulk_create(missing)
    there = set(ServiceItem.objects.values_list("code", flat=True))
    new = [dict(row) for row in data["items"] if row["code"] not in there]
    for row in new:
        note = f"目录数据文件 {data['edition']}"
        _introduce(row.pop("code"), row, note=note, by=Clock(), at=clock.now())
    return len(missing) + len(new)
