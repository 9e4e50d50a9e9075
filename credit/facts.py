"""Facts: entered once each, never edited; corrected or annulled by a fact that supersedes.

What takes points takes effect after the hearing: the agency is told, and may state its case until
then (facts of `credit.hearing.working-days`). What gives points counts at once.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Organisation, Seat, Standing
from core import clock, figures, letters, outbox
from core.audit import Actor, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, part
from core.models import CalendarDay, Upload
from core.numbering import new_code
from core.once import spend
from core.uploads import attach
from credit.models import Fact, Scheme, Statement
from credit.scoring import text as plain


@part
def enter(
    *,
    organisation: Organisation,
    kind: str,
    about: Any,
    occurred_at: datetime,
    by: Actor,
    at: datetime,
    title: str = "",
    points: Decimal | None = None,
    key: str = "",
    basis: str = "",
    evidence: Sequence[tuple[str, str]] = (),
) -> Fact:
    """Enter what happened, under the scheme in force on its day, and tell the agency of a loss.

    `points` only for a kind without fixed ones: a job, by its grade. `evidence` are labels with
    addresses on this site. The same `key` (the row's code, where none is given) of a kind is
    entered once: the second time gives back the first.
    """
    key = key or about.code
    known = Fact.objects.filter(kind=kind, key=key, supersedes=None).first()
    if known is not None:
        return known
    scheme = Scheme.objects.in_force(day_of(occurred_at))
    rules = scheme.rules.kinds[kind]
    if (points is None) == (rules.points is None):
        raise ValueError(f"{kind} has points of its own, or is given them: not both, not neither")
    counted = rules.points if rules.points is not None else points
    assert counted is not None  # noqa: S101 - one of the two, as was just seen
    entered_at = clock.after_lock()
    fact = Fact.objects.create(
        code=new_code(),
        organisation=organisation,
        scheme=scheme,
        kind=kind,
        key=key,
        title=title or rules.label,
        points=counted,
        basis=basis or rules.basis,
        evidence=[{"label": label, "href": href} for label, href in evidence],
        subject=about._meta.label_lower,
        subject_code=about.code,
        occurred_at=occurred_at,
        entered_at=entered_at,
        effective_at=_hearing_ends(entered_at) if counted < 0 else entered_at,
    )
    outbox.emit(_recorded(fact, "fact.entered", by=by, at=at))
    if fact.effective_at > entered_at:
        letters.post(
            "credit/hearing", to=organisation, at=entered_at, link=reverse("credit:desk"), fact=fact
        )
    return fact


def _hearing_ends(entered_at: datetime) -> datetime:
    today = day_of(entered_at)
    days = figures.on(today)["credit.hearing.working-days"].value
    return CalendarDay.objects.calendar().add_working_days(today, days).until()


def _recorded(fact: Fact, name: str, *, by: Actor, at: datetime, **more: Any) -> Any:
    return record(
        fact,
        name,
        by=by,
        at=at,
        organisation=fact.organisation.code,
        kind=fact.kind,
        points=fact.points,
        occurred_at=fact.occurred_at,
        effective_at=fact.effective_at,
        scheme=fact.scheme.version,
        **more,
    )


@transaction.atomic(durable=True)
def annul(fact: Fact, *, reason: str, by: Seat, at: datetime) -> Fact:
    """Take a fact back: an empty one stands in its place from now on.

    Refused without reasons, and for what was superseded already.
    """
    return _supersede(fact, points=Decimal(0), reason=reason, by=by, at=at)


@transaction.atomic(durable=True)
def correct(fact: Fact, *, points: Decimal, reason: str, by: Seat, at: datetime) -> Fact:
    """Let another number of points stand. Refused when it is harsher: that needs a hearing anew."""
    if points < fact.points:
        raise RuleBroken("A correction is never harsher: enter a new fact, which is heard first.")
    return _supersede(fact, points=points, reason=reason, by=by, at=at)


@part
def _supersede(fact: Fact, *, points: Decimal, reason: str, by: Seat, at: datetime) -> Fact:
    lock(fact.organisation)
    if not reason.strip():
        raise RuleBroken("Give the reason: the agency reads it.")
    if Fact.objects.filter(supersedes=fact).exists():
        raise RuleBroken("This fact was corrected already: look at the newest one.")
    entered_at = clock.after_lock()
    # It occurred and takes effect when the old one did: only the points change.
    successor = Fact.objects.create(
        code=new_code(),
        organisation=fact.organisation,
        scheme=fact.scheme,
        kind=fact.kind,
        key=fact.key,
        title=fact.title,
        points=points,
        basis=fact.basis,
        evidence=fact.evidence,
        subject=fact.subject,
        subject_code=fact.subject_code,
        occurred_at=fact.occurred_at,
        entered_at=entered_at,
        effective_at=fact.effective_at,
        supersedes=fact,
        reason=reason.strip(),
    )
    outbox.emit(
        _recorded(successor, "fact.superseded", by=by, at=at, before=fact.points, reason=reason)
    )
    letters.post(
        "credit/fact-superseded",
        to=fact.organisation,
        at=entered_at,
        link=reverse("credit:desk"),
        fact=successor,
        before=plain(fact.points),
        now=plain(points),
    )
    return successor


@transaction.atomic(durable=True)
def state_case(
    fact: Fact, *, text: str, uploads: Sequence[Upload] = (), by: Seat, at: datetime
) -> Statement:
    """State the agency's case 陈述申辩.

    Refused without words, twice, and once the fact is in effect.
    """
    lock(fact.organisation)
    made_at = clock.after_lock()
    if not text.strip():
        raise RuleBroken("Write what speaks against it.")
    if Fact.objects.filter(supersedes=fact).exists():
        raise RuleBroken("This fact was corrected already: look at the newest one.")
    if made_at >= fact.effective_at:
        raise RuleBroken("The hearing ended on %(until)s.", until=fact.effective_at)
    try:
        with transaction.atomic():
            statement = Statement.objects.create(
                code=new_code(), fact=fact, seat=by, text=text.strip(), made_at=made_at
            )
    except IntegrityError as twin:
        if "statement" not in str(twin):
            raise
        raise RuleBroken("Your case was stated already: it is being looked at.") from twin
    for upload in uploads:
        attach(upload, to=statement)
    outbox.emit(
        record(statement, "fact.answered", by=by, at=at, fact=fact.code, text=statement.text)
    )
    for regulator in Organisation.objects.verified().filter(standing=Standing.REGULATOR):
        letters.post(
            "credit/statement-made",
            to=regulator,
            at=made_at,
            link=reverse("credit:fact-detail", args=[fact.code]),
            fact=fact,
        )
    return statement


@transaction.atomic(durable=True)
def find(
    organisation: Organisation,
    *,
    kind: str,
    title: str,
    basis: str,
    occurred_at: datetime,
    once: str,
    by: Seat,
    at: datetime,
) -> Fact:
    """Enter what an authority has found of a unit; it is heard first.

    Refused for a kind that only the site itself enters, and when the form was sent before.
    """
    organisation = lock(organisation)
    rules = Scheme.objects.in_force(day_of(occurred_at)).rules.kinds.get(kind)
    if rules is None or rules.points is None:
        raise RuleBroken("The scheme of that day does not know this kind: choose another one.")
    fact = enter(
        organisation=organisation,
        kind=kind,
        about=organisation,
        key=new_code(),
        title=title,
        basis=basis,
        occurred_at=occurred_at,
        by=by,
        at=at,
    )
    spend(once, made=fact, at=at)
    return fact
