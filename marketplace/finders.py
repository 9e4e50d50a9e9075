"""How the file draw.json of an order is found by verification: result notices print its digest."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.models import ServiceOrder
from publication.verification import Finding, Standing, Wanted


def bundle(wanted: Wanted) -> Finding | None:
    """By the order's number, by the digest that the file bears, or by that of its bytes."""
    rows = ServiceOrder.objects.public().select_related("owner").exclude(bundle_digest=None)
    if wanted.number:
        row = rows.filter(number=wanted.number).first()
    else:
        row = rows.filter(bundle_digest=wanted.digest).first()
        row = row or rows.filter(bundle_file_digest=wanted.digest).first()
    return _finding(row) if row else None


def _finding(order: ServiceOrder) -> Finding:
    assert order.closed_at is not None  # noqa: S101 - there is no bundle before
    number = order.number or ""
    return Finding(
        standing=Standing.IN_FORCE,
        kind=_("draw.json: the facts of a selection, from which anybody computes its result"),
        title=order.title,
        number=number,
        digest=order.bundle_digest or "",
        link=reverse("marketplace:order-draw", args=[number]),
        issued_at=order.awarded_at or order.closed_at,
        issuer=order.owner_shown,
        file_digest=order.bundle_file_digest or "",
        file_label=_("SHA-256 of the file"),
        download=("draw.json", reverse("marketplace:order-bundle", args=[number])),
    )
