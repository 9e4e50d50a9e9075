"""What of members waits for a seat: nominees to confirm, certificates, changes of level."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Seat
from alliance.models import (
    SECRETARIAT,
    Alliance,
    LevelChange,
    LevelChangeState,
    Member,
    MemberState,
    Officer,
    Post,
)
from alliance.models.membership import Delegate, DelegateRole, DelegateState
from core import todo


def name_kinds() -> None:
    todo.kind(
        "delegate-confirm", _("Confirm a nominee"), _("Look and decide"), "alliance:delegates"
    )
    todo.kind(
        "level-change-review",
        _("Review a change of level"),
        _("Review"),
        "alliance:level-change",
    )
    todo.kind("certificate-issue", _("Issue a certificate"), _("Look and issue"), "alliance:roll")
    for name, label in (
        ("delegate.nominated", _("named a person for an alliance")),
        ("delegate.confirmed", _("confirmed a nominee")),
        ("delegate.refused", _("refused a nominee")),
        ("certificate.issued", _("issued a certificate of membership")),
        ("level-change.submitted", _("applied for another level")),
        ("level-change.proposed", _("proposed another level")),
        ("level-change.forwarded", _("put a change of level before the body")),
        ("level-change.returned", _("returned an application for another level")),
        ("staff.entered", _("named a person who acts in an alliance")),
        ("member.listed", _("published an entry in a directory")),
    ):
        todo.deed(name, label)


def waiting_for(seat: Seat, at: datetime) -> Iterable[QuerySet[Any, Any]]:
    held = Officer.objects.held_at(at).filter(seat=seat)
    here = held.filter(alliance=OuterRef("member__alliance"))
    secretary = Q(Exists(here.filter(post__in=SECRETARIAT)))
    academic = Q(Exists(here.filter(post=Post.ACADEMIC_CHAIR)), role=DelegateRole.ACADEMIC)
    waiting = Delegate.objects.filter(secretary | academic, state=DelegateState.NOMINATED)
    yield todo.rows(
        "delegate-confirm",
        waiting.exclude(member__organisation=seat.organisation_id),
        title=F("member__organisation__name"),
        about="member__alliance__number",
    )
    without = Member.objects.filter(alliance=OuterRef("pk"), state=MemberState.ADMITTED)
    offices = held.filter(alliance=OuterRef("pk"), post__in=SECRETARIAT)
    lacking = Alliance.objects.filter(
        Exists(offices), Exists(without.filter(is_founder=True, certificates=None))
    )
    yield todo.rows("certificate-issue", lacking, title=F("name"), about="number")
    asked = LevelChange.objects.filter(state=LevelChangeState.SUBMITTED)
    office = held.filter(alliance=OuterRef("alliance"), post__in=SECRETARIAT)
    yield todo.rows(
        "level-change-review",
        asked.filter(Exists(office)).exclude(member__organisation=seat.organisation_id),
        title=F("member__organisation__name"),
        about="code",
    )
