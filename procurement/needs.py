"""Needs: written, checked, submitted, published by a second person, corrected, withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum

from accounts import approval
from accounts.models import Deed, Organisation, OrganisationState, Seat, Standing
from core import calendar, clock, letters, once, outbox, uploads
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, move, part
from core.models import Region, Upload
from core.numbering import new_code, yearly
from core.paper import Paper
from procurement import checker, need_papers, rulebook, standards
from procurement.document import Document, Section
from procurement.models import Answer, Need, NeedState, NeedVersion, NeedWarning
from procurement.proposals import METHODS, Part, Proposal, Splitting, splitting
from publication import notices
from publication.models import Notice

SERIES = "GXXQ"  # 公信需求
NOTICE = "need-notice"


@dataclass(frozen=True)
class Basics:
    """What of a need is no section: cleaned by its form."""

    title: str
    kind: str
    region: str
    budget: Decimal
    budget_year: int
    funding: str
    contact: str
    contact_phone: str
    item: str = ""
    item_name: str = ""
    method: str = ""
    departure: str = ""


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin(owner: Organisation, *, key: str, by: Seat, at: datetime) -> Need:
    """Begin a draft with the standard sections. Refused to the operator and the regulator."""
    if owner.standing != Standing.PARTICIPANT:
        raise RuleBroken("Needs are written by purchasers: act from such a unit.")
    need = Need.objects.create(
        code=new_code(),
        owner=owner,
        draft={"basics": {}, "document": Document.blank().to_json()},
        draft_saved_at=at,
        created_by=by,
    )
    once.spend(key, made=need, at=at)
    return need


@transaction.atomic(durable=True)
def save_basics(need: Need, typed: Mapping[str, Any], *, by: Actor, at: datetime) -> Need:
    """Keep what was typed, right or wrong: no deed. Refused while it is not being written."""
    need = _lock_written(need)
    need.draft = {**need.draft, "basics": {**need.draft.get("basics", {}), **typed}}
    return _saved(need, at)


@transaction.atomic(durable=True)
def save_section(need: Need, section: Section, *, by: Actor, at: datetime) -> Need:
    """Keep a section as typed, and look through it. Refused while the need is not being written."""
    need = _lock_written(need)
    document = draft_of(need).with_section(section)
    return _keep(need, document, at)


@transaction.atomic(durable=True)
def add_section(need: Need, title: str, *, by: Actor, at: datetime) -> tuple[Need, str]:
    """Add an own section at the end. Refused without a title, twice by one title, beyond twenty."""
    need = _lock_written(need)
    document = draft_of(need)
    title = title.strip()[:80]
    if not title:
        raise RuleBroken("Give the section a title.")
    if title in {one.title for one in document.sections}:
        raise RuleBroken("A section has this title already: write there.")
    if len(document.sections) >= 20:
        raise RuleBroken("A need has at most twenty sections: join two of them.")
    taken = {one.key for one in document.sections}
    key = next(f"own-{n}" for n in range(1, 99) if f"own-{n}" not in taken)
    return _keep(need, document.with_section(Section(key, title)), at), key


@transaction.atomic(durable=True)
def drop_section(need: Need, key: str, *, by: Actor, at: datetime) -> Need:
    """Take an own section out. Refused for a standard one: each need has those."""
    need = _lock_written(need)
    document = draft_of(need)
    section = document.get(key)
    if section is None or not section.is_own:
        raise RuleBroken("Only a section that you added can be taken out.")
    return _keep(need, document.without(key), at)


@transaction.atomic(durable=True)
def replace_document(need: Need, document: Document, *, by: Actor, at: datetime) -> Need:
    """Put an imported document in the place of the whole draft."""
    return _keep(_lock_written(need), document, at)


@transaction.atomic(durable=True)
def answer(need: Need, warning: NeedWarning, reason: str, *, by: Seat, at: datetime) -> NeedWarning:
    """Keep a sentence that the checker found, with a reason that is published with the need.

    Refused without a reason, and while the need is not being written.
    """
    need = _lock_written(need)
    warning = lock(warning)
    if warning.need_id != need.pk or warning.answer == Answer.CHANGED:
        raise RuleBroken("This sentence is no longer in the need: load the page again.")
    if len(reason.strip()) < 10:
        raise RuleBroken("Say in a sentence why this stays: the reason is published with the need.")
    warning.answer, warning.reason = Answer.JUSTIFIED, reason.strip()[:500]
    warning.answered_at = at
    warning.save(update_fields=["answer", "reason", "answered_at"])
    record(need, "need.warning-answered", by=by, at=at, rule=warning.rule, reason=warning.reason)
    return warning


@transaction.atomic(durable=True)
def discard(need: Need, *, by: Actor, at: datetime) -> None:
    """Delete a draft that nobody else has seen. Refused once it was submitted."""
    need = lock(need, state=NeedState.DRAFT)
    record(need, "need.discarded", by=by, at=at)
    need.delete()


def draft_of(need: Need) -> Document:
    """The document that is being written."""
    return Document.from_json(need.draft["document"])


@part
def _lock_written(need: Need) -> Need:
    need = lock(need)
    if not need.is_written:
        raise RuleBroken(
            "This need is “%(now)s”: what you typed was not kept.", now=need.get_state_display()
        )
    return need


def _keep(need: Need, document: Document, at: datetime) -> Need:
    need.draft = {**need.draft, "document": document.to_json()}
    _look_through(need, document, at)
    return _saved(need, at)


def _saved(need: Need, at: datetime) -> Need:
    need.draft_saved_at = at
    need.save(update_fields=["draft", "draft_saved_at"])
    return need


def _look_through(need: Need, document: Document, at: datetime) -> None:
    """Note what the checker finds, and of what it found before that it was changed."""
    found = {one.key: one for one in checker.check(document, rulebook.in_force())}
    known = {(row.rule, row.section, row.fingerprint): row for row in need.warnings.all()}
    NeedWarning.objects.bulk_create(
        NeedWarning(
            code=new_code(),
            need=need,
            rule=one.rule.name,
            rule_version=one.rule.version,
            title=one.rule.title,
            article=one.rule.article,
            section=one.section,
            sentence=one.sentence,
            fingerprint=one.fingerprint,
            found_at=at,
        )
        for key, one in found.items()
        if key not in known
    )
    for key, row in known.items():
        if key not in found and row.answer != Answer.CHANGED:
            row.answer, row.answered_at, row.reason = Answer.CHANGED, at, ""
        elif key in found and row.answer == Answer.CHANGED:
            row.answer, row.answered_at = Answer.OPEN, None
        else:
            continue
        row.save(update_fields=["answer", "answered_at", "reason"])


# ── submit, return, publish ──────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def submit(need: Need, basics: Basics, *, by: Seat, at: datetime) -> Need:
    """Put a need, or the correction of a published one, before its approver.

    Refused while a section is empty, a warning unanswered, the owner not verified, or where another
    method than the proposed one is chosen without a reason or against the law.
    """
    need = _lock_written(need)
    submitted_at = clock.after_lock()
    if need.owner.state != OrganisationState.VERIFIED:
        raise RuleBroken("Your unit is not verified yet: submit the need once it is.")
    document = draft_of(need)
    _look_through(need, document, submitted_at)
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


def proposal_for(need: Need, basics: Basics, at: datetime) -> Proposal:
    """The proposal for these terms, with what the owner needs of the same item that year."""
    others = same_item(need, basics.item, basics.kind, basics.budget_year)
    sum_of_others = others.aggregate(whole=Sum("budget"))["whole"] or Decimal(0)
    region = Region.objects.filter(code=basics.region).first()
    return standards.proposal(
        region,
        basics.kind,
        basics.item,
        basics.budget,
        calendar.day_of(at),
        with_others=sum_of_others,
    )


def same_item(need: Need, item: str, kind: str, year: int | None) -> QuerySet[Need]:
    """The owner's other needs of the same item, or of the same kind where no item is named."""
    others = Need.objects.filter(owner_id=need.owner_id, budget_year=year, kind=kind, item=item)
    return others.exclude(pk=need.pk).exclude(state__in=[NeedState.DRAFT, NeedState.WITHDRAWN])


