"""Seats 席位: offered, accepted, changed, given up, revoked; and who may do a deed.

The organisation is the root: whoever changes its seats locks it first. A seat passes on no more
than it holds: not a higher rank, no further deed, no larger amount, no longer time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import (
    DEEDS_OF,
    Deed,
    Invitation,
    InvitationState,
    Organisation,
    Rank,
    Seat,
    SeatQuerySet,
    Standing,
    User,
)
from core import clock, figures, letters, once
from core.audit import record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.numbering import new_code

# Which rank may grant, change and revoke seats of which ranks.
GRANTS: Mapping[str, frozenset[str]] = {
    Rank.LEGAL_REPRESENTATIVE: frozenset(Rank.values),
    Rank.MANAGER: frozenset({Rank.OPERATOR}),
    Rank.OPERATOR: frozenset(),
}
# Groups whose members reach the staff's pages, and those who edit the site there: made by
# migrations 0004, 0009 and 0010; what the editors may is `cms.reference`'s.
STAFF_GROUPS: Mapping[str, str] = {
    Standing.OPERATOR: "运营人员",
    Standing.REGULATOR: "监管人员",
}
EDITOR_GROUPS: Mapping[str, str] = {
    Deed.EDIT_SITE: "网站编辑",
    Deed.APPROVE_SITE: "网站审核人员",
}


@dataclass(frozen=True)
class Terms:
    """What a seat is good for; `held_from` None: from its acceptance, `held_until` None: no end."""

    rank: str
    deeds: tuple[str, ...] = ()
    amount_ceiling: Decimal | None = None
    held_from: datetime | None = None
    held_until: datetime | None = None


@transaction.atomic(durable=True)
def invite(
    organisation: Organisation, *, email: str, terms: Terms, by: Seat, at: datetime, key: str = ""
) -> Invitation:
    """Offer a seat to the person behind an address, with an account here or without.

    Refused beyond what the granting seat holds, to oneself, and to whoever sits here already.
    """
    organisation = lock(organisation)
    once.check(key)
    now = clock.after_lock()
    email = email.strip().lower()
    granting = _held(by, now)
    if email == granting.user.email.lower():
        raise RuleBroken("Nobody grants a seat to himself: somebody else must do that.")
    _check_terms(granting, terms, now)
    if _open_seats(organisation, now).filter(user__email__iexact=email).exists():
        raise RuleBroken("%(email)s holds a seat here already: change that one.", email=email)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                code=new_code(),
                organisation=organisation,
                email=email,
                rank=terms.rank,
                deeds=sorted(terms.deeds),
                amount_ceiling=terms.amount_ceiling,
                held_from=terms.held_from or now,
                held_until=terms.held_until,
                invited_by=granting,
                sent_at=now,
                open_until=now + timedelta(days=figures.value("invitation.open.days", day_of(now))),
            )
    except IntegrityError as twin:
        raise RuleBroken(
            "%(email)s was invited already: wait for the answer, or withdraw that invitation.",
            email=email,
        ) from twin
    once.spend(key, made=invitation, at=at)
    record(invitation, "seat.offered", by=by, at=at, **_facts(invitation))
    link = f"/desk/invitations/{invitation.code}/"
    letters.post("accounts/seat-offered", to=invitation, at=at, link=link, invitation=invitation)
    return invitation


@transaction.atomic(durable=True)
def accept(invitation: Invitation, *, by: User, at: datetime) -> Seat:
    """Take the offered seat. Refused once its time is over, or its giver's right has ended."""
    organisation = lock(invitation.organisation)
    invitation = lock(invitation, state=InvitationState.SENT)
    now = clock.after_lock()
    if now >= invitation.open_until:
        raise RuleBroken(
            "This invitation was open until %(until)s: ask for a new one.",
            until=invitation.open_until,
        )
    giver = invitation.invited_by
    if not (giver.is_held(now) and invitation.rank in GRANTS[giver.rank]):
        raise RuleBroken("Who invited you may not grant this seat any more: ask for a new one.")
    if invitation.held_until and invitation.held_until <= now:
        raise RuleBroken("The seat's time is over already: ask for a new invitation.")
    if _open_seats(organisation, now).filter(user=by).exists():
        raise RuleBroken("You hold a seat here already.")
    seat = _seat(
        organisation,
        by,
        Terms(
            invitation.rank,
            tuple(invitation.deeds),
            invitation.amount_ceiling,
            held_until=invitation.held_until,
        ),
        max(invitation.held_from, now),
        granted_by=giver,
    )
    move(invitation, InvitationState.ACCEPTED, answered_at=now, seat=seat)
    record(seat, "seat.accepted", by=seat, at=at, **_facts(seat))
    link = "/desk/seats/"
    letters.post("accounts/seat-accepted", to=giver, at=at, link=link, seat=seat)
    return seat


