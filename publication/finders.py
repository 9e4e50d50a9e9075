"""How notices are found by verification."""

from django.db.models import QuerySet

from publication.models import Notice, Relation
from publication.notices import newest
from publication.verification import Finding, Standing, Wanted


def notice(wanted: Wanted) -> Finding | None:
    """By number, by the digest of the content, or by that of the PDF."""
    rows: QuerySet[Notice] = Notice.objects.select_related("file").in_list()
    if wanted.number:
        row = rows.filter(number=wanted.number).first()
    else:
        newest_first = rows.order_by("-published_at", "-pk")
        row = newest_first.filter(digest=wanted.digest).first()
        row = row or newest_first.filter(file__digest=wanted.digest).first()
    return _finding(row) if row else None


def _finding(row: Notice) -> Finding:
    standing, later = Standing.IN_FORCE, newest(row)
    if later != row:
        ended = later.relation == Relation.WITHDRAWS
        standing = Standing.WITHDRAWN if ended else Standing.CORRECTED
    return Finding(
        standing=standing,
        kind=row.kind_label,
        title=row.title,
        number=row.number,
        digest=row.digest,
        link=row.get_absolute_url(),
        issued_at=row.published_at,
        issuer=row.issuer,
        file_digest=row.file.digest or "",
        later=(later.number, later.get_absolute_url()) if later != row else None,
    )
