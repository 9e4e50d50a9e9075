"""What a member says of itself in the public directory 成员名录, by its own consent."""

from datetime import datetime

from django.db import transaction

from accounts.models import Seat
from alliance.models import Member
from core import clock
from core.audit import record
from core.lifecycle import RuleBroken, lock


@transaction.atomic(durable=True)
def show(
    member: Member,
    *,
    business: str,
    fields: str = "",
    products: str = "",
    website: str = "",
    by: Seat,
    at: datetime,
) -> Member:
    """Consent to the entry, or change what it says. Refused to who has left, and without words."""
    member = _locked(member)
    if not business.strip():
        raise RuleBroken("Say in a sentence what your unit does: that is what the public reads.")
    entry = {
        "business": business.strip(),
        "fields": fields.strip(),
        "products": products.strip(),
        "website": website.strip(),
    }
    for name, text in entry.items():
        setattr(member, name, text)
    member.listed_at = member.listed_at or clock.after_lock()
    member.save(update_fields=[*entry, "listed_at"])
    record(member, "member.listed", by=by, at=at, public=True, **entry)
    return member


@transaction.atomic(durable=True)
def hide(member: Member, *, by: Seat, at: datetime) -> Member:
    """Take the consent back: name and number stay on the roll, nothing else. Refused twice."""
    member = _locked(member)
    if member.listed_at is None:
        raise RuleBroken("Your unit has no entry in the directory.")
    member.listed_at = None
    member.save(update_fields=["listed_at"])
    record(member, "member.unlisted", by=by, at=at, public=True)
    return member


def _locked(member: Member) -> Member:
    member = lock(member)
    if member.left_on is not None:
        raise RuleBroken("Your unit is no member any more.")
    return member
