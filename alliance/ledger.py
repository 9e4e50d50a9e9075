"""The books of an alliance: entered with a voucher by one person, confirmed by another, published.

Whatever pays a due is an entry that names it. A payment online will call `enter` with the gateway
as its actor's seat and its record as the voucher; nothing else changes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count, Sum

from accounts.models import Seat
from alliance import council_papers
from alliance.meetings import charter_of
from alliance.models import Alliance
from alliance.models.fees import (
    Direction,
    Due,
    DueState,
    EntryState,
    LedgerEntry,
    Receipt,
    Statement,
    StatementState,
)
from alliance.terms import CharterTerms
from core import clock, letters, uploads
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import Upload
from core.money import yuan
from core.numbering import new_code, next_number, yearly
from core.once import check, spend
from core.paper import Paper
from publication import notices

KIND = "alliance-accounts"
FEE = "成员单位会费"


@dataclass(frozen=True)
class Movement:
    """Money that came or went, as the bank's record has it."""

    direction: str
    category: str
    amount: Decimal
    happened_on: date
    counterparty: str
    memo: str
    bank_reference: str = ""
    due: Due | None = None


def categories(alliance: Alliance, direction: str, at: datetime) -> tuple[str, ...]:
    """The charter's own sources of income and uses of money."""
    terms = CharterTerms.from_json(charter_of(alliance, at).terms)
    listing = terms.income if direction == Direction.INCOME else terms.expenditure
    return listing.items


@transaction.atomic(durable=True)
def enter(
    alliance: Alliance,
    movement: Movement,
    *,
    voucher: Upload,
    key: str = "",
    by: Seat,
    at: datetime,
) -> LedgerEntry:
    """Book a movement with the scan of its voucher. It counts once another person confirms it.

    Refused in the future, into a published period, under a category that the charter lacks, and
    for a due that is settled, or with more than what is left of it.
    """
    alliance = lock(alliance)
    check(key)
    entered_at = clock.after_lock()
    _check_day(alliance, movement.happened_on, day_of(entered_at))
    if movement.amount <= 0:
        raise RuleBroken("The amount is above zero.")
    known = categories(alliance, movement.direction, entered_at)
    if movement.due is None and movement.category not in known:
        raise RuleBroken("The charter does not name this category: choose one of its own.")
    if movement.due is not None:
        _check_due(alliance, movement)
    entry = LedgerEntry.objects.create(
        code=new_code(),
        alliance=alliance,
        direction=movement.direction,
        category=FEE if movement.due else movement.category,
        amount=yuan(movement.amount),
        happened_on=movement.happened_on,
        counterparty=movement.counterparty,
        memo=movement.memo,
        bank_reference=movement.bank_reference,
        voucher=voucher,
        due=movement.due,
        entered_at=entered_at,
        entered_by=by,
    )
    uploads.attach(voucher, to=entry)
    spend(key, made=entry, at=entered_at)
    record(
        entry,
        "entry.entered",
        by=by,
        at=at,
        direction=entry.direction,
        category=entry.category,
        amount=entry.amount,
        happened_on=entry.happened_on,
        voucher=voucher.sha256,
        due=movement.due.code if movement.due else None,
    )
    return entry


@transaction.atomic(durable=True)
def confirm(entry: LedgerEntry, *, by: Seat, at: datetime) -> LedgerEntry:
    """Compare with the bank's record and confirm: from now on it counts, and pays of its due.

    Refused to who entered it, twice, once its period is published, and where it is more than what
    is left of the due.
    """
    lock(entry.alliance)
    entry = lock(entry, state=EntryState.ENTERED)
    decided_at = clock.after_lock()
    _check_other(entry, by)
    _check_day(entry.alliance, entry.happened_on, day_of(decided_at))
    series = f"ledger-{entry.alliance.number}"
    number = f"{entry.alliance.number}-Z{next_number(series):05}"
    due = lock(entry.due) if entry.due else None
    if due is not None and entry.reverses is None:
        _check_payable(due, entry.amount)
    move(entry, EntryState.CONFIRMED, number=number, decided_at=decided_at, decided_by=by)
    record(
        entry,
        "entry.confirmed",
        by=by,
        at=at,
        number=number,
        amount=entry.amount,
        decided_at=decided_at,
    )
    if entry.reverses is not None:
        _undo(entry, due, by=by, at=at)
    elif due is not None:
        _pay(due, entry.amount, by=by, at=at, paid_at=decided_at)
        _issue(entry, due, by=by, at=at, issued_at=decided_at)
    return entry


