"""How an inquiry is decided: opened at its deadline, examined, its dice thrown, awarded or failed.

The clock opens it, whoever comes first afterwards too: both call `close`, one of them does it. With
fewer quotes than the law asks for no envelope is opened. Which quotes are invalid, beyond what
their envelopes say themselves, a named person decides, with reasons that everybody reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import override

from accounts.models import Seat, User
from contracts import agreements
from contracts.drafting import priced
from contracts.models import Agreement, AgreementTemplate, Side
from core import clock, letters, outbox
from core.audit import Actor, Clock, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay
from procurement import archives, inquiry_papers, quotes
from procurement.inquiries import notice_of, tell_suppliers
from procurement.inquiry_terms import after_award, examined, told
from procurement.models import Procedure, ProcedureState, Quote
from publication import notices
from publication.models import Notice, Relation
from selection import draws, witnesses
from selection.methods import Entry, Evidence, Frozen, Result, lowest
from selection.methods.draw import digest as draw_digest
from selection.models import Draw, Envelope, Witness

TEMPLATE = "inquiry-agreement"
TOO_FEW = "提交报价的供应商不足 {needed} 家（共 {quotes} 家），报价未予开启"
TOO_FEW_VALID = "有效报价不足 {needed} 家（共 {quotes} 家报价，{valid} 家有效）"
NO_DICE = (
    "有效报价相同，在公告的时间之后 {days} 个工作日内，见证人和监管部门均未投掷骰子，"
    "无法确定成交供应商"
)
FAULTS = {
    lowest.ABOVE_CEILING: "报价高于最高限价",
    lowest.UNREADABLE: "报价不是以元为单位、至多两位小数的金额",
    lowest.NOT_OPENED: "信封无法开启：内容与提交时的不一致",
}


@transaction.atomic(durable=True)
def close(procedure: Procedure, *, by: Actor, at: datetime) -> Procedure:
    """Freeze the list of quotes and open them, or fail the inquiry where they are too few.

    Refused before the deadline, and twice.
    """
    procedure = lock(procedure, state=ProcedureState.PUBLISHED)
    closed_at = clock.after_lock()
    if procedure.is_open(closed_at):
        raise RuleBroken(
            "Quotes are let in until %(until)s: open them then.", until=procedure.open_until
        )
    standing = list(procedure.quotes.standing().select_related("supplier", "envelope"))
    draw = draws.freeze(draw_of(procedure), _frozen(procedure, standing, closed_at), at=closed_at)
    record(
        procedure,
        "procedure.closed",
        by=by,
        at=at,
        public=True,
        closed_at=closed_at,
        root=draw.root,
        entries=[one.to_json() for one in _facts(draw).entries],
    )
    procedure.closed_at = closed_at
    if "quotes" not in draws.missing(draw):
        reason = TOO_FEW.format(needed=procedure.quotes_needed, quotes=len(standing))
        return _fail(procedure, reason, by=by, at=at)
    draws.open_quotes(draw, at=closed_at)
    for quote in standing:
        _read(procedure, draw, quote)
    days = int(procedure.figures["inquiry.examination.working-days"]["value"])
    until = CalendarDay.objects.calendar().add_working_days(day_of(closed_at), days).until()
    move(procedure, ProcedureState.OPENED, closed_at=closed_at, examine_until=until)
    notice = notices.publish(
        "inquiry-opening",
        about=procedure,
        title=inquiry_papers.opening_title(procedure),
        paper=inquiry_papers.opening(procedure, standing, draw),
        follows=notice_of(procedure),
        relation=Relation.FOLLOWS,
        by=by,
        at=at,
        issuer=procedure.owner_shown,
        facts={
            "procedure": procedure.number,
            "opened_at": closed_at,
            "root": draw.root,
            "quotes": [
                {"supplier": one.supplier.uscc, "price": one.price, "envelope": one.envelope.digest}
                for one in standing
            ],
        },
    )
    outbox.emit(
        record(
            procedure,
            "procedure.opened",
            by=by,
            at=at,
            public=True,
            quotes=len(standing),
            notice=notice.number,
            digest=notice.digest,
        )
    )
    tell_suppliers(procedure, "procurement/inquiry-opened", at=at, notice=notice)
    letters.post(
        "procurement/examination-awaited",
        to=procedure.owner,
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
    )
    return procedure


@transaction.atomic(durable=True)
def examine(
    procedure: Procedure, verdicts: Mapping[str, str], *, by: Seat, at: datetime
) -> Procedure:
    """Decide, in one's own name, which quotes are invalid: the reason by the quote's code, empty
    where it is valid. Then award to the lowest valid one, wait for the dice, or fail.

    Refused twice, and unless every quote that stands is judged. What its envelope itself makes
    invalid stays so.
    """
    procedure = lock(procedure, state=ProcedureState.OPENED)
    examined_at = clock.after_lock()
    standing = list(procedure.quotes.standing().select_related("supplier", "envelope"))
    if set(verdicts) != {one.code for one in standing}:
        raise RuleBroken("Judge every quote: say of each whether it is valid.")
    for quote in standing:
        reason = verdicts[quote.code].strip()[:500]
        if quote.is_valid is not False:  # what the envelope says itself was judged at the opening
            quote.is_valid, quote.reason = not reason, reason
            quote.save(update_fields=["is_valid", "reason"])
    procedure.examined_by, procedure.examined_at = by, examined_at
    procedure.save(update_fields=["examined_by", "examined_at"])
    record(
        procedure,
        "procedure.examined",
        by=by,
        at=at,
        public=True,
        examiner=by.user.name,
        invalid={one.supplier.uscc: one.reason for one in standing if not one.is_valid},
    )
    frozen, evidence = facts_of(procedure)
    if lowest.missing(frozen, evidence):
        move(procedure, ProcedureState.AWAITING_DICE)
        waiting: tuple[letters.Addressee, ...] = (
            procedure.owner,
            *draw_of(procedure).witnesses.standing(),
        )
        for one in waiting:
            letters.post(
                "procurement/dice-awaited",
                to=one,
                at=at,
                link=procedure.get_absolute_url(),
                procedure=procedure,
            )
        return procedure
    return _decide(procedure, by=by, at=at, decided_at=examined_at)


# ── dice ─────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def invite(procedure: Procedure, witness: Witness, *, by: Actor, at: datetime) -> str:
    """A link's token for a witness, told this once; an earlier one ends. Refused once used."""
    procedure = _witnessed(procedure)
    token = witnesses.invite(witness, at=clock.after_lock())
    record(procedure, "witness.invited", by=by, at=at, witness=witness.code)
    return token


