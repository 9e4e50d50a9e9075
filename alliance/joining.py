"""Invitations 邀请函 of units to join an alliance: sent by the secretariat, answered by the unit.

Accepting leads to the application: one deed does both.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Deed, Organisation, OrganisationKind, Seat, User
from alliance import applications
from alliance.models import (
    SECRETARIAT,
    Alliance,
    AllianceState,
    Application,
    JoinInvitation,
    JoinInvitationState,
    Officer,
)
from alliance.secretariat import Secretariat
from core import clock, letters, once
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, move
from core.numbering import new_code

SHORTEST = timedelta(days=1)
LONGEST = timedelta(days=180)
WAITING = 500  # invitations of one alliance that wait for an answer


@transaction.atomic(durable=True)
def invite(
    alliance: Alliance,
    *,
    unit: Organisation | None = None,
    email: str = "",
    unit_name: str = "",
    message: str = "",
    open_until: datetime,
    by: Seat,
    at: datetime,
    key: str = "",
) -> JoinInvitation:
    """Write to a unit of the site, or to an address with the name of the unit.

    Refused for a member, for who is applying already, for natural persons, while another invitation
    waits, for an answer sooner than in a day or later than in half a year.
    """
    alliance = lock(alliance, state=AllianceState.REGISTERED)
    sent_at = clock.after_lock()
    once.check(key)
    if not sent_at + SHORTEST <= open_until <= sent_at + LONGEST:
        raise RuleBroken("Give the unit at least one day and at most 180 days for its answer.")
    waiting = JoinInvitation.objects.filter(alliance=alliance).waiting_at(sent_at)
    if waiting.count() >= WAITING:
        raise RuleBroken("500 invitations wait for an answer already: withdraw some of them first.")
    email = email.strip().lower()
    if unit is not None:
        _refuse_unfit(alliance, unit)
        unit_name, email = unit.name, ""
    elif not email or not unit_name.strip():
        raise RuleBroken("Choose a unit of the site, or give its name and an e-mail address.")
    _lapse(alliance, unit, email, sent_at)
    try:
        with transaction.atomic():
            invitation = JoinInvitation.objects.create(
                code=new_code(),
                alliance=alliance,
                organisation=unit,
                email=email,
                unit_name=unit_name.strip(),
                message=message.strip(),
                invited_by=by,
                sent_at=sent_at,
                open_until=open_until,
            )
    except IntegrityError as twin:
        if "joininvitation" not in str(twin):
            raise
        raise RuleBroken("An invitation of this unit waits for an answer already.") from twin
    once.spend(key, made=invitation, at=at)
    record(invitation, "join.invited", by=by, at=at, unit=invitation.unit_name)
    letters.post(
        "alliance/join-invited",
        to=invitation,
        at=at,
        link=invitation.get_absolute_url(),
        invitation=invitation,
        alliance=alliance,
    )
    return invitation


def _lapse(alliance: Alliance, unit: Organisation | None, email: str, at: datetime) -> None:
    """An invitation whose time is over makes room for a new one of the same unit."""
    past = alliance.join_invitations.filter(state=JoinInvitationState.SENT, open_until__lte=at)
    past = past.filter(organisation=unit) if unit else past.filter(organisation=None, email=email)
    for row in past:
        move(
            lock(row),
            JoinInvitationState.WITHDRAWN,
            answered_at=at,
            reason="逾期未答复，由新的邀请替代。",
        )


def _refuse_unfit(alliance: Alliance, unit: Organisation) -> None:
    if unit.kind in (OrganisationKind.NATURAL_PERSON, OrganisationKind.INDIVIDUAL_BUSINESS):
        raise RuleBroken("Members are units with a legal person of their own: invite such a unit.")
    if alliance.members.current().filter(organisation=unit).exists():
        raise RuleBroken("%(unit)s is a member already.", unit=unit.name)
    if alliance.applications.of(unit).in_hand().exists():
        raise RuleBroken("%(unit)s is applying already.", unit=unit.name)


@transaction.atomic(durable=True)
def accept(invitation: JoinInvitation, *, by: Seat, at: datetime) -> Application:
    """Say yes for the unit of the seat, and begin its application.

    Refused once answered or too late, and wherever an application cannot begin.
    """
    alliance = lock(invitation.alliance)
    invitation = lock(invitation)
    answered_at = clock.after_lock()
    _refuse_unless_open(invitation, answered_at)
    _refuse_other(invitation, by)
    move(
        invitation,
        JoinInvitationState.ACCEPTED,
        organisation=by.organisation,
        answered_at=answered_at,
    )
    record(invitation, "join.accepted", by=by, at=at)
    return applications.started(alliance, by=by, at=at, invitation=invitation)


@transaction.atomic(durable=True)
def decline(invitation: JoinInvitation, *, reason: str, by: Actor, at: datetime) -> JoinInvitation:
    """Say no, with or without a reason. Refused once answered or too late."""
    invitation = lock(invitation)
    answered_at = clock.after_lock()
    _refuse_unless_open(invitation, answered_at)
    move(
        invitation,
        JoinInvitationState.DECLINED,
        answered_at=answered_at,
        reason=reason.strip()[:500],
    )
    record(invitation, "join.declined", by=by, at=at, reason=invitation.reason)
    letters.post(
        "alliance/join-declined",
        to=Secretariat(invitation.alliance),
        at=at,
        invitation=invitation,
    )
    return invitation


@transaction.atomic(durable=True)
def withdraw(invitation: JoinInvitation, *, by: Seat, at: datetime) -> JoinInvitation:
    """Take an invitation back that nobody has answered."""
    invitation = lock(invitation, state=JoinInvitationState.SENT)
    move(invitation, JoinInvitationState.WITHDRAWN, answered_at=clock.after_lock())
    record(invitation, "join.withdrawn", by=by, at=at)
    return invitation


def _refuse_unless_open(invitation: JoinInvitation, at: datetime) -> None:
    if invitation.state != JoinInvitationState.SENT:
        now = invitation.get_state_display()
        raise RuleBroken("This invitation is “%(now)s” by now: it cannot be answered.", now=now)
    if not invitation.is_open(at):
        raise RuleBroken(
            "This invitation was open until %(until)s: ask the secretariat for a new one, or apply"
            " without.",
            until=invitation.open_until,
        )


def _refuse_other(invitation: JoinInvitation, by: Seat) -> None:
    mine = JoinInvitation.objects.addressed_to(by.user, by.organisation)
    if not mine.filter(pk=invitation.pk).exists():
        raise RuleBroken("This invitation is addressed to another unit.")


def addressed_to(user: User, seat: Any) -> Any:
    """What the person may answer: for the unit he acts for, or at his own address."""
    unit = seat.organisation if seat is not None and seat.may(Deed.JOIN_ALLIANCE) else None
    rows = JoinInvitation.objects.addressed_to(user, unit)
    return rows.select_related("alliance__lead", "invited_by__user")


def sent_from(seat: Seat | None, at: datetime) -> Any:
    """What the alliances have sent in whose secretariats the seat sits."""
    if seat is None:
        return JoinInvitation.objects.none()
    posts = Officer.objects.held_at(at).of(seat).filter(post__in=SECRETARIAT)
    rows = JoinInvitation.objects.filter(alliance__in=posts.values("alliance"))
    return rows.select_related("alliance")
