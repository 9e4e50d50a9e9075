"""Who acts: a user 用户, from a seat 席位 in an organisation 单位; by aggregate."""

from accounts.models.amendments import Amendment, AmendmentState
from accounts.models.certificates import Certificate, CertificateKind
from accounts.models.deeds import DEEDS_OF, Deed, Rank, Standing
from accounts.models.invitations import Invitation, InvitationState
from accounts.models.organisations import (
    Authority,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Seat,
    SeatQuerySet,
)
from accounts.models.users import User

__all__ = [
    "DEEDS_OF",
    "Amendment",
    "AmendmentState",
    "Authority",
    "Certificate",
    "CertificateKind",
    "Deed",
    "Invitation",
    "InvitationState",
    "Organisation",
    "OrganisationKind",
    "OrganisationState",
    "Rank",
    "Seat",
    "SeatQuerySet",
    "Standing",
    "User",
]
