"""How an order ends: closed at its deadline, its dice thrown, awarded or failed; the next reserve.

The clock closes it, whoever comes first afterwards too: both call `close`, one of them does it.
"""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.translation import override

from accounts.models import Seat, User
from contracts import agreements, news
from contracts.drafting import priced
from contracts.models import Agreement, AgreementTemplate, Side
from core import clock, letters, outbox
from core.audit import Actor, Clock, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay, Event
from marketplace import bids, order_papers
from marketplace.models import Bid, Method, OrderState, ServiceOrder
from marketplace.orders import notice_of, tell_bidders
from publication import notices
from publication.models import Notice, Relation
from selection import draws, witnesses
from selection.methods import Entry, Frozen, Result
from selection.methods.draw import digest
from selection.models import Draw, Witness

TEMPLATE = "service-agreement"
TOO_FEW = "符合要求的报名机构不足 {needed} 家（共 {bids} 家报名，{eligible} 家符合要求）"
TOO_FEW_VALID = "有效报价不足 {needed} 家（共 {bids} 家报名，{valid} 家报价有效）"
NO_DICE = "在公告的选取时间之后 {days} 个工作日内，见证人和监管部门均未投掷骰子，选取无法进行"
NO_RESERVE = "中选机构放弃中选，且没有可以递补的备选机构"
OWNER_DECLINED = "项目业主未与中选机构签订合同"
NOT_SIGNED = "未在期限内签署合同"


@transaction.atomic(durable=True)
def close(order: ServiceOrder, *, by: Actor, at: datetime) -> ServiceOrder:
    """Freeze the list of bids, judge who is eligible, and award, fail, or wait for the dice.

    Refused before the deadline, and twice.
    """
    order = lock(order, state=OrderState.PUBLISHED)
    closed_at = clock.after_lock()
    if order.is_open(closed_at):
        raise RuleBroken(
            "Agencies may bid until %(until)s: close the order then.", until=order.open_until
        )
    standing = order.bids.standing().select_related("bidder", "envelope")
    frozen = Frozen(
        order=order.number or "",
        method=order.method,
        notice=notice_of(order).digest,
        commitment=order.commitment,
        winners=1,
        reserves=order.reserves,
        needed=order.bidders_needed,
        ceiling=order.limit if order.method == Method.LOWEST else None,
        floor=order.floor,
        frozen_at=closed_at,
        entries=tuple(_judged(order, bid, closed_at) for bid in standing),
    )
    draw = draws.freeze(draw_of(order), frozen, at=closed_at)
    record(
        order,
        "order.closed",
        by=by,
        at=at,
        public=True,
        closed_at=closed_at,
        root=draw.root,
        entries=[one.to_json() for one in frozen.entries],
    )
    if "quotes" in draws.missing(draw):
        draws.open_quotes(draw, at=closed_at)
    if not draws.missing(draw):
        return _decide(order, draw, by=by, at=at, decided_at=closed_at)
    move(order, OrderState.AWAITING_DICE, closed_at=closed_at)
    tell_bidders(order, "marketplace/order-closed", at=at)
    waiting: tuple[letters.Addressee, ...] = (order.owner, *draw.witnesses.standing())
    for told in waiting:
        letters.post(
            "marketplace/dice-awaited", to=told, at=at, link=order.get_absolute_url(), order=order
        )
    return order


@transaction.atomic(durable=True)
def invite(order: ServiceOrder, witness: Witness, *, by: Actor, at: datetime) -> str:
    """A link's token for a witness, told this once; an earlier one ends. Refused once used."""
    order = lock(order)
    if order.state not in (OrderState.PUBLISHED, OrderState.AWAITING_DICE):
        raise RuleBroken("This order needs no witness any more.")
    token = witnesses.invite(witness, at=clock.after_lock())
    record(order, "witness.invited", by=by, at=at, witness=witness.code)
    return token


@transaction.atomic(durable=True)
def enter(order: ServiceOrder, token: str, *, by: User, at: datetime) -> Witness:
    """Let in, for good, whoever holds a witness's link. Refused to who has a stake, and twice."""
    order = lock(order)
    if order.state not in (OrderState.PUBLISHED, OrderState.AWAITING_DICE):
        raise RuleBroken("This order needs no witness any more.")
    witness = witnesses.enter(draw_of(order), token, user=by, at=clock.after_lock())
    record(order, "witness.entered", by=by, at=at, witness=witness.code)
    return witness


