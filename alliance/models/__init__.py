"""The rows of the alliances, by aggregate."""

from alliance.models.founding import (
    BEING_WRITTEN,
    Call,
    CallState,
    ConsentState,
    Founding,
    FoundingState,
    FoundingUnit,
    FoundingVersion,
    ReviewComment,
)
from alliance.models.register import (
    SECRETARIAT,
    Alliance,
    AllianceState,
    Charter,
    CharterState,
    LegalForm,
    Member,
    MemberState,
    Officer,
    Post,
    UnitKind,
)

__all__ = [
    "BEING_WRITTEN",
    "SECRETARIAT",
    "Alliance",
    "AllianceState",
    "Call",
    "CallState",
    "Charter",
    "CharterState",
    "ConsentState",
    "Founding",
    "FoundingState",
    "FoundingUnit",
    "FoundingVersion",
    "LegalForm",
    "Member",
    "MemberState",
    "Officer",
    "Post",
    "ReviewComment",
    "UnitKind",
]
