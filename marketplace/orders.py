"""Service orders: drafted, submitted, published by a second person, withdrawn."""

from collections.abc import Mapping
from copy import copy
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts import approval
from accounts.models import Deed, Organisation, OrganisationState, Seat, Standing
from core import calendar, clock, figures, letters, once, outbox, uploads
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay, Region, Upload
from core.numbering import new_code, yearly
from core.paper import Paper
from marketplace import order_papers
from marketplace.models import (
    Avoidance,
    Method,
    OrderState,
    Regime,
    ServiceItem,
    ServiceOrder,
)
from marketplace.terms import Consequences, Milestone, Terms, consequences
from publication import notices
from publication.models import Notice
from selection import draws, guards, witnesses
from selection.models import Draw

SERIES = "GXDD"  # 公信订单


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin(owner: Organisation, *, key: str, by: Seat, at: datetime) -> ServiceOrder:
    """Begin a draft. Refused to the operator and the regulator, and twice for one `key`."""
    if owner.standing != Standing.PARTICIPANT:
        raise RuleBroken("Orders are written by project owners: act from such a unit.")
    order = ServiceOrder.objects.create(
        code=new_code(), owner=owner, draft_saved_at=at, created_by=by
    )
    once.spend(key, made=order, at=at)
    return order


@transaction.atomic(durable=True)
def save_draft(
    order: ServiceOrder, typed: Mapping[str, Any], *, by: Actor, at: datetime
) -> ServiceOrder:
    """Keep what was typed, right or wrong: no deed, so no event. Refused once it is submitted."""
    order = lock(order)
    if OrderState.SUBMITTED not in order.MOVES.get(OrderState(order.state), ()):
        raise RuleBroken(
            "This order is “%(now)s”: what you typed was not kept.", now=order.get_state_display()
        )
    order.draft = {**order.draft, **typed}
    order.draft_saved_at = at
    order.save(update_fields=["draft", "draft_saved_at"])
    return order


@transaction.atomic(durable=True)
def discard(order: ServiceOrder, *, by: Actor, at: datetime) -> None:
    """Delete a draft that nobody else has seen. Refused once it was submitted."""
    order = lock(order, state=OrderState.DRAFT)
    record(order, "order.discarded", by=by, at=at)
    order.delete()


# ── submit, return, publish ──────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def submit(order: ServiceOrder, terms: Terms, *, by: Seat, at: datetime) -> ServiceOrder:
    """Put an order before its approver.

    Refused where the regime forbids what was chosen, where amounts, dates or names contradict each
    other, and while the owner is not verified.
    """
    order = lock(order)
    if OrderState.SUBMITTED not in order.MOVES.get(OrderState(order.state), ()):
        move(order, OrderState.SUBMITTED)  # refuses, in its own words
    submitted_at = clock.after_lock()
    if order.owner.state != OrganisationState.VERIFIED:
        raise RuleBroken("Your unit is not verified yet: submit the order once it is.")
    region = Region.objects.get(code=terms.region)
    follows = what_follows(terms, region, submitted_at)
    check(terms, order.owner, follows)
    items = list(ServiceItem.objects.offered().filter(code__in=terms.items))
    if not items or len(items) != len(set(terms.items)):
        raise RuleBroken("One of the services is no longer in the catalogue: choose again.")
    move(
        order,
        OrderState.SUBMITTED,
        **_columns(terms, region, follows),
        submitted_by=by,
        submitted_at=submitted_at,
        state_reason="",
    )
    order.items.set(items)
    order.avoidances.all().delete()
    Avoidance.objects.bulk_create(
        Avoidance(order=order, **asdict(avoided)) for avoided in terms.avoided
    )
    _attach(order, terms, by)
    record(order, "order.submitted", by=by, at=at, title=order.title, method=order.method)
    return order


@transaction.atomic(durable=True)
def return_(order: ServiceOrder, *, reason: str, by: Seat, at: datetime) -> ServiceOrder:
    """Send an order back to whoever wrote it. Refused without a reason, and to the writer."""
    order = lock(order, state=OrderState.SUBMITTED)
    _refuse_unless_second(order, by, at)
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    move(order, OrderState.RETURNED, state_reason=reason.strip())
    record(order, "order.returned", by=by, at=at, reason=order.state_reason)
    letters.post(
        "marketplace/order-returned",
        to=order.submitted_by,  # type: ignore[arg-type]  # filled iff no draft, by constraint
        at=at,
        link=order.get_absolute_url(),
        order=order,
    )
    return order


