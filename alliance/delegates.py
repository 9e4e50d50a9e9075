"""Delegates 代表人选: named by the member, confirmed by the alliance where the charter asks it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Seat
from alliance import staff
from alliance.models import Alliance, Member, MemberState
from alliance.models.membership import Delegate, DelegateRole, DelegateState
from alliance.secretariat import Secretariat
from core import clock, letters
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, move, part
from core.numbering import new_code


@dataclass(frozen=True)
class Person:
    """Who is named; only an academic nominee needs a title and a field of expertise."""

    name: str
    duty: str
    phone: str
    email: str
    title: str = ""
    expertise: str = ""


@transaction.atomic(durable=True)
def nominate(
    member: Member, role: DelegateRole | str, person: Person, *, by: Seat, at: datetime
) -> Delegate:
    """Name a person. A contact person holds at once; another waits for his confirmation.

    Refused to who has left, while an earlier nomination waits, and for an academic nominee without
    title and field.
    """
    member = lock(member)
    if member.state not in (MemberState.ADMITTED, MemberState.SUSPENDED):
        raise RuleBroken("Your unit is no member any more: it names nobody.")
    if role == DelegateRole.ACADEMIC and not (person.title.strip() and person.expertise.strip()):
        raise RuleBroken("State the professional title and the field of expertise of the nominee.")
    try:
        with transaction.atomic():
            delegate = Delegate.objects.create(
                code=new_code(),
                member=member,
                person=staff.named(member, **asdict(person), by=by),
                role=role,
                nominated_at=clock.after_lock(),
                nominated_by=by,
                **asdict(person),
            )
    except IntegrityError as twin:
        if member.delegates.filter(role=role, state=DelegateState.NOMINATED).exists():
            raise RuleBroken(
                "An earlier nomination waits for its confirmation: withdraw it first."
            ) from twin
        raise
    record(member, "delegate.nominated", by=by, at=at, role=role, delegate=delegate.code)
    if role == DelegateRole.CONTACT:
        return _confirmed(delegate, by=by, at=at, seat=None)
    letters.post(
        "alliance/delegate-nominated",
        to=Secretariat(member.alliance),
        at=at,
        link=delegate_link(member.alliance),
        delegate=delegate,
        member=member,
    )
    return delegate


@transaction.atomic(durable=True)
def withdraw(delegate: Delegate, *, by: Seat, at: datetime) -> Delegate:
    """Take a nomination back. Refused once it is decided."""
    member = lock(delegate.member)
    delegate = lock(delegate, state=DelegateState.NOMINATED)
    move(delegate, DelegateState.WITHDRAWN, decided_at=clock.after_lock())
    record(member, "delegate.withdrawn", by=by, at=at, delegate=delegate.code)
    return delegate


@transaction.atomic(durable=True)
def confirm(delegate: Delegate, *, by: Seat, at: datetime) -> Delegate:
    """Confirm a nominee; who held the role before is released.

    Refused to the member's own people, and twice.
    """
    lock(delegate.member)
    delegate = lock(delegate, state=DelegateState.NOMINATED)
    _refuse_own(delegate, by)
    return _confirmed(delegate, by=by, at=at, seat=by)


@transaction.atomic(durable=True)
def refuse(delegate: Delegate, *, reason: str, by: Seat, at: datetime) -> Delegate:
    """Refuse a nominee, with the reason. Refused to the member's own people, and twice."""
    member = lock(delegate.member)
    delegate = lock(delegate, state=DelegateState.NOMINATED)
    _refuse_own(delegate, by)
    if not reason.strip():
        raise RuleBroken("Say why: the unit must be able to name another.")
    decided_at = clock.after_lock()
    move(
        delegate,
        DelegateState.REFUSED,
        decided_at=decided_at,
        decided_by=by,
        reason=reason.strip()[:500],
    )
    record(member, "delegate.refused", by=by, at=at, delegate=delegate.code, reason=delegate.reason)
    letters.post(
        "alliance/delegate-refused",
        to=member.organisation,
        at=decided_at,
        link=membership_link(member.alliance),
        delegate=delegate,
        member=member,
    )
    return delegate


@part
def release(member: Member, *, at: datetime) -> None:
    """Nobody speaks for who is no member any more: roles end, nominations are withdrawn."""
    for one in member.delegates.filter(state=DelegateState.CONFIRMED):
        move(one, DelegateState.ENDED, ended_at=at)
    for one in member.delegates.filter(state=DelegateState.NOMINATED):
        move(one, DelegateState.WITHDRAWN, decided_at=at)


@part
def _confirmed(delegate: Delegate, *, by: Actor, at: datetime, seat: Seat | None) -> Delegate:
    confirmed_at = clock.after_lock()
    member = delegate.member
    for before in member.delegates.filter(role=delegate.role, state=DelegateState.CONFIRMED):
        move(before, DelegateState.ENDED, ended_at=confirmed_at)
    move(delegate, DelegateState.CONFIRMED, decided_at=confirmed_at, decided_by=seat)
    record(member, "delegate.confirmed", by=by, at=at, role=delegate.role, delegate=delegate.code)
    if seat is not None:
        letters.post(
            "alliance/delegate-confirmed",
            to=member.organisation,
            at=confirmed_at,
            link=membership_link(member.alliance),
            delegate=delegate,
            member=member,
        )
    return delegate


def _refuse_own(delegate: Delegate, by: Seat) -> None:
    if by.organisation_id == delegate.member.organisation_id:
        raise RuleBroken("Nobody confirms whom his own unit named: ask another officer.")


def membership_link(alliance: Alliance) -> str:
    return reverse("alliance:membership", args=[alliance.number])


def delegate_link(alliance: Alliance) -> str:
    return reverse("alliance:delegates", args=[alliance.number])