@transaction.atomic(durable=True)
def refuse(entry: LedgerEntry, *, reason: str, by: Seat, at: datetime) -> LedgerEntry:
    """Send an entry back for good: a right one is entered anew. Refused without a reason."""
    entry = lock(entry, state=EntryState.ENTERED)
    _check_other(entry, by)
    if not reason.strip():
        raise RuleBroken("Say what is wrong: the accountant reads it.")
    move(
        entry,
        EntryState.REFUSED,
        refusal=reason.strip(),
        decided_at=clock.after_lock(),
        decided_by=by,
    )
    record(entry, "entry.refused", by=by, at=at, reason=entry.refusal)
    return entry


@transaction.atomic(durable=True)
def reverse(entry: LedgerEntry, *, reason: str, by: Seat, at: datetime) -> LedgerEntry:
    """Enter the reversal of a confirmed entry, of today; another person confirms it too.

    Refused without a reason, twice, and of a reversal.
    """
    lock(entry.alliance)
    entry = lock(entry, state=EntryState.CONFIRMED)
    entered_at = clock.after_lock()
    if not reason.strip():
        raise RuleBroken("Say why: it stands in the books.")
    if entry.reverses is not None:
        raise RuleBroken("A reversal is not reversed: enter the movement anew.")
    if LedgerEntry.objects.filter(reverses=entry).exists():
        raise RuleBroken("This entry is reversed already.")
    today = day_of(entered_at)
    _check_day(entry.alliance, today, today)
    reversal = LedgerEntry.objects.create(
        code=new_code(),
        alliance=entry.alliance,
        direction=entry.direction,
        category=entry.category,
        amount=-entry.amount,
        happened_on=today,
        counterparty=entry.counterparty,
        memo=f"冲销 {entry.number}：{reason.strip()}"[:300],
        due=entry.due,
        reverses=entry,
        entered_at=entered_at,
        entered_by=by,
    )
    record(reversal, "entry.entered", by=by, at=at, reverses=entry.number, amount=reversal.amount)
    return reversal


@transaction.atomic(durable=True)
def prepare(
    alliance: Alliance, *, period_from: date, period_until: date, by: Seat, at: datetime
) -> Statement:
    """Draw up the accounts of a period that is over. It is published by another person.

    Refused while an entry of it waits, where it overlaps a published one or leaves days out
    since, and while another draft stands.
    """
    alliance = lock(alliance)
    prepared_at = clock.after_lock()
    if period_until <= period_from:
        raise RuleBroken("The period ends after it begins.")
    if period_until > day_of(prepared_at):
        raise RuleBroken("The period is not over yet.")
    entries = LedgerEntry.objects.filter(alliance=alliance)
    waiting = entries.filter(state=EntryState.ENTERED, happened_on__lt=period_until).count()
    if waiting:
        raise RuleBroken(
            "%(count)s entries wait for confirmation: settle them first.", count=waiting
        )
    last = alliance.statements.filter(state=StatementState.PUBLISHED).first()
    if last is not None and last.period_until != period_from:
        raise RuleBroken(
            "The last published accounts end before %(day)s: begin there.", day=last.period_until
        )
    if last is None and entries.counted().filter(happened_on__lt=period_from).exists():
        raise RuleBroken("There are entries before this period: begin with the first of them.")
    if alliance.statements.filter(state=StatementState.PREPARED).exists():
        raise RuleBroken("A draft of accounts stands already: have it published or discard it.")
    figures = figures_of(alliance, period_from, period_until)
    paper = council_papers.statement(
        alliance.name,
        period_from=period_from,
        period_until=period_until,
        figures=figures,
        written_on=day_of(prepared_at),
    )
    statement = Statement.objects.create(
        code=new_code(),
        alliance=alliance,
        period_from=period_from,
        period_until=period_until,
        figures=figures,
        paper=paper.to_json(),
        digest=paper.digest(),
        prepared_at=prepared_at,
        prepared_by=by,
    )
    record(statement, "accounts.prepared", by=by, at=at, digest=statement.digest)
    return statement


