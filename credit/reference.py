"""The schemes of `data/schemes.json`: versions that the table lacks."""

from datetime import date
from pathlib import Path

from django.db import transaction

from core.reference import read
from credit.models import Scheme

DATA = Path(__file__).parent / "data"


@transaction.atomic(durable=True)
def load_schemes() -> int:
    known = set(Scheme.objects.values_list("version", flat=True))
    added = [
        Scheme(
            version=one["version"],
            name=one["name"],
            source=one["source"],
            from_on=date.fromisoformat(one["from_on"]),
            data={name: value for name, value in one.items() if name not in KEPT},
        )
        for one in read(DATA / "schemes.json")
        if one["version"] not in known
    ]
    return len(Scheme.objects.bulk_create(added))


KEPT = {"version", "name", "source", "from_on"}  # in columns of their own