@transaction.atomic(durable=True)
def enter(procedure: Procedure, token: str, *, by: User, at: datetime) -> Witness:
    """Let in, for good, whoever holds a witness's link. Refused to who has a stake, and twice."""
    procedure = _witnessed(procedure)
    witness = witnesses.enter(draw_of(procedure), token, user=by, at=clock.after_lock())
    record(procedure, "witness.entered", by=by, at=at, witness=witness.code)
    return witness


@transaction.atomic(durable=True)
def throw_dice(procedure: Procedure, digits: str, *, by: User | Seat, at: datetime) -> Procedure:
    """Note the twenty dice in the order thrown; where nobody else is to confirm them, award.

    Refused before the announced time, to who is no witness (a regulator's seat may throw later),
    and twice.
    """
    procedure = lock(procedure, state=ProcedureState.AWAITING_DICE)
    draw = draws.throw(draw_of(procedure), digits, by=by, at=clock.after_lock())
    record(
        procedure,
        "procedure.dice-thrown",
        by=by,
        at=at,
        public=True,
        dice=draw.dice,
        thrown_by=draw.thrown_by,
        thrown_as=draw.thrown_as,
        thrown_at=draw.thrown_at,
    )
    return _decide_if_seen(procedure, draw, by=by, at=at)


@transaction.atomic(durable=True)
def confirm_dice(procedure: Procedure, digits: str, *, by: User, at: datetime) -> Procedure:
    """Confirm, as another witness, what was thrown; the last one's word decides the inquiry.

    Refused where the digits differ.
    """
    procedure = lock(procedure, state=ProcedureState.AWAITING_DICE)
    draw = draws.confirm(draw_of(procedure), digits, by=by, at=clock.after_lock())
    record(procedure, "procedure.dice-confirmed", by=by, at=at, public=True)
    return _decide_if_seen(procedure, draw, by=by, at=at)