@transaction.atomic(durable=True)
def publish(order: ServiceOrder, *, by: Seat, at: datetime) -> ServiceOrder:
    """Number the order, commit to its draw, and publish its notice.

    Refused to whoever submitted it; and when, published now, it would let in bids for fewer working
    days than the figures in force ask for.
    """
    order = lock(order, state=OrderState.SUBMITTED)
    published_at = clock.after_lock()
    _refuse_unless_second(order, by, at)
    follows = _follows(order.region, order.regime, order.method, order.public_funds, published_at)
    _refuse_too_early(order.open_until, follows)  # type: ignore[arg-type]  # filled iff no draft
    guards.check(order.regime, order.method, floor=order.floor)
    number = yearly(SERIES, published_at)
    draw = draws.commit(
        number,
        owner=order.owner,
        announced_for=order.choose_at,  # type: ignore[arg-type]  # filled iff no draft
        regulator_days=int(follows.figures["witness.absence.working-days"].value),
        failure_days=int(follows.figures["witness.failure.working-days"].value),
        confirmation_minutes=int(follows.figures["witness.confirmation.minutes"].value),
        at=published_at,
    )
    limit = int(follows.figures["witness.maximum"].value)
    witnesses.name(draw, order.witnesses, limit=limit, at=published_at)
    move(
        order,
        OrderState.PUBLISHED,
        number=number,
        owner_name=order.owner.name,
        published_by=by,
        published_at=published_at,
        commitment=draw.commitment,
        bidders_needed=follows.bidders_needed,
        publicity_days=follows.publicity_days,
        figures={name: asdict(figure) for name, figure in follows.figures.items()},
    )
    notice = notices.publish(
        "order-notice",
        about=order,
        title=order_papers.notice_title(order),
        paper=order_papers.notice(
            order, items=order.items.all(), avoidances=order.avoidances.all()
        ),
        by=by,
        at=at,
        issuer=order.owner.name,
        facts=order_papers.facts_of(order),
    )
    outbox.emit(
        record(
            order,
            "order.published",
            by=by,
            at=at,
            public=True,
            number=number,
            notice=notice.number,
            digest=notice.digest,
            commitment=order.commitment,
        )
    )
    return order


@transaction.atomic(durable=True)
def withdraw(order: ServiceOrder, *, reason: str, by: Actor, at: datetime) -> ServiceOrder:
    """End an order before anybody is chosen, by a notice that follows its own.

    Envelopes stay sealed for good. Refused without a reason, and once the dice are thrown: then
    the result is fixed, and only unknown.
    """
    order = lock(order)
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    if Draw.objects.filter(number=order.number, thrown_at__isnull=False).exists():
        raise RuleBroken("The dice are thrown, so the result is fixed: it will be published.")
    move(order, OrderState.WITHDRAWN, state_reason=reason.strip())
    notice = notices.withdraw(
        notice_of(order),
        kind="order-withdrawal",
        title=order_papers.withdrawal_title(order),
        paper=order_papers.withdrawal(order, clock.after_lock()),
        reason=order.state_reason,
        by=by,
        at=at,
        facts={"order": order.number},
    )
    outbox.emit(
        record(
            order,
            "order.withdrawn",
            by=by,
            at=at,
            public=True,
            reason=order.state_reason,
            notice=notice.number,
        )
    )
    tell_bidders(order, "marketplace/order-withdrawn", at=at)
    return order


# ── what other modules share ─────────────────────────────────────────────────────────────────────


def what_follows(terms: Terms, region: Region, at: datetime) -> Consequences:
    """What the figures in force make of these terms, were they published at that instant."""
    return _follows(region, terms.regime, terms.method, terms.public_funds, at)


def check(terms: Terms, owner: Organisation, follows: Consequences) -> None:
    """Refuse terms that the law forbids or that contradict each other."""
    guards.check(terms.regime, terms.method, floor=terms.floor)
    if terms.regime == Regime.PRIVATE and terms.public_funds:
        raise RuleBroken("Public funds are spent: choose another regime than private funds.")
    if terms.method == Method.DRAW and terms.price is None:
        raise RuleBroken("A public draw has a fixed price: state it.")
    highest = terms.price if terms.method == Method.DRAW else terms.ceiling
    if terms.budget is not None and highest is not None and highest > terms.budget:
        raise RuleBroken(
            "%(amount)s yuan is above the budget of %(budget)s yuan: lower it.",
            amount=highest,
            budget=terms.budget,
        )
    limit = terms.ceiling if terms.ceiling is not None else terms.budget
    if terms.floor is not None and limit is not None and terms.floor >= limit:
        raise RuleBroken("The floor is not below the ceiling: lower it, or leave it empty.")
    if terms.stages and sum(one.percent for one in terms.stages) != 100:
        raise RuleBroken("The shares of the stages do not add up to 100: correct them.")
    if any(one.days > terms.service_days for one in terms.stages):
        raise RuleBroken("A stage ends after the days of service: give it fewer days.")
    most = int(follows.figures["witness.maximum"].value)
    if not 1 <= len(terms.witnesses) <= most:
        raise RuleBroken(
            "Name at least one witness and at most %(limit)s: their dice decide draws and ties.",
            limit=most,
        )
    if len({one.phone for one in terms.witnesses}) < len(terms.witnesses):
        raise RuleBroken("Each witness needs a phone of his own.")
    if len({one.uscc for one in terms.avoided}) < len(terms.avoided):
        raise RuleBroken("An agency to keep away is named twice: name it once.")
    if owner.uscc and owner.uscc in {one.uscc for one in terms.avoided}:
        raise RuleBroken("Your own unit cannot bid anyway: take it off the agencies to keep away.")
    _refuse_too_early(terms.open_until, follows)
    if terms.choose_at < terms.open_until:
        raise RuleBroken("The selection comes after the deadline for bids: choose a later time.")


