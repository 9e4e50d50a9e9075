"""The rows of procurement, by aggregate."""

from procurement.models.needs import (
    UNPUBLISHED,
    Answer,
    Need,
    NeedState,
    NeedVersion,
    NeedWarning,
)
from procurement.models.thresholds import (
    CatalogueEntry,
    Form,
    Kind,
    ProcurementStandard,
    RequirementRule,
)

__all__ = [
    "UNPUBLISHED",
    "Answer",
    "CatalogueEntry",
    "Form",
    "Kind",
    "Need",
    "NeedState",
    "NeedVersion",
    "NeedWarning",
    "ProcurementStandard",
    "RequirementRule",
]