@transaction.atomic(durable=True)
def publish(statement: Statement, *, by: Seat, at: datetime) -> Statement:
    """Publish the accounts as they were drawn up; their period is closed from now on.

    Refused to who drew them up, and where an entry came into the period since.
    """
    alliance = lock(statement.alliance)
    statement = lock(statement, state=StatementState.PREPARED)
    decided_at = clock.after_lock()
    if statement.prepared_by.user_id == by.user_id:
        raise RuleBroken("You drew these accounts up: another person publishes them.")
    fresh = figures_of(alliance, statement.period_from, statement.period_until)
    waiting = LedgerEntry.objects.filter(
        alliance=alliance, state=EntryState.ENTERED, happened_on__lt=statement.period_until
    )
    if fresh != statement.figures or waiting.exists():
        raise RuleBroken("The books have changed since: discard this draft and draw it up anew.")
    notice = notices.publish(
        KIND,
        about=statement,
        title=f"{alliance.name}经费收支情况公布（{statement.period}）"[:200],
        paper=Paper.from_json(statement.paper),
        by=by,
        at=at,
        issuer=alliance.name,
        facts={"alliance": alliance.number, "period": statement.period, **statement.figures},
    )
    move(statement, StatementState.PUBLISHED, notice=notice, decided_at=decided_at, decided_by=by)
    record(statement, "accounts.published", by=by, at=at, public=True, notice=notice.number)
    return statement


@transaction.atomic(durable=True)
def discard(statement: Statement, *, by: Seat, at: datetime) -> Statement:
    """Put a draft of accounts away, for a new one."""
    statement = lock(statement, state=StatementState.PREPARED)
    move(statement, StatementState.DISCARDED, decided_at=clock.after_lock(), decided_by=by)
    record(statement, "accounts.discarded", by=by, at=at)
    return statement


@transaction.atomic(durable=True)
def note_file(receipt: Receipt, *, pdf: bytes, by: Actor, at: datetime) -> Receipt:
    """Note the digest of the drawn PDF. Refused when it was noted already."""
    receipt = lock(receipt)
    if receipt.drawn_at:
        raise RuleBroken("The PDF of %(number)s was noted already.", number=receipt.number)
    receipt.file_digest, receipt.size = sha256(pdf).hexdigest(), len(pdf)
    receipt.drawn_at = clock.after_lock()
    receipt.save(update_fields=["file_digest", "size", "drawn_at"])
    record(receipt, "receipt.drawn", by=by, at=at, file=receipt.file_digest, size=receipt.size)
    return receipt


def figures_of(alliance: Alliance, start: date, until: date) -> dict[str, Any]:
    """Totals by category, opening and closing balance, and how many paid: frozen as text."""
    counted = LedgerEntry.objects.filter(alliance=alliance).counted()
    lines = [
        {
            "direction": one["direction"],
            "label": one["category"],
            "count": one["count"],
            "amount": str(one["total"]),
        }
        for one in counted.within(start, until)
        .order_by()
        .values("direction", "category")
        .annotate(count=Count("pk"), total=Sum("amount"))
        .order_by("-direction", "category")
    ]
    opening = _balance(counted.filter(happened_on__lt=start))
    income = _total(counted.within(start, until).filter(direction=Direction.INCOME))
    spent = _total(counted.within(start, until).filter(direction=Direction.EXPENDITURE))
    return {
        "lines": lines,
        "opening": str(opening),
        "income": str(income),
        "expenditure": str(spent),
        "closing": str(opening + income - spent),
        "dues": _collected(alliance, start, until),
    }


def _collected(alliance: Alliance, start: date, until: date) -> dict[str, Any]:
    """What was asked for a period, and what of it is really paid, waived and left."""
    dues = Due.objects.filter(alliance=alliance, period_from__lt=until, period_until__gt=start)
    rows = list(dues.values_list("state", "amount", "rest"))
    states = [state for state, _amount, _rest in rows]
    asked = sum((amount for _state, amount, _rest in rows), Decimal(0))
    left = sum((rest for _state, _amount, rest in rows), Decimal(0))
    paid = _total(LedgerEntry.objects.counted().filter(due__in=dues))
    return {
        "raised": len(rows),
        "paid": states.count(DueState.PAID),
        "in_parts": sum(state == DueState.RAISED and rest < asked_ for state, asked_, rest in rows),
        "waived": states.count(DueState.WAIVED),
        "unpaid": states.count(DueState.RAISED),
        "amount": str(yuan(asked)),
        "received": str(paid),
        "remitted": str(yuan(asked - left - paid)),
        "left": str(yuan(left)),
    }