@transaction.atomic(durable=True)
def settle_dice(procedure: Procedure, *, by: Actor, at: datetime) -> Procedure:
    """Decide though a witness let the time to confirm pass; fail where nobody threw in time.

    Refused while the dice may still be thrown or confirmed.
    """
    procedure = lock(procedure, state=ProcedureState.AWAITING_DICE)
    draw, now = draw_of(procedure), clock.after_lock()
    if draws.is_failed(draw, now):
        days = procedure.figures["witness.failure.working-days"]["value"]
        return _fail(procedure, NO_DICE.format(days=days), by=by, at=at)
    if not draws.is_seen(draw, now):
        raise RuleBroken("The dice are not thrown, or not confirmed yet: wait for the witnesses.")
    return _decide_if_seen(procedure, draw, by=by, at=at)


# ── what other modules share ─────────────────────────────────────────────────────────────────────


def draw_of(procedure: Procedure) -> Draw:
    """The draw that was committed to when the inquiry was published."""
    return draws.of(procedure.number or "")


def facts_of(procedure: Procedure) -> tuple[Frozen, Evidence]:
    """What decides an examined inquiry: the list with the examiner's refusals, the quotes."""
    draw = draw_of(procedure)
    refused = {
        quote.supplier.uscc or "": quote.reason
        for quote in procedure.quotes.standing().select_related("supplier", "envelope")
        if quote.is_valid is False and not _fault(quote.envelope.content, procedure.limit)
    }
    frozen = examined(_facts(draw), refused)
    return frozen, told(frozen, draws.evidence(draw))


def bundle(procedure: Procedure) -> bytes:
    """The file draw.json: what lowest.py verifies, the same bytes at every call."""
    return lowest.bundle(*facts_of(procedure))


@part
def pass_on(procedure: Procedure, agreement: Agreement, reason: str, *, at: datetime) -> None:
    """The winner let the contract go: the next reserve takes its place, or the inquiry fails."""
    decliner = procedure.winner
    if decliner is None:
        raise RuntimeError(f"procedure {procedure.code} has no winner")
    decliner.declined_at = agreement.ended_at
    decliner.decline_reason = reason[:500]
    decliner.save(update_fields=["declined_at", "decline_reason"])
    by = Clock()
    record(procedure, "procedure.declined", by=by, at=at, public=True, supplier=decliner.code)
    reserves = procedure.quotes.filter(place__gt=decliner.place, place__lte=1 + procedure.reserves)
    reserve = reserves.select_related("supplier").order_by("place").first()
    if reserve is None:
        fail_after_award(procedure, "成交供应商放弃成交，且没有可以递补的供应商", at=at)
    else:
        _award(procedure, reserve, by=by, at=at, decided_at=clock.after_lock(), after=decliner)


@part
def fail_after_award(procedure: Procedure, reason: str, *, at: datetime) -> Procedure:
    """There is no contract and nobody to take the winner's place."""
    return _fail(procedure, reason, by=Clock(), at=at)


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def _frozen(procedure: Procedure, standing: list[Quote], at: datetime) -> Frozen:
    with override("zh-hans"):  # it is published, whoever closes the inquiry
        entries = tuple(
            Entry(
                uscc=quote.supplier.uscc or "",
                name=quote.supplier.name,
                envelope=quote.envelope.digest,
                reason="；".join(quotes.why_not(procedure, quote.supplier, at)),
            )
            for quote in standing
        )
    return Frozen(
        order=procedure.number or "",
        method=lowest.METHOD,
        notice=notice_of(procedure).digest,
        commitment=procedure.commitment,
        winners=1,
        reserves=procedure.reserves,
        needed=procedure.quotes_needed,
        ceiling=procedure.limit,
        floor=None,
        frozen_at=at,
        entries=entries,
    )


def _facts(draw: Draw) -> Frozen:
    if (facts := draw.facts) is None:
        raise RuleBroken("The list of quotes is not frozen yet: wait for the deadline.")
    return facts


