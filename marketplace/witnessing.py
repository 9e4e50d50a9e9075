"""Witnesses whom a regulator names for an order that is paid by public money.

Until the deadline for bids: nobody knows who has bid, so nobody can choose a witness to suit a
bidder; and the list is frozen over the digest of the notice in force, which names the witnesses. A
change is a correction of the notice. Afterwards a regulator may throw in an absent one's stead.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.models import Seat
from core import clock, figures, letters, outbox
from core.audit import record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock
from marketplace import order_papers
from marketplace.closing import draw_of
from marketplace.models import OrderState, ServiceOrder
from marketplace.orders import notice_of, tell_bidders
from publication import notices
from publication.models import Notice
from selection import witnesses
from selection.models import Witness
from selection.naming import Witnessing


def may_change(order: ServiceOrder, at: datetime) -> bool:
    """Whether a regulator may name witnesses of this order at that instant."""
    return order.public_funds > 0 and order.is_open(at)


def limit(order: ServiceOrder) -> int:
    """How many an order may have: by the figure in force when it was published."""
    day = day_of(order.published_at)  # type: ignore[arg-type]  # filled where it is published
    in_force = figures.on(day, region=order.region, regime=order.regime)
    return int(in_force["witness.maximum"].value)


@transaction.atomic(durable=True)
def change(
    order: ServiceOrder,
    *,
    leaving: Iterable[str],
    coming: Sequence[Witnessing],
    reason: str,
    by: Seat,
    at: datetime,
) -> list[tuple[Witness, str]]:
    """Name witnesses, in the stead of those whose codes are `leaving` or beside them; each with the
    token of his link, told this once.

    Whoever leaves is told, and his link and right end. Refused where no public money is spent, from
    the deadline for bids on, without a reason, and with nobody in the stead of one who leaves.
    """
    order = lock(order)
    changed_at = clock.after_lock()
    if not order.public_funds:
        raise RuleBroken("No public money is spent on this order: its owner names the witnesses.")
    if order.state != OrderState.PUBLISHED or not order.is_open(changed_at):
        raise RuleBroken("Witnesses change until the deadline for bids only: it has passed.")
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    made = witnesses.change(
        draw_of(order),
        leaving=leaving,
        coming=coming,
        limit=limit(order),
        by=by.organisation,
        at=changed_at,
    )
    order.witnesses = made.told
    order.save(update_fields=["witnesses"])
    notice = notices.correct(
        notice_of(order),
        title=order_papers.notice_title(order),
        paper=order_papers.notice(
            order,
            items=order.items.all(),
            avoidances=order.avoidances.all(),
            signed_at=changed_at,
            correction=order_papers.changed_witnesses(made, reason.strip(), changed_at),
        ),
        reason=reason,
        facts=order_papers.facts_of(order),
        by=by,
        at=at,
    )
    outbox.emit(
        record(
            order,
            "order.witnesses-changed",
            by=by,
            at=at,
            public=True,
            left=[one.code for one in made.left],
            come=[one.code for one in made.come],
            reason=reason.strip(),
            notice=notice.number,
            digest=notice.digest,
        )
    )
    _write(order, made, notice=notice, at=at)
    return made.invited


def _write(order: ServiceOrder, change: witnesses.Change, *, notice: Notice, at: datetime) -> None:
    told: dict[str, Any] = {"order": order, "regulator": change.by, "notice": notice}
    public = order.get_absolute_url()
    for witness in change.left:
        letters.post("marketplace/witness-replaced", to=witness, at=at, link=public, **told)
    for witness, token in change.invited:
        key = reverse("marketplace:order-witness", args=[order.number, token])
        letters.post(
            "marketplace/witness-named", to=witness, at=at, link=public, secret_link=key, **told
        )
    letters.post("marketplace/witnesses-changed", to=order.owner, at=at, link=public, **told)
    tell_bidders(order, "marketplace/witnesses-changed", at=at, regulator=change.by, notice=notice)
