"""Pages that a fresh site begins with: the guides 办事指南. Editors change them afterwards."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from cms.models import ContentPage, HomePage
from core.reference import read

GUIDES = Path(__file__).parent / "data" / "guides.json"


@transaction.atomic(durable=True)
def load_guides() -> int:
    """Each guide that is missing, below /guide/; what is there stays as editors left it."""
    home = HomePage.objects.first()
    if home is None:
        return 0
    told: dict[str, Any] = read(GUIDES)
    guide, added = _page(home, told)
    for page in told["below"]:
        added += _page(guide, page)[1]
    return added


def _page(parent: Any, told: dict[str, Any]) -> tuple[ContentPage, int]:
    found = ContentPage.objects.child_of(parent).filter(slug=told["slug"]).first()
    if found:
        return found, 0
    page = ContentPage(
        title=told["title"],
        slug=told["slug"],
        lead=told["lead"],
        body=json.dumps(told.get("body", [])),
        show_in_menus=True,
    )
    parent.add_child(instance=page)
    return page, 1