def _read(procedure: Procedure, draw: Draw, quote: Quote) -> None:
    """Write beside the row what its envelope says, and what that alone makes of it."""
    entry = next(one for one in _facts(draw).entries if one.uscc == quote.supplier.uscc)
    opened = Envelope.objects.get(pk=quote.envelope_id).content
    content = opened or {}
    price, days = content.get("price"), content.get("days")
    quote.price = price[:40] if isinstance(price, str) else ""
    quote.offer = str(content.get("offer", ""))[: quotes.LONGEST_OFFER]
    quote.days = days if isinstance(days, int) and 0 < days < 100_000 else None
    reason = entry.reason or FAULTS.get(_fault(opened, procedure.limit), "")
    if reason:
        quote.is_valid, quote.reason = False, reason[:500]
    quote.save(update_fields=["price", "offer", "days", "is_valid", "reason"])


def _fault(content: Mapping[str, Any] | None, limit: Decimal) -> str:
    """What an envelope itself makes invalid, as selection/methods/lowest.py judges it."""
    if content is None:
        return lowest.NOT_OPENED
    price = content.get("price", "")
    if not isinstance(price, str) or not re.fullmatch(lowest.PRICE, price) or not Decimal(price):
        return lowest.UNREADABLE
    return lowest.ABOVE_CEILING if Decimal(price) > limit else ""


def _witnessed(procedure: Procedure) -> Procedure:
    procedure = lock(procedure)
    if procedure.state not in ("published", "opened", "awaiting-dice"):
        raise RuleBroken("This inquiry needs no witness any more.")
    return procedure


def _decide_if_seen(procedure: Procedure, draw: Draw, *, by: Actor, at: datetime) -> Procedure:
    """Decide once the dice are thrown, and every other witness confirmed or let the time pass."""
    decided_at = clock.after_lock()
    if not draws.is_seen(draw, decided_at):
        return procedure
    draws.reveal(draw, at=decided_at)
    return _decide(procedure, by=by, at=at, decided_at=decided_at)


def _decide(procedure: Procedure, *, by: Actor, at: datetime, decided_at: datetime) -> Procedure:
    frozen, evidence = facts_of(procedure)
    result = lowest.choose(frozen, evidence)
    procedure.proof = result.to_json()
    winner = _placed(procedure, result)
    if winner is not None:
        return _award(procedure, winner, by=by, at=at, decided_at=decided_at)
    entered = len(frozen.entries)
    valid = procedure.quotes.standing().filter(is_valid=True).count()
    reason = TOO_FEW_VALID.format(needed=procedure.quotes_needed, quotes=entered, valid=valid)
    return _fail(procedure, reason, by=by, at=at)


def _placed(procedure: Procedure, result: Result) -> Quote | None:
    """Write each quote's place beside it; the first one's quote, where somebody won."""
    by_uscc = {
        quote.supplier.uscc: quote
        for quote in procedure.quotes.standing().select_related("supplier", "envelope")
    }
    for place in result.places:
        quote = by_uscc[place.uscc]
        quote.place = place.rank
        quote.save(update_fields=["place"])
    return by_uscc[result.winners[0].uscc] if result.winners else None


