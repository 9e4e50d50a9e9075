"""Officers 负责人 of an alliance: appointed to a post, from one instant until they are relieved."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts.models import Seat
from alliance.models import Alliance, Member, Officer, Post
from core import letters, outbox
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code

# Posts that one person holds at a time; of secretaries there may be several.
SINGLE = frozenset(Post) - {Post.SECRETARY}
APART = {Post.ACCOUNTANT: Post.CASHIER, Post.CASHIER: Post.ACCOUNTANT}


@transaction.atomic(durable=True)
def appoint(alliance: Alliance, seat: Seat, post: Post, *, by: Seat, at: datetime) -> Officer:
    """Give a seat a post. Refused beyond the member units, for a post that is filled, and where
    one person would be accountant and cashier.
    """
    alliance = lock(alliance)
    return install(alliance, seat, post, by=by, at=at)


@transaction.atomic(durable=True)
def relieve(officer: Officer, *, by: Seat, at: datetime) -> Officer:
    """End an officer's term now. Refused twice."""
    lock(officer.alliance)
    officer = lock(officer)
    if officer.held_until is not None:
        raise RuleBroken("This term has ended already.")
    return _relieved(officer, by=by, at=at, until=at)


@part
def release(member: Member, *, by: Actor, at: datetime, until: datetime) -> None:
    """The posts of a unit's people end when it is no member any more."""
    held = Officer.objects.held_at(until).filter(alliance=member.alliance)
    for officer in held.filter(seat__organisation=member.organisation_id).order_by("pk"):
        _relieved(lock(officer), by=by, at=at, until=until)


@part
def _relieved(officer: Officer, *, by: Actor, at: datetime, until: datetime) -> Officer:
    officer.held_until = until
    officer.save(update_fields=["held_until"])
    _tell(officer, "officer.relieved", by, at)
    return officer


@part
def install(alliance: Alliance, seat: Seat, post: Post, *, by: Actor, at: datetime) -> Officer:
    """The same as a step of the rule that registers an alliance, which holds it locked."""
    if not seat.is_held(at):
        raise RuleBroken("This seat is no longer held: choose another person.")
    units = Member.objects.current().filter(alliance=alliance)
    if not units.filter(organisation=seat.organisation_id).exists():
        raise RuleBroken("An officer comes from a member unit: choose such a person.")
    held = Officer.objects.held_at(at).filter(alliance=alliance)
    if held.filter(post=post, seat=seat).exists() or (
        post in SINGLE and held.filter(post=post).exists()
    ):
        raise RuleBroken("The post “%(post)s” is filled: relieve who holds it.", post=post.label)
    other = APART.get(post)
    if other is not None and held.filter(post=other, seat__user=seat.user_id).exists():
        raise RuleBroken("One person cannot be accountant and cashier: choose another person.")
    officer = Officer.objects.create(
        code=new_code(),
        alliance=alliance,
        seat=seat,
        post=post,
        held_from=at,
        appointed_by=by if isinstance(by, Seat) else None,
    )
    _tell(officer, "officer.appointed", by, at)
    return officer


def in_office(alliance: Alliance, at: datetime) -> Mapping[str, list[Officer]]:
    """Who holds each post, in the order of the posts."""
    rows = Officer.objects.held_at(at).filter(alliance=alliance)
    found: dict[str, list[Officer]] = {post: [] for post in Post}
    for officer in rows.select_related("seat__user", "seat__organisation"):
        found[officer.post].append(officer)
    return {post: held for post, held in found.items() if held}


def _tell(officer: Officer, name: str, by: Actor, at: datetime) -> None:
    alliance = officer.alliance
    outbox.emit(
        record(
            officer,
            name,
            by=by,
            at=at,
            public=True,
            alliance=alliance.number,
            post=officer.post,
            person=officer.seat.user.name,
            unit=officer.seat.organisation.code,
        )
    )
    letters.post(
        f"alliance/{name.replace('.', '-')}",
        to=officer.seat,
        at=at,
        link=alliance.get_absolute_url(),
        officer=officer,
        alliance=alliance,
    )