def splitting_of(need: Need, at: datetime) -> Splitting | None:
    """Whether the need, with others of its owner, item and year, evades a limit (化整为零)."""
    if need.budget is None:
        return None
    others = same_item(need, need.item, need.kind, need.budget_year).order_by("pk")
    rows = [need, *others]
    standard = standards.in_force(need.region, calendar.day_of(at))
    return splitting(
        [Part(row.code, row.title, row.budget) for row in rows if row.budget is not None],
        standards.figures_of(standard, need.kind),
    )


def split_groups(at: datetime, owners: Iterable[Organisation] | None = None) -> list[Any]:
    """Every group of needs that together reach a limit that each evades, for the regulator."""
    rows = Need.objects.exclude(state__in=[NeedState.DRAFT, NeedState.WITHDRAWN])
    if owners is not None:
        rows = rows.filter(owner__in=owners)
    groups = (
        rows.values("owner", "budget_year", "kind", "item")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .order_by("-budget_year", "owner")
    )
    found = []
    for group in groups[:200]:
        kept = {name: value for name, value in group.items() if name != "count"}
        first = rows.filter(**kept).select_related("owner", "region").order_by("pk").first()
        whole = splitting_of(first, at) if first else None
        if whole is not None:
            found.append((first, whole))
    return found


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
    _look_through(need, draft_of(need), at)
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
