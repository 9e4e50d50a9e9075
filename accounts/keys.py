"""Keys for lists: one letter moves and acts, unless its person has switched that off.

WCAG 2.1.4 wants the switch: whoever speaks to his computer types letters without meaning to.
"""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.audit import record
from core.lifecycle import lock


@transaction.atomic(durable=True)
def switch(user: User, *, on: bool, by: User, at: datetime) -> User:
    """Have lists listen to keys, or no longer. The same twice changes nothing."""
    user = lock(user)
    if user.has_keys != on:
        user.has_keys = on
        user.save(update_fields=["has_keys"])
        record(user, "user.keys-switched", by=by, at=at, on=on)
    return user
