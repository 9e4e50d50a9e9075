"""Personal data that lists show masked: who may see it in full, and that it was shown."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import models, transaction

from accounts.models import Deed, Organisation, Seat
from core.audit import record

STAFF = (Deed.VERIFY_ORGANISATION, Deed.SUPERVISE)


def _of_organisation(seat: Seat, row: Any) -> bool:
    return row.pk == seat.organisation_id or any(seat.may(deed) for deed in STAFF)


def _of_seat(seat: Seat, row: Any) -> bool:
    return row.organisation_id == seat.organisation_id or any(seat.may(deed) for deed in STAFF)


# What may be shown: the model, who may see it, and its fields.
DISCLOSED: Mapping[str, tuple[type[models.Model], Callable[[Seat, Any], bool], tuple[str, ...]]] = {
    "organisation": (
        Organisation,
        _of_organisation,
        ("contact_phone", "contact_email", "contact_name", "legal_representative"),
    ),
    "seat": (Seat, _of_seat, ("user.phone", "user.email")),
}


@transaction.atomic(durable=True)
def show(row: Any, field: str, *, by: Seat, at: datetime) -> str:
    """The whole value of a masked field; that it was shown, and to whom, is recorded."""
    record(row, "personal-data.shown", by=by, at=at, field=field)
    value = row
    for name in field.split("."):
        value = getattr(value, name)
    return str(value)
