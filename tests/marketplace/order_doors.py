"""What becomes of each kind of visitor at the doors of orders."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.test import override_settings

from core import clock
from core.numbering import new_code
from marketplace import closing
from selection.models import Witness
from tests.doors import Door, shown
from tests.marketplace import ordering


def number(cast):
    return [ordering.published(cast).number]


def code(cast):
    return [ordering.published(cast).code]


def draft(cast):
    return [ordering.draft(cast.owner).code]


def submitted(cast):
    return [ordering.submitted(cast).code]


def closed(cast):
    """An order that failed for want of bids: its list is public."""
    return [_closed(cast).number]


def step(cast):
    return [*draft(cast), "project"]


def bid(cast):
    return [ordering.bid(ordering.published(cast), cast.agency).code]


def to_bid_for(cast):
    ordering.enlisted(cast.agency.organisation)
    return number(cast)


def invited(cast):
    order = ordering.published(cast)
    row = Witness.objects.get(draw__number=order.number)
    token = closing.invite(order, row, by=cast.owner, at=clock.now())
    return [order.number, token]


def named(cast):
    order = ordering.published(cast)
    return [order.code, Witness.objects.get(draw__number=order.number).code]


def public_money(cast):
    return [ordering.published(cast, ordering.terms(public_funds=Decimal(100))).code]


def completed(cast):
    """An order whose service is done, and waits for its evaluation."""
    order = ordering.completed(cast)
    return [order.code]


def _closed(cast):
    """Closed by a clock that is turned on for the moment."""
    order = ordering.published(cast)
    left = order.open_until - clock.now() + timedelta(seconds=1)
    with override_settings(CLOCK_OFFSET=settings.CLOCK_OFFSET + left):
        return ordering.close(order, cast.owner)


def reason(cast):
    return {"reason": "请补充服务内容"}


def price(cast):
    return {"typed": cast.agency.organisation.name, "once": new_code()}


def newcomer(cast):
    return {"name-0": "孟青", "phone-0": "13800000009", "reason": "应当回避"}


def marks(cast):
    return dict.fromkeys(("professional", "output", "quality", "management"), "88")


foreign = ("agency", 404)
DOORS = [
    shown("marketplace:orders"),
    shown("marketplace:orders", query="?q=工程&phase=open&method=draw&least=1&order=worth"),
    shown("marketplace:order-export", args=lambda cast: ["csv"]),
    shown("marketplace:order-export", args=lambda cast: ["xlsx"]),
    shown("marketplace:order-detail", args=number),
    shown("marketplace:order-detail", args=lambda cast: ["GXDD-2026-99999"], becomes=404),
    shown("marketplace:order-draw", args=closed),
    shown("marketplace:order-draw", args=number, becomes=404),
    shown("marketplace:order-bundle", args=closed),
    shown("marketplace:order-bundle", args=number, becomes=404),
    Door("marketplace:order-bid", args=to_bid_for, right="agency", wrong="owner"),
    Door(
        "marketplace:order-bid",
        "post",
        args=to_bid_for,
        data=price,
        right="agency",
        wrong="owner",
    ),
    Door("marketplace:bid-detail", args=bid, right="agency", wrong=("rival", 404)),
    Door("marketplace:bid-detail", args=bid, right=("owner", 404), wrong=("operator", 404)),
    Door("marketplace:bid-withdraw", args=bid, right="agency", wrong=("rival", 404)),
    Door("marketplace:bid-withdraw", "post", args=bid, right="agency", wrong=("rival", 404)),
    Door("marketplace:order-witness", args=invited, stranger="shown"),
    Door("marketplace:order-witness", "post", args=invited, stranger="done"),
    Door("marketplace:order-dice", args=code, stranger=404, wrong=foreign, right="regulator"),
    Door(
        "marketplace:order-invite",
        "post",
        args=named,
        right=("owner", "shown"),
        wrong=("agency", 404),
    ),
    Door("marketplace:order-witnesses", args=public_money, right="regulator", wrong="owner"),
    Door(
        "marketplace:order-witnesses",
        "post",
        args=public_money,
        data=newcomer,
        right=("regulator", "shown"),
        wrong="operator",
    ),
    Door("marketplace:order-witnesses", args=code, right=("regulator", 404)),
    Door("marketplace:desk-orders", right="owner", wrong=("agency", "shown")),
    Door("marketplace:order-new", right="owner", wrong="operator"),
    Door("marketplace:order-new", "post", right="owner", wrong="operator"),
    Door("marketplace:desk-order", args=submitted, right="approver", wrong=foreign),
    Door("marketplace:desk-order", args=submitted, right=("operator", 404)),
    Door("marketplace:desk-order", args=code, right="regulator", wrong=foreign),
    Door("marketplace:order-edit", args=draft, right=("owner", "done"), wrong=foreign),
    Door("marketplace:order-step", args=step, right="owner", wrong=foreign),
    Door("marketplace:order-step", "post", args=step, right=("owner", "shown"), wrong=foreign),
    Door("marketplace:order-autosave", "post", args=step, right=("owner", "shown"), wrong=foreign),
    Door("marketplace:order-outlook", "post", args=step, right=("owner", "shown"), wrong=foreign),
    Door("marketplace:order-submit", args=draft, right="owner", wrong=foreign),
    Door(
        "marketplace:order-submit", "post", args=draft, right=("owner", "shown"), wrong=foreign
    ),  # not whole yet: shown again
    Door("marketplace:order-discard", args=draft, right="owner", wrong=foreign),
    Door("marketplace:order-discard", "post", args=draft, right="owner", wrong=foreign),
    Door("marketplace:order-publish", args=submitted, right="approver", wrong="owner"),
    Door("marketplace:order-publish", "post", args=submitted, right="approver", wrong="owner"),
    Door("marketplace:order-publish", "post", args=submitted, right=("operator", 404)),
    Door("marketplace:order-return", args=submitted, right="approver", wrong=foreign),
    Door(
        "marketplace:order-return",
        "post",
        args=submitted,
        data=reason,
        right="approver",
        wrong="owner",
    ),
    Door("marketplace:order-withdraw", args=code, right="approver", wrong="owner"),
    Door(
        "marketplace:order-withdraw",
        "post",
        args=code,
        data=reason,
        right="approver",
        wrong=foreign,
    ),
    Door("marketplace:order-close", "post", args=code, right="owner", wrong=foreign),
    Door("marketplace:order-evaluate", args=completed, right="owner", wrong=foreign),
    Door(
        "marketplace:order-evaluate",
        "post",
        args=completed,
        data=marks,
        right="owner",
        wrong=foreign,
    ),
]
