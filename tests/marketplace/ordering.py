"""An order's way through the rules, as most tests want it: terms, a published order, bids, dice."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.test import override_settings

from accounts.models import Organisation, Seat
from contracts import agreements, deliveries
from contracts.models import Agreement
from core import clock, outbox
from core.calendar import end_of
from core.numbering import new_code
from credit.models import Scheme
from marketplace import bids, closing, evaluations, orders
from marketplace.models import Agency, Bid, ServiceItem, ServiceOrder
from marketplace.terms import Terms
from selection.models import Witness
from selection.naming import Witnessing
from tests.contracts.drawing import upload
from tests.factories import (
    AgencyFactory,
    AgencyServiceFactory,
    ServiceItemFactory,
    UserFactory,
)

DICE = "31415926535897932384"


def item() -> ServiceItem:
    """The one service that is ordered here."""
    return ServiceItem.objects.filter(code="ordered").first() or ServiceItemFactory(
        code="ordered", name="工程造价咨询"
    )


def terms(**changes) -> Terms:
    """A draw at a fixed price, of private funds, open for some ten days."""
    last_day = end_of(clock.now().date() + timedelta(days=10)) - timedelta(hours=7)
    given = Terms(
        title="云江市第三中学教学综合楼工程造价审核",
        region="360702",
        regime="below-threshold",
        public_funds=Decimal(0),
        budget=Decimal("186000.00"),
        price=Decimal("180000.00"),
        items=(item().code,),
        items_needed="all",
        content="教学综合楼竣工结算审核，建筑面积 12,400 平方米。",
        service_days=45,
        method="draw",
        open_until=last_day,
        choose_at=last_day + timedelta(hours=16),
        witnesses=(Witnessing("周建国", "13800000001"),),
        contact_name="李梅",
        contact_phone="0000-8632512",
        complaint_phone="0000-8632000",
    )
    return replace(given, **changes)


def lowest(**changes) -> Terms:
    """The lowest price, up to a ceiling."""
    ceiling = {"price": None, "ceiling": Decimal("180000.00")}
    return terms(**{"method": "lowest", **ceiling, **changes})


def draft(owner: Seat) -> ServiceOrder:
    return orders.begin(owner.organisation, key=new_code(), by=owner, at=clock.now())


def submitted(cast, given: Terms | None = None) -> ServiceOrder:
    return orders.submit(draft(cast.owner), given or terms(), by=cast.owner, at=clock.now())


def published(cast, given: Terms | None = None) -> ServiceOrder:
    return orders.publish(submitted(cast, given), by=cast.approver, at=clock.now())


def enlisted(organisation: Organisation) -> Agency:
    """A listed agency that offers the service."""
    agency = Agency.objects.filter(organisation=organisation).first()
    agency = agency or AgencyFactory(organisation=organisation)
    if not agency.services.filter(item=item()).exists():
        AgencyServiceFactory(agency=agency, item=item())
    return agency


def bid(order: ServiceOrder, seat: Seat, price: str | None = None, **changes) -> Bid:
    enlisted(seat.organisation)
    given = {
        "bidder": seat.organisation,
        "price": None if price is None else Decimal(price),
        "typed": seat.organisation.name,
        "key": new_code(),
        "by": seat,
        "at": clock.now(),
    }
    return bids.bid(order, **given | changes)


def close(order: ServiceOrder, by: Seat) -> ServiceOrder:
    return closing.close(order, by=by, at=clock.now())


def witness(order: ServiceOrder, by: Seat, place: int = 0):
    """The user who entered as a witness of the order by the owner's link."""
    row = Witness.objects.filter(draw__number=order.number).order_by("pk")[place]
    token = closing.invite(order, row, by=by, at=clock.now())
    user = UserFactory(name=row.name)
    closing.enter(order, token, by=user, at=clock.now())
    return user


def throw(order: ServiceOrder, by, digits: str = DICE) -> ServiceOrder:
    return closing.throw_dice(order, digits, by=by, at=clock.now())


def completed(cast) -> ServiceOrder:
    """Awarded to the cast's agency, signed, delivered, accepted: each by its rule, at its time."""
    order = published(cast, lowest())
    bid(order, cast.agency, "90000.00")
    shift = order.open_until - clock.now() + settings.CLOCK_OFFSET
    with override_settings(CLOCK_OFFSET=shift + timedelta(seconds=1)):
        order = close(order, cast.owner)
        agreement = Agreement.objects.about(order).get()
        for seat in (cast.approver, cast.agency):
            agreements.sign(
                agreement, typed="同意签署", digest=agreement.digest, by=seat, at=clock.now()
            )
        carry_news()
        handed = deliveries.hand_in(
            agreement.milestones.get(),
            note="全部成果",
            uploads=[upload(cast.agency)],
            by=cast.agency,
            at=clock.now(),
        )
        deliveries.accept(handed, opinion="", by=cast.owner, at=clock.now())
        carry_news()
    order.refresh_from_db()
    return order


def carry_news() -> None:
    while outbox.run_once(at=clock.now()):
        pass


def evaluate(order: ServiceOrder, by: Seat, mark: int = 92, comment: str = ""):
    """The same mark in every dimension of the scheme in force."""
    scheme = Scheme.objects.in_force(clock.now().date()).rules
    marks = dict.fromkeys((one.code for one in scheme.dimensions), mark)
    return evaluations.evaluate(order, marks=marks, comment=comment, by=by, at=clock.now())
