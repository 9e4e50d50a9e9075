"""Staff 成员单位人员 of a member: who acts for it in the alliance; kept by the unit itself.

Whoever is named as a delegate is of the staff; the entry may be there before, and stays after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from accounts.models import Seat
from alliance.models import Alliance, Member, StaffPerson
from alliance.models.membership import DelegateState
from core import clock
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code


@dataclass(frozen=True)
class Entry:
    """What the unit says of one of its people; `until` is the last day."""

    name: str
    duty: str
    phone: str
    email: str
    acts_from: date
    title: str = ""
    expertise: str = ""
    group: str = ""
    until: date | None = None
    consents: bool = False


@transaction.atomic(durable=True)
def enter(member: Member, entry: Entry, *, by: Seat, at: datetime) -> StaffPerson:
    """Note that a person acts in the alliance. Refused to who has left, for a person who is there
    already, and where the last day lies before the first.
    """
    member = lock(member)
    _check(member, entry)
    try:
        with transaction.atomic():
            person = StaffPerson.objects.create(
                code=new_code(),
                member=member,
                entered_at=clock.after_lock(),
                entered_by=by,
                **_columns(entry, None),
            )
    except IntegrityError as twin:
        raise _already(member, entry, twin) from twin
    record(member, "staff.entered", by=by, at=at, person=person.code, consents=entry.consents)
    return person


@transaction.atomic(durable=True)
def change(person: StaffPerson, entry: Entry, *, by: Seat, at: datetime) -> StaffPerson:
    """Correct or go on with an entry. Refused as `enter` is; and a person who is a delegate now
    does not end before another is confirmed in his place.
    """
    member = lock(person.member)
    person = lock(person)
    _check(member, entry)
    today = day_of(clock.after_lock())
    if entry.until and entry.until <= today:
        _check_no_delegate(person)
    for name, value in _columns(entry, person.consented_at).items():
        setattr(person, name, value)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as twin:
        raise _already(member, entry, twin) from twin
    record(member, "staff.changed", by=by, at=at, person=person.code, consents=entry.consents)
    return person


@transaction.atomic(durable=True)
def end(person: StaffPerson, *, by: Seat, at: datetime) -> StaffPerson:
    """The person acts no more from today on; the entry stays. Refused twice, and for a delegate."""
    member = lock(person.member)
    person = lock(person)
    today = day_of(clock.after_lock())
    if person.acts_until is not None and person.acts_until <= today:
        raise RuleBroken("This person acts no more already.")
    _check_no_delegate(person)
    person.acts_until = max(today, person.acts_from)
    person.consented_at = None
    person.save(update_fields=["acts_until", "consented_at"])
    record(member, "staff.ended", by=by, at=at, person=person.code)
    return person


@part
def named(
    member: Member,
    *,
    name: str,
    duty: str,
    phone: str,
    email: str,
    title: str,
    expertise: str,
    by: Seat,
) -> StaffPerson:
    """The staff's entry of who is named as a delegate: the one there is, else a new one."""
    now = clock.after_lock()
    found = member.staff.acting_on(day_of(now)).filter(name=name, phone=phone).first()
    if found is not None:
        return found
    return StaffPerson.objects.create(
        code=new_code(),
        member=member,
        name=name,
        duty=duty,
        phone=phone,
        email=email,
        title=title,
        expertise=expertise,
        acts_from=day_of(now),
        entered_at=now,
        entered_by=by,
    )


@transaction.atomic(durable=True)
def note_export(of: Member | Alliance, *, count: int, by: Actor, at: datetime) -> None:
    """Note that a list with telephone numbers was taken out, and by whom."""
    record(of, "staff.exported", by=by, at=at, count=count)


def published(members: Iterable[Member], on: date) -> dict[int, list[StaffPerson]]:
    """Whom the public may read of, by member; one query."""
    found: dict[int, list[StaffPerson]] = {}
    rows = StaffPerson.objects.published_on(on).filter(member__in=[one.pk for one in members])
    for person in rows.only("member", "name", "duty", "title", "group").order_by("pk"):
        found.setdefault(person.member_id, []).append(person)
    return found


def _columns(entry: Entry, consented_at: datetime | None) -> dict[str, object]:
    columns = asdict(entry)
    until, consents = columns.pop("until"), columns.pop("consents")
    columns["acts_until"] = until + date.resolution if until else None
    columns["consented_at"] = (consented_at or clock.after_lock()) if consents else None
    return columns


def _check(member: Member, entry: Entry) -> None:
    if member.left_on is not None:
        raise RuleBroken("Your unit is no member any more: it names nobody.")
    if entry.until is not None and entry.until < entry.acts_from:
        raise RuleBroken("The last day lies before the first.")


def _check_no_delegate(person: StaffPerson) -> None:
    held = person.delegates.filter(state__in=[DelegateState.NOMINATED, DelegateState.CONFIRMED])
    if role := held.first():
        raise RuleBroken(
            "%(name)s is your %(role)s: name another first.",
            name=person.name,
            role=str(role.get_role_display()),
        )


def _already(member: Member, entry: Entry, twin: IntegrityError) -> Exception:
    same = member.staff.filter(name=entry.name, phone=entry.phone, acts_until=None)
    if same.exists():
        return RuleBroken("%(name)s is on your list already.", name=entry.name)
    return twin
