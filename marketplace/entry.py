"""What an agency says when it enters: frozen, cleaned by the forms, written by the rules."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings

from core.models import Upload
from marketplace.models import QualificationCategory, ServiceItem

SECTIONS = ("unit", "services", "qualifications", "practitioners")


@dataclass(frozen=True)
class Unit:
    introduction: str
    established_on: date
    registered_capital: Decimal | None
    staff_count: int
    website: str
    quality_measures: str
    honours: str
    legal_representative_id: str
    authorised_name: str
    authorised_phone: str
    authorised_id: str
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """As the agency's row has them."""
        return {name: value for name, value in vars(self).items() if name != "files"}


@dataclass(frozen=True)
class Profile:
    """What a listed agency says of itself, and changes by itself at any time."""

    introduction: str
    registered_capital: Decimal | None
    staff_count: int
    website: str
    quality_measures: str
    honours: str
    authorised_phone: str

    def columns(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Terms:
    """An item as the agency offers it."""

    item: ServiceItem
    process: str
    time_limit_days: int
    fee_basis: str
    fee: str
    conditions: str = ""

    def columns(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True)
class Paper:
    """A certificate of the unit or of a person."""

    category: QualificationCategory
    number: str
    issued_on: date
    level: str = ""
    specialty: str = ""
    issuer: str = ""
    valid_until: date | None = None
    scan: Upload | None = None

    def columns(self) -> dict[str, Any]:
        return dict(vars(self))

    def content(self) -> dict[str, Any]:
        scan = self.scan.sha256 if self.scan else None
        return {**vars(self), "category": self.category.code, "scan": scan}


@dataclass(frozen=True)
class Individual:
    name: str
    id_number: str
    title: str = ""
    insurance: Upload | None = None
    certificates: tuple[Paper, ...] = ()


@dataclass(frozen=True)
class Authorised:
    """Who is to handle business with owners for the unit."""

    name: str
    phone: str
    id_number: str
    authorisation: Upload
    id_card: Upload
    insurance: Upload


@dataclass(frozen=True)
class Entry:
    unit: Unit
    services: tuple[Terms, ...]
    qualifications: tuple[Paper, ...] = ()
    practitioners: tuple[Individual, ...] = ()

    def content(self) -> dict[str, Any]:
        """What is kept of it for good: files by digest, no ID number."""
        secret = ("legal_representative_id", "authorised_id")
        unit = {name: value for name, value in self.unit.columns().items() if name not in secret}
        files = {kind: [one.sha256 for one in some] for kind, some in self.unit.files.items()}
        return {
            "unit": {**unit, "files": files},
            "services": [{**one.columns(), "item": one.item.code} for one in self.services],
            "qualifications": [one.content() for one in self.qualifications],
            "practitioners": [
                {
                    "name": one.name,
                    "title": one.title,
                    "insurance": one.insurance.sha256 if one.insurance else None,
                    "certificates": [paper.content() for paper in one.certificates],
                }
                for one in self.practitioners
            ],
        }


def person_digest(id_number: str) -> str:
    """The same for the same person, and of no use without the key: who is on two lists?"""
    key = settings.FIELD_KEYS[min(settings.FIELD_KEYS)]
    return hmac.new(key, b"practitioner:" + id_number.encode(), "sha256").hexdigest()
