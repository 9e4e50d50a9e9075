"""Orders by the thousand for `make bench`: bulk rows, and one order published by the rules.

Prints that order's number.
"""

import sys
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from accounts.models import Seat
from core import clock
from core.models import Region
from core.numbering import new_code
from marketplace import orders
from marketplace.models import ServiceItem, ServiceOrder
from marketplace.terms import Terms
from selection.naming import Witnessing
from tests.cast import seated

CHUNK = 2_000


def main(size: int) -> None:
    writer = Seat.objects.filter(user__email="bench-writer@example.com").first()
    if writer is None:
        writer = seated("bench-writer", kind="government")
        seated("bench-approver", kind="government")
    approver = Seat.objects.get(user__email="bench-approver@example.com")
    approver.organisation = writer.organisation
    approver.save()
    fill(size, writer, approver)
    sys.stdout.write(f"{published(writer, approver).number}\n")


def fill(size: int, writer: Seat, approver: Seat) -> None:
    at, items = clock.now(), list(ServiceItem.objects.all())
    regions = list(Region.objects.filter(code__startswith="3607"))
    have = ServiceOrder.objects.count()
    through = ServiceOrder.items.through
    for start in range(have, size, CHUNK):
        rows = [
            order(place, writer, approver, regions, at)
            for place in range(start, min(start + CHUNK, size))
        ]
        made = ServiceOrder.objects.bulk_create(rows)
        through.objects.bulk_create(
            through(serviceorder_id=row.pk, serviceitem_id=items[row.pk % len(items)].pk)
            for row in made
        )


def order(place, writer, approver, regions, at) -> ServiceOrder:
    """Three of four are open; deadlines, amounts and regions are spread."""
    published = at - timedelta(minutes=place)
    is_open = place % 4 > 0
    until = at + timedelta(minutes=60 + place) if is_open else published + timedelta(hours=1)
    return ServiceOrder(
        code=new_code(),
        number=f"GXDD-2025-{place + 1:06}",
        owner=writer.organisation,
        state="published" if is_open else "failed",
        draft_saved_at=published,
        title=f"第{place + 1}号河段整治工程技术服务",
        region=regions[place % len(regions)],
        regime="below-threshold",
        public_funds=100,
        budget=Decimal(50_000 + place),
        ceiling=Decimal(48_000 + place),
        worth=Decimal(48_000 + place),
        content="按技术标准完成现场工作，提交成果并通过评审。",
        service_days=30,
        method="lowest" if place % 2 else "draw",
        bidders_needed=3,
        open_until=until,
        choose_at=until,
        created_by=writer,
        submitted_by=writer,
        submitted_at=published,
        published_by=approver,
        published_at=published,
        closed_at=None if is_open else until,
    )


def published(writer: Seat, approver: Seat) -> ServiceOrder:
    at = clock.now()
    until = at + timedelta(days=30)
    order = orders.begin(writer.organisation, key=new_code(), by=writer, at=at)
    terms = Terms(
        title="栖霞水库除险加固工程环境影响报告书编制",
        region="360702",
        regime="below-threshold",
        public_funds=Decimal(100),
        budget=Decimal(186_000),
        ceiling=Decimal(180_000),
        items=("cost-consulting",),
        items_needed="all",
        content="编制报告并协助通过评审。",
        service_days=45,
        method="lowest",
        open_until=until,
        choose_at=until,
        contact_name="余文静",
        contact_phone="13900000302",
        complaint_phone="0000-12345",
        witnesses=(Witnessing("钱伯年", "13900002001"),),
    )
    orders.submit(order, terms, by=writer, at=at)
    return orders.publish(order, by=approver, at=at)


if __name__ == "__main__":
    main(int(sys.argv[1]))
