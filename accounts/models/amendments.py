"""Changes 变更 of what the operator verified of a unit.

amendment: asked ──grant──▶ granted
             ├────refuse──▶ refused
             └──withdraw──▶ withdrawn
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.organisations import Organisation, OrganisationKind, Seat
from core.lifecycle import filled_iff
from core.models import Upload


class AmendmentState(models.TextChoices):
    ASKED = "asked", _("under review")
    GRANTED = "granted", pgettext_lazy("amendment", "granted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def waiting(self) -> AmendmentQuerySet:
        return self.filter(state=AmendmentState.ASKED)

    def granted(self) -> AmendmentQuerySet:
        return self.filter(state=AmendmentState.GRANTED)


class Amendment(models.Model):
    """A change 变更 of what the operator verified of an organisation, asked for with its proof.

    It keeps what was and what becomes of it. The unified code never changes, nor does anything
    that was published before.
    """

    MOVES = {
        AmendmentState.ASKED: {
            AmendmentState.GRANTED,
            AmendmentState.REFUSED,
            AmendmentState.WITHDRAWN,
        },
    }
    AMENDED = ("name", "kind", "legal_representative")

    code = models.CharField(max_length=16, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="amendments")
    name_before = models.CharField(max_length=120)
    name_after = models.CharField(max_length=120)
    kind_before = models.CharField(max_length=20, choices=OrganisationKind)
    kind_after = models.CharField(max_length=20, choices=OrganisationKind)
    legal_representative_before = models.CharField(max_length=60, blank=True)
    legal_representative_after = models.CharField(max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=500)
    licence = models.ForeignKey(Upload, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    decide_until = models.DateTimeField()
    state = models.CharField(max_length=12, choices=AmendmentState, default=AmendmentState.ASKED)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True)

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            CheckConstraint(
                condition=Q(state__in=AmendmentState.values), name="amendment_state_known"
            ),
            CheckConstraint(
                condition=Q(kind_after__in=OrganisationKind.values), name="amendment_kind_known"
            ),
            CheckConstraint(
                condition=~Q(name_before=F("name_after"))
                | ~Q(kind_before=F("kind_after"))
                | ~Q(legal_representative_before=F("legal_representative_after")),
                name="amendment_changes_something",
            ),
            CheckConstraint(condition=~Q(reason=""), name="amendment_has_reason"),
            CheckConstraint(
                condition=filled_iff(~Q(state="asked"), "decided_at", "decided_by"),
                name="amendment_decided_iff_not_asked",
            ),
            CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer=""), name="amendment_refusal_has_reason"
            ),
            UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="asked"),
                name="amendment_one_open_per_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.name_before

    def changes(self) -> list[tuple[Any, str, str]]:
        """What changes: label, as it was, as it becomes."""
        labels = {
            "name": _("Name of the unit"),
            "kind": _("Kind of unit"),
            "legal_representative": _("Legal representative or person in charge"),
        }
        rows = []
        for name in self.AMENDED:
            before, after = getattr(self, f"{name}_before"), getattr(self, f"{name}_after")
            if before != after:
                if name == "kind":
                    before, after = self.get_kind_before_display(), self.get_kind_after_display()
                rows.append((labels[name], before, after))
        return rows
