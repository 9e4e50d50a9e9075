"""The rows of the marketplace, by aggregate."""

from marketplace.models.agencies import (
    Agency,
    AgencyService,
    AgencyState,
    Commitment,
    EntryReview,
    Outcome,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    ReviewState,
)
from marketplace.models.catalogue import (
    FeeBasis,
    Holder,
    QualificationCategory,
    ServiceGroup,
    ServiceItem,
    ServiceItemVersion,
)

__all__ = [
    "Agency",
    "AgencyService",
    "AgencyState",
    "Commitment",
    "EntryReview",
    "FeeBasis",
    "Holder",
    "Outcome",
    "Practitioner",
    "PractitionerCertificate",
    "Qualification",
    "QualificationCategory",
    "ReviewState",
    "ServiceGroup",
    "ServiceItem",
    "ServiceItemVersion",
]
