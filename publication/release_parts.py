"""Parts of releases that every package says alike, made of rows that no later deed changes."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from accounts.models import Organisation
from core.models import Event
from publication import ocds
from publication.models import Notice


def facts(event: Event) -> dict[str, Any]:
    """What was recorded of the deed."""
    said: dict[str, Any] = json.loads(event.content)["facts"]
    return said


def ocid(number: str) -> str:
    """The identifier of the process with this number."""
    return f"{settings.OCID_PREFIX}-{number}"


def unit(organisation: Organisation, *roles: str) -> ocds.Unit:
    if organisation.uscc is None:  # a natural person: no address, no number
        return ocds.Unit(f"GONGXIN-{organisation.code}", organisation.name, roles)
    region = organisation.region.name if organisation.region else ""
    return ocds.Unit(
        id=f"CN-USCC-{organisation.uscc}",
        name=organisation.name,
        roles=roles,
        identifier=ocds.Identifier(organisation.uscc, organisation.name),
        address=ocds.Address(street_address=organisation.address, region=region),
    )


def value(amount: Decimal | None) -> ocds.Value | None:
    return None if amount is None else ocds.Value(amount)


def documents(row: Any, types: Mapping[str, str], **which: Any) -> tuple[ocds.Document, ...]:
    """The notices about a row, as documents; `types` maps their kinds to the standard's."""
    found = Notice.objects.about(row).in_list().filter(**which)
    return tuple(document(notice, types[notice.kind]) for notice in found)


def document(notice: Notice, document_type: str) -> ocds.Document:
    return ocds.Document(
        id=notice.number,
        document_type=document_type,
        title=notice.title,
        url=settings.SITE_URL.rstrip("/") + notice.get_absolute_url(),
        date_published=notice.published_at,
    )


def draw(
    commitment: str, result: Notice, units: Mapping[str | None, ocds.Unit], *, bundle: str
) -> ocds.Draw:
    """What recomputes the choice that a result tells; tickets exist where dice were thrown.

    `bundle`: the path of the file that holds it all.
    """
    said = result.facts["result"]
    drawn = sorted((one for one in said["places"] if one["ticket"]), key=_by_ticket)
    return ocds.Draw(
        rule="draw-0",
        commitment=commitment,
        root=said.get("root") or "",
        seed=said.get("seed") or "",
        digest=result.facts["bundle"],
        url=settings.SITE_URL.rstrip("/") + bundle,
        tickets=tuple(
            ocds.Ticket(units[one["uscc"]].id, one["ticket"], rank)
            for rank, one in enumerate(drawn, 1)
        ),
    )


def _by_ticket(place: dict[str, Any]) -> str:
    return str(place["ticket"])
