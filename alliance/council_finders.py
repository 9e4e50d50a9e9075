"""How receipts of fees are found by verification: who paid what to whom, and whether it stands."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from alliance.models import Receipt
from core.paper import Paper
from publication.verification import Finding, Standing, Wanted


def receipt(wanted: Wanted) -> Finding | None:
    """By its number, its content's digest, or its PDF's."""
    rows = Receipt.objects.select_related("due__alliance", "due__member__organisation")
    if wanted.number:
        row = rows.filter(number=wanted.number).first()
    else:
        sought = Q(digest=wanted.digest) | Q(file_digest=wanted.digest)
        row = rows.filter(sought).order_by("pk").first()
    if row is None:
        return None
    return Finding(
        standing=Standing.WITHDRAWN if row.reversed_at else Standing.IN_FORCE,
        kind=_("receipt of a member's fee"),
        title=Paper.from_json(row.paper).title,
        number=row.number,
        digest=row.digest,
        link="",
        issued_at=row.issued_at,
        issuer=row.due.alliance.name,
        file_digest=row.file_digest or "",
        lines=(
            (_("paid by"), row.due.member.organisation.name),
            (_("period"), row.due.period),
            (_("amount"), f"¥{row.entry.amount:,.2f}"),
        ),
    )
