"""Comments 审核意见 on the fields of an application: written by a reviewer, settled when corrected.

For every kind of application: the row only needs a `code`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.models import Seat
from alliance.models import ReviewComment
from core.lifecycle import RuleBroken, part
from core.numbering import new_code


@part
def comment(row: Any, *, field: str, text: str, by: Seat, at: datetime) -> ReviewComment:
    """Say something about one field; `field` is empty for the whole. Refused without words."""
    if not text.strip():
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    return ReviewComment.objects.create(
        code=new_code(),
        subject=row._meta.label_lower,
        subject_code=row.code,
        field=field,
        text=text.strip(),
        by=by,
        at=at,
    )


@part
def settle(row: Any, *, at: datetime) -> int:
    """All that was said is corrected: the application is handed in again. How many they were."""
    return ReviewComment.objects.about(row).unsettled().update(settled_at=at)


def by_field(row: Any, *, unsettled: bool = True) -> Mapping[str, Sequence[ReviewComment]]:
    """The comments under the names of their fields; one query."""
    found: defaultdict[str, list[ReviewComment]] = defaultdict(list)
    rows = ReviewComment.objects.about(row).select_related("by__user")
    for one in rows.unsettled() if unsettled else rows:
        found[one.field].append(one)
    return found
