"""What becomes of an application: returned with comments, forwarded, admitted or rejected.

The secretariat returns or forwards; whether the unit is admitted the body decides that the charter
in force names (`terms.matters["admission"]`), by a motion whose effect is `decide`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localtime

from accounts.models import Seat
from alliance import applications, certificates, charters, motions, official, reviews, roll
from alliance.models import (
    SECRETARIAT,
    Alliance,
    Application,
    ApplicationState,
    ApplicationVersion,
    Officer,
)
from alliance.models.meetings import Motion
from alliance.official import Change
from alliance.terms import Level
from alliance.voting import Outcome
from core import clock, letters, outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part


@dataclass(frozen=True)
class Compared:
    """What one form, or the files, say anew."""

    key: str
    title: str
    changes: Sequence[Change]


@transaction.atomic(durable=True)
def save_review(
    application: Application, typed: Mapping[str, str], *, by: Actor, at: datetime
) -> Application:
    """Keep the comments as they are typed: no deed, so no event. Refused once it is reviewed."""
    application = lock(application, state=ApplicationState.SUBMITTED)
    application.review_draft = dict(typed)
    application.save(update_fields=["review_draft"])
    return application


@transaction.atomic(durable=True)
def return_(
    application: Application,
    comments: Mapping[str, str],
    *,
    message: str = "",
    by: Seat,
    at: datetime,
) -> Application:
    """Send it back with what is to be corrected, field by field. Refused without a comment, to
    the applicant's own people, and for what is not with the secretariat.
    """
    application = lock(application, state=ApplicationState.SUBMITTED)
    _refuse_own(application, by)
    told = applications.labels(application)
    said = {name: text.strip() for name, text in comments.items() if name in told and text.strip()}
    if not said:
        raise RuleBroken("Say beside the fields what is to be corrected: one comment at least.")
    for name in told:
        if name in said:
            reviews.comment(application, field=name, text=said[name], by=by, at=at)
    reason = message.strip() or f"共 {len(said)} 处需要修改，见各栏意见。"
    told_of = [{"label": told[name], "text": said[name]} for name in told if name in said]
    return _returned(application, said, told_of, reason=reason, by=by, at=at)


@transaction.atomic(durable=True)
def return_whole(application: Application, *, reason: str, by: Seat, at: datetime) -> Application:
    """Send it back with one reason for the whole. Refused without one, and as `return_` is."""
    application = lock(application, state=ApplicationState.SUBMITTED)
    _refuse_own(application, by)
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the unit reads it.")
    return _returned(application, {}, [], reason=reason.strip(), by=by, at=at)


@part
def _returned(
    application: Application,
    said: Mapping[str, str],
    told_of: Sequence[Mapping[str, str]],
    *,
    reason: str,
    by: Seat,
    at: datetime,
) -> Application:
    move(application, ApplicationState.RETURNED, state_reason=reason[:1000], review_draft={})
    record(application, "application.returned", by=by, at=at, comments=said, message=reason)
    letters.post(
        "alliance/application-returned",
        to=application,
        at=at,
        link=application.get_absolute_url(),
        application=application,
        comments=told_of,
    )
    return application


@transaction.atomic(durable=True)
def forward(application: Application, *, level: str, by: Seat, at: datetime) -> Application:
    """Put it before the body that decides by the charter in force, with the level proposed.

    Refused to the applicant's own people, for a level that the charter does not know, and for what
    is not with the secretariat.
    """
    application = lock(application, state=ApplicationState.SUBMITTED)
    forwarded_at = clock.after_lock()
    _refuse_own(application, by)
    on = day_of(forwarded_at)
    terms = charters.terms(application.alliance, on)
    if level not in terms.levels:
        raise RuleBroken("The charter in force knows no such level: choose one of its levels.")
    body_key = terms.votes[terms.matters["admission"].vote].body
    move(
        application,
        ApplicationState.FORWARDED,
        charter=charters.in_force(application.alliance, on),
        level=level,
        deciding_body=body_key,
        deciding_body_name=terms.bodies[body_key].name,
        forwarded_by=by,
        forwarded_at=forwarded_at,
        review_draft={},
    )
    record(
        application,
        "application.forwarded",
        by=by,
        at=at,
        body=application.deciding_body_name,
        level=level,
    )
    letters.post(
        "alliance/application-forwarded",
        to=application,
        at=at,
        link=application.get_absolute_url(),
        application=application,
    )
    return application


@transaction.atomic(durable=True)
def assign(
    application: Application, *, checker: Seat | None, by: Seat, at: datetime
) -> Application:
    """Say which secretary checks it, or that any does (None).

    Refused for who is not in the secretariat, to and for the applicant's own people, where nothing
    would change, and for what is not with the secretariat.
    """
    application = lock(application, state=ApplicationState.SUBMITTED)
    _refuse_own(application, by)
    if checker is not None:
        posts = Officer.objects.held_at(clock.after_lock()).of(checker, *SECRETARIAT)
        if not posts.filter(alliance=application.alliance_id).exists():
            raise RuleBroken("%(person)s is not in the secretariat.", person=str(checker.user))
        if checker.organisation_id == application.organisation_id:
            raise RuleBroken("Nobody reviews what his own unit handed in: ask another secretary.")
    if application.checker_id == (checker.pk if checker else None):
        raise RuleBroken("That is so already.")
    application.checker = checker
    application.save(update_fields=["checker"])
    code = checker.code if checker else ""
    record(application, "application.assigned", by=by, at=at, checker=code)
    return application


def objection(application: Application, by: Seat) -> RuleBroken | None:
    """Why a review by this seat would be refused now: for a preview; the rules judge anew."""
    if application.state != ApplicationState.SUBMITTED:
        return RuleBroken(
            "It is “%(now)s”: only what is with the secretariat is reviewed.",
            now=application.get_state_display(),
        )
    try:
        _refuse_own(application, by)
    except RuleBroken as refused:
        return refused
    return None


def _refuse_own(application: Application, by: Seat) -> None:
    if by.organisation_id == application.organisation_id:
        raise RuleBroken("Nobody reviews what his own unit handed in: ask another secretary.")


def levels(alliance: Alliance, at: datetime) -> list[tuple[str, Level]]:
    """The levels that the charter in force has; none where no charter is."""
    on = day_of(at)
    return list(charters.terms(alliance, on).levels.items()) if _has_charter(alliance, on) else []


def decided_by(alliance: Alliance, at: datetime) -> str:
    """The name of the body that admits by the charter in force; empty where no charter is."""
    on = day_of(at)
    if not _has_charter(alliance, on):
        return ""
    return charters.terms(alliance, on).rule("admission")[0].name


def _has_charter(alliance: Alliance, on: date) -> bool:
    return charters.in_force(alliance, on) is not None


# ── the decision ─────────────────────────────────────────────────────────────────────────────────


@part
def decide(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """What the counted motion means for its application: admitted onto the roll, or rejected.

    It must not refuse: an application that was withdrawn meanwhile stays so.
    """
    application = Application.objects.filter(code=motion.subject_code).first()
    if application is None:
        return
    application = lock(application)
    if application.state != ApplicationState.FORWARDED:
        return
    settled(
        application,
        carried=outcome.carried,
        decision=f"{motion.meeting.title}（{motion.meeting.number}）议题：{motion.title}",
        by=by,
        at=at,
    )


@part
def settled(
    application: Application, *, carried: bool, decision: str, by: Actor, at: datetime
) -> Application:
    """The locked application as the body decided it, with the letters."""
    decided_at = clock.after_lock()
    alliance, unit = application.alliance, application.organisation
    joined = alliance.members.current().filter(organisation=unit).first()
    if carried:
        member = joined or roll.enrol(
            alliance,
            unit,
            level=application.level,
            unit_kind=application.unit_kind,
            on=localtime(decided_at).date(),
        )
        if joined is None:
            certificates.unite(member, decision=decision, by=by, at=at)
        move(
            application,
            ApplicationState.ADMITTED,
            decided_at=decided_at,
            decision=decision[:300],
            member=member,
        )
    else:
        move(application, ApplicationState.REJECTED, decided_at=decided_at, decision=decision[:300])
    event = record(application, f"application.{application.state}", by=by, at=at, decision=decision)
    outbox.emit(event)
    letters.post(
        f"alliance/application-{application.state}",
        to=application,
        at=at,
        link=application.get_absolute_url(),
        application=application,
    )
    return application


def awaiting(alliance: Alliance) -> Iterator[motions.Candidate]:
    """What may be put to the vote: forwarded and not decided, oldest first."""
    rows = alliance.applications.filter(state=ApplicationState.FORWARDED)
    named = dict(levels(alliance, clock.now()))
    for row in rows.select_related("organisation").order_by("forwarded_at", "pk"):
        level = named.get(row.level)
        yield motions.Candidate(
            matter="admission",
            row=row,
            title=f"关于{row.organisation.name}加入联盟的议案",
            text=f"入盟申请编号 {row.number}，拟定级别：{level.label if level else row.level}。",
        )


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def compared(old: ApplicationVersion, new: ApplicationVersion) -> list[Compared]:
    """What changed between two versions: form by form as on the papers, then the files."""
    application = new.application
    told = []
    for form in applications.forms_of(application):
        before, after = (one.content["forms"].get(form.key, {}) for one in (old, new))
        changes = official.compare(form, before, after)
        told.append(
            Compared(form.key, form.titled(applications.words(application.alliance)), changes)
        )
    names = applications.labels(application)
    changes = [
        Change(f"files.{name}", names[f"files.{name}"], before, after)
        for name in applications.FILES
        if _digests(old, name) != _digests(new, name)
        for before, after in [(_names(old, name), _names(new, name))]
    ]
    return [*told, Compared("files", "附件", changes)]


def _digests(version: ApplicationVersion, name: str) -> list[str]:
    return [one["sha256"] for one in version.content["files"].get(name, [])]


def _names(version: ApplicationVersion, name: str) -> str:
    return "\n".join(
        f"{one['name']}（{one['sha256'][:8]}）" for one in version.content["files"].get(name, [])
    )