@transaction.atomic(durable=True)
def throw_dice(order: ServiceOrder, digits: str, *, by: User | Seat, at: datetime) -> ServiceOrder:
    """Note the twenty dice in the order thrown; where nobody else is to confirm them, award.

    Refused before the announced time, to who is no witness of this order (a regulator's seat may,
    one working day after that time), and twice.
    """
    order = lock(order, state=OrderState.AWAITING_DICE)
    thrown_at = clock.after_lock()
    draw = draws.throw(draw_of(order), digits, by=by, at=thrown_at)
    record(
        order,
        "order.dice-thrown",
        by=by,
        at=at,
        public=True,
        dice=draw.dice,
        thrown_by=draw.thrown_by,
        thrown_as=draw.thrown_as,
        thrown_at=draw.thrown_at,
    )
    return _decide_if_seen(order, draw, by=by, at=at, decided_at=clock.after_lock())


@transaction.atomic(durable=True)
def confirm_dice(order: ServiceOrder, digits: str, *, by: User, at: datetime) -> ServiceOrder:
    """Confirm, as another witness, what was thrown; the last one's word awards the order.

    Refused where the digits differ.
    """
    order = lock(order, state=OrderState.AWAITING_DICE)
    confirmed_at = clock.after_lock()
    draw = draws.confirm(draw_of(order), digits, by=by, at=confirmed_at)
    record(order, "order.dice-confirmed", by=by, at=at, public=True, confirmed_at=confirmed_at)
    return _decide_if_seen(order, draw, by=by, at=at, decided_at=clock.after_lock())


@transaction.atomic(durable=True)
def award(order: ServiceOrder, *, by: Actor, at: datetime) -> ServiceOrder:
    """Reveal the secret, choose and award, though another witness let the time to confirm pass.

    Refused while the dice are missing, or may still be confirmed.
    """
    order = lock(order, state=OrderState.AWAITING_DICE)
    order = _decide_if_seen(order, draw_of(order), by=by, at=at, decided_at=clock.after_lock())
    if order.state == OrderState.AWAITING_DICE:
        raise RuleBroken("The dice are not thrown, or not confirmed yet: wait for the witnesses.")
    return order


@transaction.atomic(durable=True)
def fail(order: ServiceOrder, *, by: Actor, at: datetime) -> ServiceOrder:
    """Fail an order whose dice nobody has thrown in time. Refused before that time."""
    order = lock(order, state=OrderState.AWAITING_DICE)
    draw = draw_of(order)
    if not draws.is_failed(draw, clock.after_lock()):
        raise RuleBroken("The dice may be thrown until %(until)s: wait.", until=draw.fails_at)
    days = order.figures["witness.failure.working-days"]["value"]
    return _fail(order, NO_DICE.format(days=days), by=by, at=at)


def draw_of(order: ServiceOrder) -> Draw:
    """The draw that was committed to when the order was published."""
    return draws.of(order.number or "")


# ── consumers: what becomes of the contract ──────────────────────────────────────────────────────


@part
def contract(event: Event, *, at: datetime) -> None:
    """The agreement is concluded: the order is under contract."""
    order = news.subject_of(event, ServiceOrder)
    if order is not None:
        move(order, OrderState.CONTRACTED)
        record(order, "order.contracted", by=Clock(), at=at, public=True)


@part
def complete(event: Event, *, at: datetime) -> None:
    """The agreement is fulfilled: the order is completed, and waits for its evaluation."""
    order = news.subject_of(event, ServiceOrder)
    if order is not None:
        due = CalendarDay.objects.calendar().add_working_days(
            day_of(at), order.figures["order.evaluation.working-days"]["value"]
        )
        move(order, OrderState.COMPLETED, completed_at=at, evaluate_until=due.until())
        record(order, "order.completed", by=Clock(), at=at, public=True)
        letters.post(
            "marketplace/evaluation-awaited",
            to=order.owner,
            at=at,
            link=order.get_absolute_url(),
            order=order,
        )


@part
def break_off(event: Event, *, at: datetime) -> None:
    """The agreement ended by consent before it was fulfilled: the order ends with it."""
    order = news.subject_of(event, ServiceOrder)
    if order is not None:
        move(order, OrderState.BROKEN_OFF, state_reason=news.agreement_of(event).end_reason[:1000])
        record(order, "order.broken-off", by=Clock(), at=at, public=True)


