"""What needs tell the packages below: their notices, states, files, and what waits."""

from core import meanings
from procurement.models import NeedState


def register() -> None:
    """Called once, from `apps.py`."""
    meanings.register(
        {
            NeedState.DRAFT: "draft",
            NeedState.SUBMITTED: "wait",
            NeedState.RETURNED: "fail",
            NeedState.PUBLISHED: "public",
            NeedState.SETTLED: "done",
            NeedState.WITHDRAWN: "ended",
        }
    )
