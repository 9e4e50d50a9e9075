"""An alliance with a directory of many members, for `make bench`: bulk rows.

Prints the address of that directory.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.urls import reverse

from accounts.models import Organisation, OrganisationState
from alliance import charters
from alliance.models import Alliance, Member, UnitKind
from core import clock
from core.models import Region
from core.numbering import new_code
from tests.factories import AllianceFactory, CharterFactory, OrganisationFactory, uscc

CHUNK = 2_000
USCC = 10_000_000  # far from the units that the orders are filled with
CHARTER = "guangdong-2016"  # the client's own: chair, vice-chairs, members


def main(size: int) -> None:
    lead = OrganisationFactory(uscc=uscc(USCC - 1))
    alliance = AllianceFactory(number="GXLM-2025-900", slug="bench", lead=lead)
    CharterFactory(alliance=alliance, terms=charters.templates()[CHARTER].terms)
    regions = list(Region.objects.filter(code__startswith="3607"))
    for start in range(0, size, CHUNK):
        places = range(start, min(start + CHUNK, size))
        units = Organisation.objects.bulk_create(unit(place, regions) for place in places)
        Member.objects.bulk_create(
            member(place, alliance, one) for place, one in zip(places, units, strict=True)
        )
    sys.stdout.write(reverse("alliance:members", args=[alliance.number]) + "\n")


def unit(place: int, regions: list[Region]) -> Organisation:
    at = clock.now()
    return Organisation(
        code=new_code(),
        uscc=uscc(USCC + place),
        kind="enterprise",
        name=f"云江第{place + 1}数据技术有限公司",
        region=regions[place % len(regions)],
        state=OrganisationState.VERIFIED,
        submitted_at=at - timedelta(days=2),
        verified_at=at - timedelta(days=1),
    )


def member(place: int, alliance: Alliance, unit: Organisation) -> Member:
    """Half of them have an entry of their own; levels, kinds and regions are spread."""
    at = clock.now()
    level = ("vice-chair" if place % 20 == 0 else "member") if place else "chair"
    return Member(
        code=new_code(),
        alliance=alliance,
        organisation=unit,
        number=f"{alliance.number}-{place + 1:05}",
        level=level,
        unit_kind=UnitKind.values[place % len(UnitKind.values)],
        is_founder=place < 30,
        joined_on=(at - timedelta(days=place % 400)).date(),
        listed_at=at if place % 2 else None,
        website="https://unit.example" if place % 2 else "",
        business="政务数据治理、共享交换平台的研发与运行维护，服务县区一门式大厅。"
        if place % 2
        else "",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
