"""A composed notice's way through the rules, as most tests want it."""

from datetime import datetime, timedelta

from core import clock
from core.calendar import SHANGHAI, day_of
from procurement import composing
from procurement.models import Composition, Need
from tests.procurement import writing

LONG = "按已发布的采购需求执行。"


def typed(kind: str, **changes: str) -> dict[str, str]:
    """Everything that the kind must state, with dates far enough away."""
    today = day_of(clock.now())
    far = today + timedelta(days=90)
    samples = {
        "date": far.isoformat(),
        "instant": datetime(far.year, far.month, far.day, 9, 30, tzinfo=SHANGHAI).isoformat(),
        "money": "500000.00",
        "text": "云江市示例有限公司",
        "long": LONG,
    }
    fields = composing.notice_kinds.table()[kind].fields
    given = {one.name: samples[one.kind] for one in fields if not one.optional}
    past = ("documents_from", "reported_on", "determined_on", "received_on", "decided_on")
    given |= {name: today.isoformat() for name in past if name in given}
    return {**given, **changes}


def draft(cast, kind="procurement-tender", *, need: Need | None = None, **changes) -> Composition:
    need = need or writing.published(cast)
    by = cast.owner
    made = composing.begin(need, kind, key="", by=by, at=clock.now())
    composing.save(made, typed(kind, **changes), by=by, at=clock.now())
    made.refresh_from_db()
    return made


def submitted(cast, kind="procurement-tender", **changes) -> Composition:
    return composing.submit(draft(cast, kind, **changes), by=cast.owner, at=clock.now())


def published(cast, kind="procurement-tender", **changes) -> Composition:
    return composing.publish(submitted(cast, kind, **changes), by=cast.approver, at=clock.now())
