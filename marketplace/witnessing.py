"""Witnesses whom a regulator names for an order that is paid by public money.

Until the deadline for bids: nobody knows who has bid, so nobody can choose a witness to suit a
bidder; and the list is frozen over the digest of the notice in force, which names the witnesses. A
change is a correction of the notice. Afterwards a regulator may throw in an absent one's stead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
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
from marketplace.terms import Witnessing
from publication import notices
from selection import witnesses
from selection.models import Witness


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
    draw = draw_of(order)
    left = [_standing(draw.witnesses.all(), code) for code in dict.fromkeys(leaving)]
    if not coming or len(coming) < len(left):
        raise RuleBroken("Name a witness for each one who leaves: an order is not left without.")
    left = [witnesses.replace(one, at=changed_at) for one in left]
    staying = list(draw.witnesses.standing())
    phones = [*(one.phone for one in staying), *(one.phone for one in coming)]
    if len(set(phones)) < len(phones):
        raise RuleBroken("Each witness needs a phone of his own.")
    come = witnesses.name(
        draw,
        [asdict(one) for one in coming],
        limit=limit(order),
        by=by.organisation,
        at=changed_at,
    )
    tokens = [(one, witnesses.invite(one, at=changed_at)) for one in come]
    order.witnesses = [_told(one) for one in (*staying, *come)]
    order.save(update_fields=["witnesses"])
    notice = notices.correct(
        notice_of(order),
        title=order_papers.notice_title(order),
        paper=order_papers.notice(
            order,
            items=order.items.all(),
            avoidances=order.avoidances.all(),
            correction=order_papers.changed_witnesses(
                by.organisation.name, left, come, reason.strip(), changed_at
            ),
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
            left=[one.code for one in left],
            come=[one.code for one in come],
            reason=reason.strip(),
            notice=notice.number,
            digest=notice.digest,
        )
    )
    _write(order, left, tokens, notice=notice, by=by, at=at)
    return tokens


def _write(
    order: ServiceOrder,
    left: Iterable[Witness],
    tokens: Iterable[tuple[Witness, str]],
    *,
    by: Seat,
    at: datetime,
    **facts: Any,
) -> None:
    told = {"order": order, "regulator": by.organisation, **facts}
    public = order.get_absolute_url()
    for witness in left:
        letters.post("marketplace/witness-replaced", to=witness, at=at, link=public, **told)
    for witness, token in tokens:
        key = reverse("marketplace:order-witness", args=[order.number, token])
        letters.post(
            "marketplace/witness-named", to=witness, at=at, link=public, secret_link=key, **told
        )
    letters.post("marketplace/witnesses-changed", to=order.owner, at=at, link=public, **told)
    tell_bidders(order, "marketplace/witnesses-changed", at=at, regulator=by.organisation, **facts)


def _standing(named: Any, code: str) -> Witness:
    witness: Witness | None = named.filter(code=code).first()
    if witness is None:
        raise RuleBroken("This is no witness of the order: load the page again.")
    return witness


def _told(witness: Witness) -> dict[str, str]:
    """As the order keeps it, and its notice shows it."""
    named_by = witness.named_by.name if witness.named_by else ""
    kept = asdict(Witnessing(witness.name, witness.phone, witness.email))
    return {**kept, "named_by": named_by}