def previewed(order: ServiceOrder, terms: Terms, at: datetime) -> Paper:
    """The very notice that these terms would become; nothing is written."""
    region = Region.objects.get(code=terms.region)
    shown = copy(order)
    for name, value in _columns(terms, region, what_follows(terms, region, at)).items():
        setattr(shown, name, value)
    return order_papers.notice(
        shown,
        items=ServiceItem.objects.filter(code__in=terms.items),
        avoidances=[Avoidance(order=order, **asdict(one)) for one in terms.avoided],
    )


def notice_of(order: ServiceOrder) -> Notice:
    """The notice in force of a published order."""
    return notices.newest_of(order, "order-notice")


@part
def tell_bidders(order: ServiceOrder, kind: str, *, at: datetime, **facts: Any) -> None:
    """Write to everybody whose bid stands."""
    for bid in order.bids.standing().select_related("bidder"):
        letters.post(
            kind, to=bid.bidder, at=at, link=order.get_absolute_url(), order=order, bid=bid, **facts
        )


def may_approve(order: ServiceOrder, seat: Seat, at: datetime) -> bool:
    """Whether the seat is the second person: another of the owner's, or the operator's reviewer."""
    return approval.is_second(
        seat,
        writer=order.submitted_by,
        of=order.owner,
        deed=Deed.APPROVE_ORDER,
        amount=order.worth,
        reviewer=Deed.REVIEW_ORDER,
        at=at,
    )


def _refuse_unless_second(order: ServiceOrder, by: Seat, at: datetime) -> None:
    if not may_approve(order, by, at):
        raise RuleBroken(
            "An order is approved by a second person of the owner, or by the operator where the "
            "owner has one person only: ask such a person."
        )


def _refuse_too_early(open_until: datetime, follows: Consequences) -> None:
    if open_until < follows.earliest.until():
        raise RuleBroken(
            "Published today, bids must be let in for %(days)s working days, through "
            "%(earliest)s: choose a later deadline.",
            days=follows.registration_days,
            earliest=follows.earliest.on,
        )


def _follows(
    region: Region | None, regime: str, method: str, public_funds: Decimal, at: datetime
) -> Consequences:
    day = calendar.day_of(at)
    in_force = figures.on(day, region=region, regime=regime)
    days = CalendarDay.objects.calendar()
    return consequences(in_force, days, day, method=method, public_funds=public_funds)


def _columns(terms: Terms, region: Region, follows: Consequences) -> dict[str, Any]:
    kept = asdict(terms)
    for apart in ("region", "items", "avoided", "witnesses", "files", "requirement", "stages"):
        del kept[apart]
    drawn = terms.method == Method.DRAW
    limit = terms.ceiling if terms.ceiling is not None else terms.budget
    return {
        **kept,
        "region": region,
        "requirement": terms.requirement,
        "stages": _stages(terms),
        "witnesses": [asdict(one) for one in terms.witnesses],
        "ceiling": None if drawn else terms.ceiling,
        "floor": None if drawn else terms.floor,
        "price": terms.price if drawn else None,
        "worth": (terms.price if drawn else limit) or 0,
        "bidders_needed": follows.bidders_needed,
        "publicity_days": follows.publicity_days,
    }


def _stages(terms: Terms) -> list[dict[str, Any]]:
    whole = Milestone("提交全部服务成果", terms.service_days, Decimal(100))
    return [
        {"title": one.title, "days": one.days, "percent": str(one.percent)}
        for one in terms.stages or (whole,)
    ]


def _attach(order: ServiceOrder, terms: Terms, by: Seat) -> None:
    """Bind the files to the order; a code of another's upload is a forged form."""
    for upload in Upload.objects.filter(
        code__in=terms.files, organisation_code=by.organisation.code, subject_code=""
    ):
        uploads.attach(upload, to=order)