@transaction.atomic(durable=True)
def decline(invitation: Invitation, *, by: User, at: datetime) -> Invitation:
    """Do not take the offered seat."""
    lock(invitation.organisation)
    invitation = lock(invitation, state=InvitationState.SENT)
    move(invitation, InvitationState.DECLINED, answered_at=clock.after_lock())
    record(invitation, "seat.declined", by=by, at=at)
    link = "/desk/seats/"
    giver = invitation.invited_by
    letters.post("accounts/seat-declined", to=giver, at=at, link=link, invitation=invitation)
    return invitation


@transaction.atomic(durable=True)
def withdraw(invitation: Invitation, *, by: Seat, at: datetime) -> Invitation:
    """Take an offer back before it is answered. Refused to who could not have made it."""
    lock(invitation.organisation)
    invitation = lock(invitation, state=InvitationState.SENT)
    now = clock.after_lock()
    _check_rank(_held(by, now), invitation.rank)
    move(invitation, InvitationState.WITHDRAWN, answered_at=now)
    record(invitation, "seat.withdrawn", by=by, at=at)
    return invitation


@transaction.atomic(durable=True)
def change(seat: Seat, *, terms: Terms, by: Seat, at: datetime) -> Seat:
    """Widen or narrow a seat's scope, amount and end. Refused for one's own, and beyond it."""
    lock(seat.organisation)
    seat = lock(seat)
    now = clock.after_lock()
    granting = _held(by, now)
    if seat.user_id == granting.user_id:
        raise RuleBroken("Nobody changes his own seat: somebody else must do that.")
    _check_not_ended(seat, now)
    _check_rank(granting, seat.rank)
    _check_terms(granting, terms, now)
    before = _facts(seat)
    if terms.rank != seat.rank:
        _check_not_the_last(seat, now)
    seat.rank = terms.rank
    seat.deeds = sorted(terms.deeds)
    seat.amount_ceiling = terms.amount_ceiling
    seat.held_until = terms.held_until
    if seat.held_until:
        _check_not_the_last(seat, now)
    seat.save(update_fields=["rank", "deeds", "amount_ceiling", "held_until"])
    if seat.organisation.standing in STAFF_GROUPS:
        seat_staff(seat.user, now)
    record(seat, "seat.changed", by=by, at=at, before=before, after=_facts(seat))
    letters.post("accounts/seat-changed", to=seat, at=at, link="/desk/seats/", seat=seat)
    return seat


@transaction.atomic(durable=True)
def revoke(seat: Seat, *, reason: str, by: Seat, at: datetime) -> Seat:
    """End a seat at once: one's own, or with a reason one that one's rank may grant.

    Refused for the last legal representative's.
    """
    lock(seat.organisation)
    seat = lock(seat)
    now = clock.after_lock()
    granting = _held(by, now)
    _check_not_ended(seat, now)
    own = seat.user_id == granting.user_id
    if not own:
        _check_rank(granting, seat.rank)
        if not reason.strip():
            raise RuleBroken("Say why the seat is revoked.")
    _check_not_the_last(seat, now)
    seat.held_until = max(now, seat.held_from)
    seat.save(update_fields=["held_until"])
    if seat.organisation.standing in STAFF_GROUPS:
        seat_staff(seat.user, now)
    name = "seat.given-up" if own else "seat.revoked"
    record(seat, name, by=by, at=at, reason=reason.strip())
    if not own:
        why = reason.strip()
        letters.post("accounts/seat-revoked", to=seat, at=at, seat=seat, reason=why)
    return seat


@part
def found(organisation: Organisation, *, user: User, now: datetime) -> Seat:
    """The first seat of an organisation: of whoever registers it."""
    return _seat(organisation, user, Terms(Rank.LEGAL_REPRESENTATIVE), now)


@part
def end_all(organisation: Organisation, *, now: datetime) -> None:
    """End every seat, and withdraw every invitation, of an organisation that changes hands."""
    for seat in _open_seats(organisation, now).select_related("user"):
        seat.held_until = max(now, seat.held_from)
        seat.save(update_fields=["held_until"])
    for invitation in organisation.invitations.filter(state=InvitationState.SENT):
        move(invitation, InvitationState.WITHDRAWN, answered_at=now)


@part
def seat_staff(user: User, now: datetime) -> None:
    """Open the staff's pages to whoever holds a seat of the operator or regulator, to no other."""
    held = Seat.objects.exclude(held_until__lte=now).filter(user=user)
    staff = [
        seat
        for seat in held.select_related("organisation")
        if seat.organisation.standing in STAFF_GROUPS
    ]
    wanted = {STAFF_GROUPS[seat.organisation.standing] for seat in staff}
    wanted |= {
        name for deed, name in EDITOR_GROUPS.items() if any(seat.may(deed) for seat in staff)
    }
    given = [*STAFF_GROUPS.values(), *EDITOR_GROUPS.values()]
    user.groups.remove(*Group.objects.filter(name__in=set(given) - wanted))
    user.groups.add(*Group.objects.filter(name__in=wanted))


