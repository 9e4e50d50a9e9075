"""Needs: submitted, published by a second person, corrected, withdrawn, settled."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import approval
from accounts.models import Deed, OrganisationState, Seat
from core import clock, letters, outbox, uploads
from core.audit import record
from core.lifecycle import RuleBroken, lock, move, part
from core.models import Region, Upload
from core.numbering import new_code, yearly
from core.paper import Paper
from procurement import need_papers
from procurement.document import Document
from procurement.models import Answer, Need, NeedState, NeedVersion
from procurement.need_drafts import Basics, draft_of, lock_written, look_through
from procurement.proposals import METHODS
from procurement.splittings import proposal_for
from publication import notices
from publication.models import Notice

SERIES = "GXXQ"  # 公信需求
NOTICE = "need-notice"


# ── submit, return, publish ──────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def submit(need: Need, basics: Basics, *, by: Seat, at: datetime) -> Need:
    """Put a need, or the correction of a published one, before its approver.

    Refused while a section is empty, a warning unanswered, the owner not verified, or where another
    method than the proposed one is chosen without a reason or against the law.
    """
    need = lock_written(need)
    submitted_at = clock.after_lock()
    if need.owner.state != OrganisationState.VERIFIED:
        raise RuleBroken("Your unit is not verified yet: submit the need once it is.")
    document = draft_of(need)
    look_through(need, document, submitted_at)
    check(need, basics, document, submitted_at)
    for upload in _uploads(document, by):
        uploads.attach(upload, to=need)
    need.draft = {**need.draft, "facts": facts_of(need, basics, submitted_at)}
    if need.state == NeedState.PUBLISHED:
        need.correction_submitted_by, need.correction_submitted_at = by, submitted_at
        need.save(update_fields=["draft", "correction_submitted_by", "correction_submitted_at"])
    else:
        move(
            need,
            NeedState.SUBMITTED,
            **_columns(need.draft["facts"]),
            draft=need.draft,
            submitted_by=by,
            submitted_at=submitted_at,
            state_reason="",
        )
    record(need, "need.submitted", by=by, at=at, title=basics.title)
    return need


def check(need: Need, basics: Basics, document: Document, at: datetime) -> None:
    """Refuse what a need may not be submitted with."""
    empty = document.missing()
    if empty:
        raise RuleBroken(
            "These sections are still empty: %(sections)s. Fill them in, or take out your own.",
            sections="、".join(one.title for one in empty),
        )
    unanswered = need.warnings.filter(answer=Answer.OPEN).count()
    if unanswered:
        raise RuleBroken(
            "%(count)s warnings of the requirement check are not answered: change the sentence or "
            "say why it stays.",
            count=unanswered,
        )
    proposed = proposal_for(need, basics, at)
    chosen = basics.method or proposed.method
    if chosen and proposed.open_methods and chosen not in proposed.open_methods:
        raise RuleBroken(
            "With this budget the law leaves no choice: %(method)s.",
            method=METHODS[proposed.method],
        )
    if not chosen:
        raise RuleBroken("No method can be proposed here: choose one and say why.")
    if chosen != proposed.method and not basics.departure.strip():
        raise RuleBroken("You chose another method than the proposed one: say why.")


def facts_of(need: Need, basics: Basics, at: datetime) -> dict[str, Any]:
    """What a version freezes beside its document: plain JSON."""
    proposed = proposal_for(need, basics, at)
    region = Region.objects.get(code=basics.region)
    return {
        **asdict(basics),
        "budget": f"{basics.budget:.2f}",
        "region_name": region.full_name,
        "form": proposed.form,
        "method": basics.method or proposed.method,
        "proposal": proposed.to_json(),
    }


@transaction.atomic(durable=True)
def return_(need: Need, *, reason: str, by: Seat, at: datetime) -> Need:
    """Send a need or its correction back to the writer. Refused without a reason, and to him."""
    need = lock(need)
    _refuse_unless_waiting(need)
    _refuse_unless_second(need, by, at)
    if not reason.strip():
        raise RuleBroken("Say what is to be corrected: the writer reads it.")
    writer = _writer(need)
    if need.state == NeedState.SUBMITTED:
        move(need, NeedState.RETURNED, state_reason=reason.strip())
    else:
        need.correction_submitted_by = need.correction_submitted_at = None
        need.state_reason = reason.strip()
        need.save(
            update_fields=["correction_submitted_by", "correction_submitted_at", "state_reason"]
        )
    record(need, "need.returned", by=by, at=at, reason=reason.strip())
    letters.post(
        "procurement/need-returned",
        to=writer,  # type: ignore[arg-type]  # there is one where something waits
        at=at,
        link=f"/desk/procurement/needs/{need.code}/",
        need=need,
        reason=reason.strip(),
    )
    return need


@transaction.atomic(durable=True)
def publish(need: Need, *, by: Seat, at: datetime) -> Need:
    """Publish a need as a numbered notice, or its correction as the next version.

    Refused to whoever submitted it, and where nobody submitted it.
    """
    need = lock(need)
    _refuse_unless_waiting(need)
    _refuse_unless_second(need, by, at)
    published_at = clock.after_lock()
    facts, document = need.draft["facts"], draft_of(need)
    first = need.state == NeedState.SUBMITTED
    reason = "" if first else need.correction_reason
    if first:
        number = yearly(SERIES, published_at)
        move(
            need,
            NeedState.PUBLISHED,
            number=number,
            published_by=by,
            published_at=published_at,
            state_reason="",
        )
    else:
        for name, value in _columns(facts).items():
            setattr(need, name, value)
        need.correction_begun_at = need.correction_submitted_at = None
        need.correction_submitted_by = None
        need.correction_reason = need.state_reason = ""
        need.save()
    answers = answers_of(need)
    version = need.versions.count() + 1
    paper = need_papers.notice(
        need, facts, document, answers=answers, reason=reason, version=version
    )
    notice = _notice(need, facts, paper, reason, by, at)
    NeedVersion.objects.create(
        code=new_code(),
        need=need,
        version=version,
        document=document.to_json(),
        facts=facts,
        answers=answers,
        digest=paper.digest(),
        notice=notice.number,
        reason=reason,
        published_by=by,
        published_at=published_at,
    )
    outbox.emit(
        record(
            need,
            "need.published" if first else "need.corrected",
            by=by,
            at=at,
            public=True,
            number=need.number,
            version=version,
            notice=notice.number,
            digest=notice.digest,
        )
    )
    return need


@part
def _notice(
    need: Need, facts: dict[str, Any], paper: Paper, reason: str, by: Seat, at: datetime
) -> Notice:
    stated = {
        "need": need.number,
        "owner": need.owner.name,
        "title": facts["title"],
        "budget": facts["budget"],
        **dict.fromkeys(("goals", "content", "standards", "quantities", "acceptance"), True),
    }
    if reason:
        title = need_papers.notice_title(need, facts, corrected=True)
        return notices.correct(
            notice_of(need), title=title, paper=paper, reason=reason, facts=stated, by=by, at=at
        )
    return notices.publish(
        NOTICE,
        about=need,
        title=need_papers.notice_title(need, facts),
        paper=paper,
        by=by,
        at=at,
        issuer=need.owner.name,
        facts=stated,
    )


# ── correct, withdraw, settle ────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin_correction(need: Need, *, reason: str, by: Seat, at: datetime) -> Need:
    """Open a published need for a next version. Refused without a reason, twice, once settled."""
    need = lock(need, state=NeedState.PUBLISHED)
    if need.correction_begun_at is not None:
        raise RuleBroken("A correction of this need is being written already: go on there.")
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    need.correction_begun_at = at
    need.correction_reason = reason.strip()[:500]
    need.save(update_fields=["correction_begun_at", "correction_reason"])
    record(need, "need.correction-begun", by=by, at=at, reason=need.correction_reason)
    return need


@transaction.atomic(durable=True)
def drop_correction(need: Need, *, by: Seat, at: datetime) -> Need:
    """Give a correction up: the draft is the published version again. Refused where none is."""
    need = lock(need, state=NeedState.PUBLISHED)
    if need.correction_begun_at is None:
        raise RuleBroken("No correction of this need is being written.")
    last = need.versions.first()
    if last is None:
        raise RuntimeError(f"need {need.code} is published without a version")
    basics = {name: last.facts[name] for name in Basics.__dataclass_fields__}
    need.draft = {"basics": basics, "document": last.document, "facts": last.facts}
    need.correction_begun_at = need.correction_submitted_at = None
    need.correction_submitted_by = None
    need.correction_reason = need.state_reason = ""
    need.save()
    look_through(need, draft_of(need), at)
    record(need, "need.correction-dropped", by=by, at=at)
    return need


@transaction.atomic(durable=True)
def withdraw(need: Need, *, reason: str, by: Seat, at: datetime) -> Need:
    """End a published need by a notice that follows its own. Refused without a reason."""
    need = lock(need)
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    move(
        need,
        NeedState.WITHDRAWN,
        state_reason=reason.strip(),
        correction_begun_at=None,
        correction_submitted_at=None,
        correction_submitted_by=None,
        correction_reason="",
    )
    followed = notice_of(need)
    notice = notices.withdraw(
        followed,
        kind="need-withdrawal",
        title=need_papers.withdrawal_title(need),
        paper=need_papers.withdrawal(need, followed, clock.after_lock()),
        reason=need.state_reason,
        by=by,
        at=at,
        facts={"need": need.number},
    )
    outbox.emit(
        record(
            need,
            "need.withdrawn",
            by=by,
            at=at,
            public=True,
            reason=need.state_reason,
            notice=notice.number,
        )
    )
    return need


@transaction.atomic(durable=True)
def settle(need: Need, *, reason: str, by: Seat, at: datetime) -> Need:
    """Say that no argument is needed, and why: a procedure may begin.

    Refused without a reason, and while a correction is being written.
    """
    need = lock(need, state=NeedState.PUBLISHED)
    if need.correction_begun_at is not None:
        raise RuleBroken("A correction of this need is being written: publish it or give it up.")
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    move(need, NeedState.SETTLED, settled_at=clock.after_lock(), state_reason=reason.strip())
    record(need, "need.settled", by=by, at=at, public=True, reason=need.state_reason)
    return need


# ── what others share ────────────────────────────────────────────────────────────────────────────


def may_approve(need: Need, seat: Seat, at: datetime) -> bool:
    """Whether the seat is the second person: another of the owner's than who submitted it."""
    return approval.is_second(
        seat,
        writer=_writer(need),
        of=need.owner,
        deed=Deed.APPROVE_NEED,
        amount=need.budget,
        at=at,
    )