def _award(
    procedure: Procedure,
    winner: Quote,
    *,
    by: Actor,
    at: datetime,
    decided_at: datetime,
    after: Quote | None = None,
) -> Procedure:
    """Result notice, award letter, agreement and letters, for the first winner or a reserve."""
    due = after_award(procedure.figures, CalendarDay.objects.calendar(), day_of(decided_at))
    amount = Decimal(winner.price)
    move(
        procedure,
        ProcedureState.AWARDED,
        proof=procedure.proof,
        winner=winner,
        amount=amount,
        awarded_at=decided_at,
        notice_until=due.notice.until(),
        contest_until=due.objection.until(),
    )
    standing = list(procedure.quotes.standing().select_related("supplier", "envelope"))
    digest = draw_digest(bundle(procedure))
    result = notices.publish(
        "inquiry-result",
        about=procedure,
        title=inquiry_papers.result_title(procedure, again=after is not None),
        paper=inquiry_papers.result(
            procedure, standing, draw_of(procedure), bundle=digest, after=after
        ),
        follows=_last_word(procedure),
        relation=Relation.RESULT_OF if after is None else Relation.FOLLOWS,
        by=by,
        at=at,
        issuer=procedure.owner_shown,
        facts={
            "procedure": procedure.number,
            "winner": winner.supplier.uscc,
            "amount": amount,
            "notice_until": procedure.notice_until,
            "contest_until": procedure.contest_until,
            "examiner": procedure.examined_by.user.name if procedure.examined_by else "",
            "invalid": {
                one.supplier.uscc or "": one.reason for one in standing if one.is_valid is False
            },
            "result": procedure.proof,
            "bundle": digest,
        },
    )
    award_letter = notices.publish(
        "inquiry-award-letter",
        about=procedure,
        title=inquiry_papers.award_title(procedure),
        paper=inquiry_papers.award_letter(procedure, result),
        follows=result,
        relation=Relation.FOLLOWS,
        by=by,
        at=at,
        issuer=procedure.owner_shown,
        facts={
            "procedure": procedure.number,
            "winner": winner.supplier.uscc,
            "amount": amount,
        },
    )
    agreement = _drawn_up(procedure, winner, amount, by=by, at=at, on=decided_at)
    outbox.emit(
        record(
            procedure,
            "procedure.awarded",
            by=by,
            at=at,
            public=True,
            winner=winner.supplier.uscc,
            amount=amount,
            notice=result.number,
            digest=result.digest,
        )
    )
    tell_suppliers(
        procedure,
        "procurement/inquiry-awarded",
        at=at,
        notice=result,
        award_letter=award_letter,
        agreement=agreement,
    )
    return procedure


def _drawn_up(
    procedure: Procedure, winner: Quote, amount: Decimal, *, by: Actor, at: datetime, on: datetime
) -> Agreement:
    return agreements.draw_up(
        template=AgreementTemplate.objects.in_force(TEMPLATE, day_of(on)),
        about=procedure,
        title=f"{procedure.title}采购合同"[:200],
        parties={Side.OWNER: procedure.owner, Side.AGENCY: winner.supplier},
        amount=amount,
        milestones=priced(procedure.stages, amount),
        values={
            "procedure_number": procedure.number or "",
            "need_number": procedure.need.number or "",
            "project": procedure.title,
            "content": procedure.content,
            "offer": f"{winner.offer}（承诺交付期限：{winner.days} 日）",
            "delivery_place": procedure.delivery_place,
            "acceptance": procedure.acceptance,
            "payment": procedure.payment,
        },
        by=by,
        at=at,
    )


def _fail(procedure: Procedure, reason: str, *, by: Actor, at: datetime) -> Procedure:
    failed_at = clock.after_lock()
    move(
        procedure,
        ProcedureState.FAILED,
        state_reason=reason,
        closed_at=procedure.closed_at,
        proof=procedure.proof,
        winner=None,
        amount=None,
        awarded_at=None,
        notice_until=None,
        contest_until=None,
        **archives.ended(procedure, failed_at),
    )
    standing = list(procedure.quotes.standing().select_related("supplier", "envelope"))
    notice = notices.publish(
        "inquiry-failure",
        about=procedure,
        title=inquiry_papers.failure_title(procedure),
        paper=inquiry_papers.failure(procedure, standing, failed_at),
        follows=_last_word(procedure),
        relation=Relation.RESULT_OF,
        by=by,
        at=at,
        issuer=procedure.owner_shown,
        facts={"procedure": procedure.number, "reason": reason, "result": procedure.proof},
    )
    outbox.emit(
        record(
            procedure,
            "procedure.failed",
            by=by,
            at=at,
            public=True,
            reason=reason,
            notice=notice.number,
            digest=notice.digest,
        )
    )
    archives.ask(procedure, by=by, at=at)
    tell_suppliers(procedure, "procurement/inquiry-failed", at=at, notice=notice)
    letters.post(
        "procurement/inquiry-failed",
        to=procedure.owner,
        at=at,
        link=procedure.get_absolute_url(),
        procedure=procedure,
        notice=notice,
    )
    return procedure


def _last_word(procedure: Procedure) -> Notice:
    """What a result follows: the last result, else the opening, else the notice in force."""
    about = Notice.objects.about(procedure)
    found = about.filter(kind__in=["inquiry-result", "inquiry-opening"]).last()
    return found or notice_of(procedure)
