"""Columns whose content the database does not see: AES-256-GCM under versioned keys (FIELD_KEYS).

    id_number = EncryptedTextField(_("ID number"), max_length=18)

A stored text is `v<key>:<base64 of nonce and ciphertext>`, bound to its table and column, so that
it cannot be moved to another. The newest key encrypts, all decrypt; `manage.py rotate_field_keys`
rewrites what an older one wrote, also where a package encrypts by itself and says so by `rotated`.
Such a column cannot be searched.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from secrets import token_bytes
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

NONCE = 12


class Undecipherable(Exception):
    """The stored text was changed or moved, or its key is gone."""


def encrypt(text: str, label: str) -> str:
    version = newest()
    nonce = token_bytes(NONCE)
    sealed = AESGCM(settings.FIELD_KEYS[version]).encrypt(nonce, text.encode(), label.encode())
    return f"v{version}:{b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, label: str) -> str:
    try:
        version, _, body = stored.partition(":")
        key = settings.FIELD_KEYS[int(version[1:])]
        sealed = b64decode(body, validate=True)
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], label.encode()).decode()
    except (KeyError, ValueError, InvalidTag) as fault:
        raise Undecipherable(label) from fault


def newest() -> int:
    return max(settings.FIELD_KEYS)


def is_stale(stored: str) -> bool:
    """Whether an older key wrote it."""
    return not stored.startswith(f"v{newest()}:")


elsewhere: dict[str, Callable[[], int]] = {}


def rotated(label: str, rotate: Callable[[], int]) -> None:
    """Have `rotate_field_keys` call this too, for what no EncryptedTextField holds; it counts."""
    elsewhere[label] = rotate


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is encrypted on its way into the database; an empty one stays empty."""

    @property
    def label(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value, self.label) if value else value

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value, self.label) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted and cannot be searched")
        return super().get_lookup(lookup_name)