def is_waiting(need: Need) -> bool:
    """Whether a need or its correction is before its approver."""
    return need.state == NeedState.SUBMITTED or need.correction_submitted_at is not None


def notice_of(need: Need) -> Notice:
    """The notice in force of a published need."""
    return notices.newest_of(need, NOTICE)


def answers_of(need: Need) -> list[dict[str, Any]]:
    """What is published of the warnings: those justified in full, those changed by their rule."""
    return [
        {
            "rule": row.rule,
            "version": row.rule_version,
            "title": row.title,
            "article": row.article,
            "section": row.section,
            "answer": row.answer,
            "sentence": row.sentence if row.answer == Answer.JUSTIFIED else "",
            "reason": row.reason,
        }
        for row in need.warnings.exclude(answer=Answer.OPEN).order_by("pk")
    ]


def previewed(need: Need, basics: Basics, at: datetime) -> Paper:
    """The very notice that this draft would become; nothing is written."""
    return need_papers.notice(
        need,
        facts_of(need, basics, at),
        draft_of(need),
        answers=answers_of(need),
        reason=need.correction_reason,
        version=need.versions.count() + 1,
    )


def _writer(need: Need) -> Seat | None:
    if need.state == NeedState.PUBLISHED:
        return need.correction_submitted_by
    return need.submitted_by


def _refuse_unless_waiting(need: Need) -> None:
    if not is_waiting(need):
        raise RuleBroken(
            "This is “%(now)s” by now: load the page again.", now=need.get_state_display()
        )


def _refuse_unless_second(need: Need, by: Seat, at: datetime) -> None:
    if not may_approve(need, by, at):
        raise RuleBroken("A need is approved by a second person of its owner: ask such a person.")


def _columns(facts: Mapping[str, Any]) -> dict[str, Any]:
    same = ("title", "kind", "item", "item_name", "budget_year", "funding", "form", "method")
    return {
        **{name: facts[name] for name in (*same, "contact", "contact_phone", "proposal")},
        "budget": Decimal(facts["budget"]),
        "region": Region.objects.get(code=facts["region"]),
    }


def _uploads(document: Document, by: Seat) -> QuerySet[Upload]:
    """The attachments that still lie about; a code of another's upload is a forged form."""
    codes = [one.code for one in document.files()]
    return Upload.objects.filter(
        Q(code__in=codes, subject_code="", organisation_code=by.organisation.code)
    )
