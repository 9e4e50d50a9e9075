"""The rows of procurement, by aggregate."""

from procurement.models.archives import Archive, ArchiveState
from procurement.models.arguments import (
    Argument,
    ArgumentPhase,
    ArgumentState,
    Comment,
    Conclusion,
    Expert,
    Manner,
    Opinion,
    Reply,
    Stance,
    Verdict,
)
from procurement.models.corrections import Correction, CorrectionState
from procurement.models.needs import (
    UNPUBLISHED,
    Answer,
    Need,
    NeedState,
    NeedVersion,
    NeedWarning,
)
from procurement.models.notices import Composition, CompositionState
from procurement.models.procedures import (
    ENDED,
    PREPARED,
    WON,
    Procedure,
    ProcedureMethod,
    ProcedurePhase,
    ProcedureState,
    Quote,
)
from procurement.models.thresholds import (
    CatalogueEntry,
    Form,
    Kind,
    ProcurementStandard,
    RequirementRule,
)

__all__ = [
    "ENDED",
    "PREPARED",
    "UNPUBLISHED",
    "WON",
    "Answer",
    "Archive",
    "ArchiveState",
    "Argument",
    "ArgumentPhase",
    "ArgumentState",
    "CatalogueEntry",
    "Comment",
    "Composition",
    "CompositionState",
    "Conclusion",
    "Correction",
    "CorrectionState",
    "Expert",
    "Form",
    "Kind",
    "Manner",
    "Need",
    "NeedState",
    "NeedVersion",
    "NeedWarning",
    "Opinion",
    "Procedure",
    "ProcedureMethod",
    "ProcedurePhase",
    "ProcedureState",
    "ProcurementStandard",
    "Quote",
    "Reply",
    "RequirementRule",
    "Stance",
    "Verdict",
]