def who_may(
    deed: str, organisation: Organisation, *, at: datetime, amount: Decimal | None = None
) -> list[Seat]:
    """The seats of an organisation whose scope holds `deed`, up to `amount` yuan."""
    held = organisation.seats.held_at(at).select_related("user", "organisation").order_by("pk")
    return [seat for seat in held if seat.may(deed, amount)]


def others_who_may(
    deed: str,
    organisation: Organisation,
    *,
    than: User,
    at: datetime,
    amount: Decimal | None = None,
) -> list[Seat]:
    """Who else of the organisation may do it: the second person of a deed that needs two."""
    able = who_may(deed, organisation, at=at, amount=amount)
    return [seat for seat in able if seat.user_id != than.pk]


def _seat(
    organisation: Organisation,
    user: User,
    terms: Terms,
    held_from: datetime,
    *,
    granted_by: Seat | None = None,
) -> Seat:
    seat = Seat.objects.create(
        code=new_code(),
        user=user,
        organisation=organisation,
        rank=terms.rank,
        deeds=sorted(terms.deeds),
        amount_ceiling=terms.amount_ceiling,
        granted_by=granted_by,
        held_from=held_from,
        held_until=terms.held_until,
    )
    if organisation.standing in STAFF_GROUPS:
        seat_staff(user, seat.held_from)
    return seat


def _open_seats(organisation: Organisation, now: datetime) -> SeatQuerySet:
    """Held now or later."""
    seats = Seat.objects.filter(organisation=organisation)
    return seats.filter(Q(held_until=None) | Q(held_until__gt=now))


def _held(seat: Seat, now: datetime) -> Seat:
    """The acting seat as it is under the lock: it may have ended since its door was called."""
    fresh = Seat.objects.select_related("user", "organisation").get(pk=seat.pk)
    if not fresh.is_held(now):
        raise RuleBroken("Your seat does not hold this right any more.")
    return fresh


def _check_not_ended(seat: Seat, now: datetime) -> None:
    if seat.held_until and seat.held_until <= now:
        raise RuleBroken("This seat ended on %(until)s already.", until=seat.held_until)


def _check_rank(granting: Seat, rank: str) -> None:
    if rank not in GRANTS[granting.rank] or not granting.may(Deed.GRANT_SEAT):
        raise RuleBroken(
            "As %(own)s you grant and revoke no seat of the rank %(rank)s.",
            own=granting.get_rank_display(),
            rank=Rank(rank).label,
        )


def _check_terms(granting: Seat, terms: Terms, now: datetime) -> None:
    _check_rank(granting, terms.rank)
    deeds = set(terms.deeds)
    if terms.rank != Rank.LEGAL_REPRESENTATIVE and not deeds:
        raise RuleBroken("Choose at least one deed that the seat may do.")
    if Deed.GRANT_SEAT in deeds and not GRANTS[terms.rank]:
        raise RuleBroken("A seat of this rank grants no others: leave that deed out.")
    beyond = deeds - granting.scope()
    if terms.rank == Rank.LEGAL_REPRESENTATIVE:
        beyond |= DEEDS_OF[granting.organisation.standing] - granting.scope()
    if beyond:
        raise RuleBroken(
            "You pass on only what you may do yourself: “%(deed)s” is not in your scope.",
            deed=Deed(min(beyond)).label,
        )
    limit = granting.amount_ceiling
    if limit is not None and (terms.amount_ceiling is None or terms.amount_ceiling > limit):
        raise RuleBroken("Your own limit is ¥%(limit)s: grant that or less.", limit=limit)
    begins = max(terms.held_from or now, now)
    if terms.held_until and terms.held_until <= begins:
        raise RuleBroken("The seat would end before it begins: choose a later end.")
    end = granting.held_until
    if end is not None and (terms.held_until is None or terms.held_until > end):
        raise RuleBroken("Your own seat ends on %(until)s: grant until then at most.", until=end)


def _check_not_the_last(seat: Seat, now: datetime) -> None:
    """Somebody must stay who can grant seats: a representative without an end."""
    if seat.rank != Rank.LEGAL_REPRESENTATIVE:
        return
    others = seat.organisation.seats.filter(
        rank=Rank.LEGAL_REPRESENTATIVE, held_until=None, held_from__lte=now
    ).exclude(pk=seat.pk)
    if not others.exists():
        raise RuleBroken(
            "This is the last legal representative: grant that rank to a successor first."
        )


def _facts(row: Seat | Invitation) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "deeds": row.deeds,
        "amount_ceiling": row.amount_ceiling,
        "held_from": row.held_from,
        "held_until": row.held_until,
    }