def balance(alliance: Alliance) -> Decimal:
    """What the confirmed entries come to."""
    return _balance(LedgerEntry.objects.filter(alliance=alliance).counted())


# ── steps ────────────────────────────────────────────────────────────────────────────────────────


def _total(entries: Any) -> Decimal:
    return yuan(entries.aggregate(total=Sum("amount"))["total"] or 0)


def _balance(entries: Any) -> Decimal:
    return _total(entries.filter(direction=Direction.INCOME)) - _total(
        entries.filter(direction=Direction.EXPENDITURE)
    )


def _check_day(alliance: Alliance, day: date, today: date) -> None:
    if day > today:
        raise RuleBroken("The bank's record lies in the future.")
    closed = alliance.statements.filter(state=StatementState.PUBLISHED, period_until__gt=day)
    if closed.exists():
        raise RuleBroken("The accounts up to that day are published: they are closed.")


def _check_due(alliance: Alliance, movement: Movement) -> None:
    due = movement.due
    if due is None or due.alliance_id != alliance.pk:
        raise RuleBroken("This due belongs to another alliance.")
    due = lock(due)
    _check_payable(due, movement.amount)
    waiting = _total(due.entries.filter(state=EntryState.ENTERED, reverses=None))
    if movement.amount + waiting > due.rest:
        raise RuleBroken(
            "Transfers of %(waiting)s for this due wait for confirmation: together with %(amount)s "
            "that is more than the %(rest)s that are left of it.",
            waiting=waiting,
            amount=movement.amount,
            rest=due.rest,
        )


def _check_payable(due: Due, amount: Decimal) -> None:
    if due.state != DueState.RAISED:
        raise RuleBroken("This due is “%(now)s” by now.", now=due.get_state_display())
    if amount > due.rest:
        raise RuleBroken(
            "Of this due %(rest)s is left, the transfer is %(amount)s: agree with the unit to pay "
            "back what is too much, or what else it is for.",
            rest=due.rest,
            amount=amount,
        )


def _check_other(entry: LedgerEntry, by: Seat) -> None:
    if entry.entered_by.user_id == by.user_id:
        raise RuleBroken("You entered this: another person confirms it.")


@part
def _pay(due: Due, amount: Decimal, *, by: Actor, at: datetime, paid_at: datetime) -> None:
    """Take a part, or the whole, off what is left; the due is paid once nothing is."""
    if amount == due.rest:
        move(due, DueState.PAID, rest=Decimal(0), settled_at=paid_at)
    else:
        due.rest -= amount
        due.save(update_fields=["rest"])
    record(due, "due.paid", by=by, at=at, amount=amount, rest=due.rest)


@part
def _undo(reversal: LedgerEntry, due: Due | None, *, by: Actor, at: datetime) -> None:
    """What was paid is owed again; what the council waived of the due stays waived."""
    if due is None:
        return
    rest = due.rest - reversal.amount
    if due.state == DueState.RAISED:
        due.rest = rest
        due.save(update_fields=["rest"])
    else:
        move(
            due,
            DueState.RAISED,
            rest=rest,
            settled_at=None,
            waiver_reason="",
            waiver_asked_at=None,
        )
    record(due, "due.reopened", by=by, at=at, amount=-reversal.amount, rest=due.rest)
    Receipt.objects.filter(entry=reversal.reverses).update(reversed_at=reversal.decided_at)


@part
def _issue(entry: LedgerEntry, due: Due, *, by: Seat, at: datetime, issued_at: datetime) -> Receipt:
    today = day_of(issued_at)
    number = yearly("GXSJ", issued_at)
    paper = council_papers.receipt(entry, due, number=number, on=today)
    receipt = Receipt.objects.create(
        code=new_code(),
        number=number,
        entry=entry,
        due=due,
        paper=paper.to_json(),
        digest=paper.digest(),
        issued_at=issued_at,
    )
    record(receipt, "receipt.issued", by=by, at=at, number=number, digest=receipt.digest)
    letters.post(
        "alliance/due-paid",
        to=due.member.organisation,
        at=issued_at,
        link=due.get_absolute_url(),
        due=due,
        receipt=receipt,
    )
    return receipt
