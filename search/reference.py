"""Synonyms that a fresh site begins with. Staff change them afterwards."""

from pathlib import Path
from typing import Any

from django.db import transaction

from core.reference import read
from search.models import Synonym

SYNONYMS = Path(__file__).parent / "data" / "synonyms.json"


@transaction.atomic(durable=True)
def load_synonyms() -> int:
    """Each group whose first word no group has; what is there stays as staff left it."""
    told: list[dict[str, Any]] = read(SYNONYMS)
    known = {word for group in Synonym.objects.groups() for word in group}
    rows = [Synonym(words="、".join(one["words"]), note=one.get("note", "")) for one in told]
    new = [row for row in rows if not known & set(row.folded())]
    return len(Synonym.objects.bulk_create(new))