@part
def pass_on(event: Event, *, at: datetime) -> None:
    """The agreement was declined, or not signed in time: the next reserve, or failure."""
    order = news.subject_of(event, ServiceOrder)
    if order is None or order.winner is None:
        return
    agreement = news.agreement_of(event)
    if news.unwilling(event) == Side.OWNER:
        _fail(order, OWNER_DECLINED, by=Clock(), at=at)
        return
    decliner = order.winner
    decliner.declined_at = agreement.ended_at
    decliner.decline_reason = (agreement.end_reason or NOT_SIGNED)[:500]
    decliner.save(update_fields=["declined_at", "decline_reason"])
    record(order, "order.declined", by=Clock(), at=at, public=True, agency=decliner.bidder.code)
    reserves = order.bids.filter(place__gt=decliner.place, place__lte=1 + order.reserves)
    reserve = reserves.select_related("bidder").order_by("place").first()
    if reserve is None:
        _fail(order, NO_RESERVE, by=Clock(), at=at)
    else:
        _award(order, reserve, by=Clock(), at=at, decided_at=clock.after_lock(), after=decliner)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def _judged(order: ServiceOrder, bid: Bid, at: datetime) -> Entry:
    """Whether the bidder meets the requirements as the registers stand at the deadline."""
    with override("zh-hans"):  # it is published, whoever closes the order
        checks = bids.checks(order, bid.bidder, at)
    reasons = [check.reason or check.text for check in checks if not check.ok]
    bid.eligible, bid.checks = not reasons, [asdict(check) for check in checks]
    bid.save(update_fields=["eligible", "checks"])
    return Entry(
        uscc=bid.bidder.uscc or "",
        name=bid.bidder.name,
        envelope=bid.envelope.digest,
        reason="；".join(reasons),
    )


def _decide_if_seen(
    order: ServiceOrder, draw: Draw, *, by: Actor, at: datetime, decided_at: datetime
) -> ServiceOrder:
    """Decide once the dice are thrown, and every other witness confirmed or let the time pass."""
    if not draws.is_seen(draw, decided_at):
        return order
    draws.reveal(draw, at=decided_at)
    return _decide(order, draw_of(order), by=by, at=at, decided_at=decided_at)


def _decide(
    order: ServiceOrder, draw: Draw, *, by: Actor, at: datetime, decided_at: datetime
) -> ServiceOrder:
    result = draws.choose(draw)
    order.closed_at = order.closed_at or decided_at  # written by the move that follows
    order.proof = result.to_json()
    bundle = draws.bundle(draw)
    order.bundle_digest, order.bundle_file_digest = digest(bundle), sha256(bundle).hexdigest()
    winner = _placed(order, result)
    if winner is not None:
        return _award(order, winner, by=by, at=at, decided_at=decided_at)
    facts = draw.facts
    bids_in, eligible = (len(facts.entries), len(facts.eligible)) if facts else (0, 0)
    if eligible < order.bidders_needed:
        reason = TOO_FEW.format(needed=order.bidders_needed, bids=bids_in, eligible=eligible)
    else:
        valid = eligible - sum(place.outcome == "invalid" for place in result.places)
        reason = TOO_FEW_VALID.format(needed=order.bidders_needed, bids=bids_in, valid=valid)
    return _fail(order, reason, by=by, at=at)


def _proven(order: ServiceOrder) -> dict[str, Any]:
    """The proof and the digests of its file, as `move` writes them."""
    names = ("proof", "bundle_digest", "bundle_file_digest")
    return {name: getattr(order, name) for name in names}


def _placed(order: ServiceOrder, result: Result) -> Bid | None:
    """Write each bid's place and price beside it; the first one's bid, where somebody won."""
    by_uscc = {
        bid.bidder.uscc: bid for bid in order.bids.standing().select_related("bidder", "envelope")
    }
    for place in result.places:
        bid = by_uscc[place.uscc]
        bid.place = place.rank
        if place.rank is not None:
            bid.price = Decimal(place.price) if place.price is not None else order.price
        bid.save(update_fields=["place", "price"])
    return by_uscc[result.winners[0].uscc] if result.winners else None


