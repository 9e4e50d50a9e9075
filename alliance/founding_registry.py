"""What the register of alliances tells the packages below: states and their colours."""

from alliance.models import AllianceState, CharterState, MemberState
from core import meanings


def register() -> None:
    """Called once, from `apps.py`."""
    meanings.register({AllianceState.REGISTERED: "done", AllianceState.DISSOLVED: "ended"})
    meanings.register(
        {
            CharterState.DRAFT: "draft",
            CharterState.ADOPTED: "done",
            CharterState.SUPERSEDED: "ended",
        }
    )
    meanings.register(
        {
            MemberState.ADMITTED: "done",
            MemberState.SUSPENDED: "soon",
            MemberState.LEFT: "ended",
            MemberState.EXPELLED: "fail",
        }
    )
