"""What the register of alliances tells the packages below: states and their colours."""

from alliance.models import (
    AllianceState,
    CallState,
    CharterState,
    ConsentState,
    FoundingState,
    MemberState,
)
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
    meanings.register({CallState.DRAFT: "draft", CallState.PUBLISHED: "open"})
    meanings.register(
        {
            FoundingState.DRAFT: "draft",
            FoundingState.SUBMITTED: "wait",
            FoundingState.RETURNED: "fail",
            FoundingState.REGISTERED: "done",
            FoundingState.REFUSED: "fail",
            FoundingState.WITHDRAWN: "ended",
        }
    )
    meanings.register(
        {
            ConsentState.INVITED: "wait",
            ConsentState.CONSENTED: "done",
            ConsentState.DECLINED: "fail",
        }
    )