def _award(
    order: ServiceOrder,
    winner: Bid,
    *,
    by: Actor,
    at: datetime,
    decided_at: datetime,
    after: Bid | None = None,
) -> ServiceOrder:
    """Result notice, award letter, agreement and letters, for the first winner or a reserve."""
    contest = CalendarDay.objects.calendar().add_working_days(
        day_of(decided_at), order.publicity_days
    )
    amount = winner.price
    if amount is None:
        raise RuntimeError(f"bid {winner.code} won without a price")
    move(
        order,
        OrderState.AWARDED,
        closed_at=order.closed_at,
        **_proven(order),
        winner=winner,
        amount=amount,
        awarded_at=decided_at,
        contest_until=contest.until(),
    )
    draw = draw_of(order)
    result = notices.publish(
        "order-result",
        about=order,
        title=order_papers.result_title(order, again=after is not None),
        paper=order_papers.result(order, draw, after=after),
        follows=_last_word(order),
        relation=Relation.RESULT_OF if after is None else Relation.FOLLOWS,
        by=by,
        at=at,
        issuer=order.owner_shown,
        facts={
            "order": order.number,
            "winner": winner.bidder.uscc,
            "amount": amount,
            "contest_until": order.contest_until,
            "result": order.proof,
            "bundle": order.bundle_digest,
        },
    )
    award_letter = notices.publish(
        "award-letter",
        about=order,
        title=order_papers.award_title(order),
        paper=order_papers.award_letter(order, result),
        follows=result,
        relation=Relation.FOLLOWS,
        by=by,
        at=at,
        issuer=order.owner_shown,
        facts={"order": order.number, "winner": winner.bidder.uscc, "amount": amount},
    )
    agreement = _drawn_up(order, winner, amount, by=by, at=at, on=decided_at)
    outbox.emit(
        record(
            order,
            "order.awarded",
            by=by,
            at=at,
            public=True,
            winner=winner.bidder.uscc,
            amount=amount,
            notice=result.number,
            digest=result.digest,
            bundle=order.bundle_digest,
        )
    )
    tell_bidders(
        order,
        "marketplace/order-awarded",
        at=at,
        notice=result,
        award_letter=award_letter,
        agreement=agreement,
    )
    letters.post(
        "marketplace/order-awarded-owner",
        to=order.owner,
        at=at,
        link=order.get_absolute_url(),
        order=order,
        notice=result,
    )
    return order


def _drawn_up(
    order: ServiceOrder, winner: Bid, amount: Decimal, *, by: Actor, at: datetime, on: datetime
) -> Agreement:
    return agreements.draw_up(
        template=AgreementTemplate.objects.in_force(TEMPLATE, day_of(on)),
        about=order,
        title=f"{order.title}服务合同"[:200],
        parties={Side.OWNER: order.owner, Side.AGENCY: winner.bidder},
        amount=amount,
        milestones=priced(order.stages, amount),
        values={
            "order_number": order.number or "",
            "project": order.title,
            "service": "、".join(item.name for item in order.items.all()),
            "content": order.content,
            "selection": order.get_method_display(),
            "requirements": order.other_requirements,
        },
        by=by,
        at=at,
    )


def _fail(order: ServiceOrder, reason: str, *, by: Actor, at: datetime) -> ServiceOrder:
    move(
        order,
        OrderState.FAILED,
        state_reason=reason,
        closed_at=order.closed_at,
        **_proven(order),
        winner=None,
        amount=None,
        awarded_at=None,
        contest_until=None,
    )
    notice = notices.publish(
        "order-failure",
        about=order,
        title=order_papers.failure_title(order),
        paper=order_papers.failure(order, draw_of(order), clock.after_lock()),
        follows=_last_word(order),
        relation=Relation.RESULT_OF,
        by=by,
        at=at,
        issuer=order.owner_shown,
        facts={"order": order.number, "reason": reason, "result": order.proof},
    )
    outbox.emit(
        record(
            order,
            "order.failed",
            by=by,
            at=at,
            public=True,
            reason=reason,
            notice=notice.number,
            digest=notice.digest,
        )
    )
    tell_bidders(order, "marketplace/order-failed", at=at, notice=notice)
    letters.post(
        "marketplace/order-failed",
        to=order.owner,
        at=at,
        link=order.get_absolute_url(),
        order=order,
        notice=notice,
    )
    return order


def _last_word(order: ServiceOrder) -> Notice:
    """What a result follows: the last result, else the notice in force."""
    results = Notice.objects.about(order).filter(kind="order-result")
    return results.last() or notice_of(order)
