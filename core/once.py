"""One-time keys: a form sent twice makes one row.

The form bears a random key (`core.forms.OnceField`); the rule that makes the row spends it.
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from core.lifecycle import RuleBroken, part
from core.models import SpentKey


class AlreadyDone(RuleBroken):
    """The form was sent before; `subject_code` names the row which that made."""

    def __init__(self, subject_code: str) -> None:
        sentence = gettext_noop("This form was sent already: see what it made, %(code)s.")
        super().__init__(sentence, code=subject_code)
        self.subject_code = subject_code


@part
def check(key: str) -> None:
    """Refuse a spent key before the rule's own refusals, which the first sending would cause."""
    spent = SpentKey.objects.filter(key=key).first() if key else None
    if spent is not None:
        raise AlreadyDone(spent.subject_code)


@part
def spend(key: str, *, made: Any, at: datetime) -> None:
    """Bind a form's key to the row just made; refused, and the row undone, when it is spent."""
    if not key:
        return  # a caller without a form: the demo builder, an import
    try:
        with transaction.atomic():
            SpentKey.objects.create(
                key=key, subject=made._meta.label_lower, subject_code=made.code, spent_at=at
            )
    except IntegrityError as twin:
        spent = SpentKey.objects.filter(key=key).first()
        if spent is None:
            raise
        raise AlreadyDone(spent.subject_code) from twin
