"""What a password must be, beyond Django's rules (GB/T 22239-2019 8.1.4.1 a)."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CLASSES = ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]")
LONG = 16


class VarietyValidator:
    """Three of small letters, capitals, digits and signs; or long enough to be a phrase."""

    def validate(self, password: str, user: Any = None) -> None:
        found = sum(bool(re.search(one, password)) for one in CLASSES)
        if found < 3 and len(password) < LONG:
            raise ValidationError(self.get_help_text(), code="password_variety")

    def get_help_text(self) -> str:
        return _(
            "Use three of small letters, capitals, digits and signs,"
            " or at least %(long)s characters."
        ) % {"long": LONG}
