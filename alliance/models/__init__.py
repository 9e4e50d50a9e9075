"""The rows of the alliances, by aggregate."""

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
    "SECRETARIAT",
    "Alliance",
    "AllianceState",
    "Charter",
    "CharterState",
    "LegalForm",
    "Member",
    "MemberState",
    "Officer",
    "Post",
    "UnitKind",
]
