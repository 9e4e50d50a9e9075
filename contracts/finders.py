"""How agreements and acceptance certificates are found by verification.

Anybody learns who agreed with whom and when, and the digest; nothing of what was agreed. What was
never concluded is found by nobody.
"""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.announcements import KIND
from contracts.models import Agreement, AgreementPaper, AgreementState
from publication.models import Notice
from publication.verification import Finding, Standing, Wanted


def agreement(wanted: Wanted) -> Finding | None:
    """By the number of the contract or certificate, by its content's digest, or by its PDF's."""
    rows = AgreementPaper.objects.defer("paper", "agreement__paper").select_related(
        "agreement", "deliverable__milestone"
    )
    if wanted.number:
        row = rows.filter(number=wanted.number).first()
    else:
        sought = Q(digest=wanted.digest) | Q(file_digest=wanted.digest)
        row = rows.filter(sought).order_by("pk").first()
    return _finding(row) if row else None


def _finding(row: AgreementPaper) -> Finding:
    of = row.agreement
    sides = of.parties.select_related("organisation")
    lines: list[tuple[Any, str]] = [
        (one.get_side_display(), one.organisation.name) for one in sides
    ]
    if row.deliverable is None:
        title, kind, standing = of.title, _("contract"), _standing(of)
    else:
        title, kind, standing = "履约验收单", _("acceptance certificate"), Standing.IN_FORCE
        lines.append((_("contract number"), of.number))
        lines.append((_("milestone"), row.deliverable.milestone.title))
    return Finding(
        standing=standing,
        kind=kind,
        title=title,
        number=row.number,
        digest=row.digest,
        link=_announcement(of),
        issued_at=row.issued_at,
        file_digest=row.file_digest or "",
        lines=tuple(lines),
    )


def _standing(of: Agreement) -> Standing:
    return Standing.ENDED if of.state == AgreementState.TERMINATED else Standing.IN_FORCE


def _announcement(of: Agreement) -> str:
    """Where the public reads of it: its notice."""
    notices = Notice.objects.filter(
        kind=KIND, subject_code=of.subject_code, facts__number=of.number
    )
    number = notices.values_list("number", flat=True).first()
    return reverse("publication:notice", args=[number]) if number else ""
