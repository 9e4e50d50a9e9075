"""Charters 章程 of alliances: versions written, adopted, superseded; what is enforced is read here.

`templates()` holds the charters that were entered as data; a founding begins with one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.models import Seat
from alliance import charter_text, motions
from alliance.models import Alliance, Charter, CharterState, TermsDraft
from alliance.models.meetings import Motion, MotionState
from alliance.terms import CharterTerms, Unreadable
from alliance.voting import Outcome
from core import clock, outbox, reference
from core.audit import Actor, canonical, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.numbering import new_code

DATA = Path(__file__).parent / "data" / "charters"


@dataclass(frozen=True)
class Template:
    """A charter that was entered as data; `blanks` are the words another alliance replaces."""

    key: str
    title: str
    source: str
    note: str
    blanks: Mapping[str, str]
    chapters: Sequence[Mapping[str, Any]]
    terms: Mapping[str, Any]


@cache
def templates() -> Mapping[str, Template]:
    """The charters under `data/charters`, by key."""
    found = [Template(**reference.read(file)) for file in sorted(DATA.glob("*.json"))]
    return {one.key: one for one in found}


@dataclass(frozen=True)
class Wording:
    """What a version says: title, source, chapters and terms, as the row keeps them."""

    title: str
    source: str
    chapters: list[dict[str, Any]]
    terms: dict[str, Any]


def adapted(
    template: Template, *, name: str, lead: str, fees: Mapping[str, Any] | None = None
) -> Wording:
    """The template with another alliance's name and lead, and with the fees of its levels."""
    words = {template.blanks["name"]: name, template.blanks["lead"]: lead}
    made = _worded(
        {"title": template.title, "chapters": template.chapters, "terms": template.terms}, words
    )
    for key, fee in (fees or {}).items():
        made["terms"]["levels"][key] |= {"fee": str(fee), "source": "创立时由发起单位议定"}
    source = f"据《{template.title}》编写（{template.source}）"
    return Wording(made["title"], source[:300], made["chapters"], made["terms"])


def _worded(value: Any, words: Mapping[str, str]) -> Any:
    """A copy with other words in it. What a source says stays: it names the paper it comes from."""
    if isinstance(value, str):
        for old, new in words.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, Mapping):
        return {key: one if key == "source" else _worded(one, words) for key, one in value.items()}
    return [_worded(one, words) for one in value] if isinstance(value, Sequence) else value


def in_force(alliance: Alliance, on: date | None = None) -> Charter | None:
    """The version that binds the alliance on that day, today unless one is named."""
    return Charter.objects.in_force(alliance, on or day_of(clock.now()))


def terms_of(charter: Charter) -> CharterTerms:
    """What the software enforces of a version. Adopted ones were read when they were written."""
    return CharterTerms.from_json(charter.terms)


def terms(alliance: Alliance, on: date | None = None) -> CharterTerms:
    """The terms in force. Refused where no version is."""
    charter = in_force(alliance, on)
    if charter is None:
        raise RuleBroken("No charter of %(alliance)s is in force.", alliance=alliance.name)
    return terms_of(charter)


@transaction.atomic(durable=True)
def write(alliance: Alliance, wording: Wording, *, by: Seat, at: datetime) -> Charter:
    """Keep the next version as a draft, in place of an earlier draft.

    It binds nobody before the council adopts it. Refused if it is unreadable, and while the draft
    is on the agenda of a meeting: what is voted about stays as it was sent out.
    """
    alliance = lock(alliance)
    charter = put(alliance, wording, by=by, at=at)
    record(charter, "charter.written", by=by, at=at, version=charter.version)
    return charter


@transaction.atomic(durable=True)
def save_typed(charter: Charter, typed: Mapping[str, str], *, by: Seat, at: datetime) -> TermsDraft:
    """Keep what one person typed of a draft's terms, right or wrong: no deed, so no event."""
    lock(charter.alliance)
    charter = lock(charter, state=CharterState.DRAFT)
    facts = {"about": _digest_of_terms(charter), "typed": dict(typed), "saved_at": at}
    kept, _made = TermsDraft.objects.update_or_create(charter=charter, seat=by, defaults=facts)
    return kept


def typed_of(charter: Charter, seat: Seat) -> TermsDraft | None:
    """What this person typed so far of the terms, unless they were written anew since."""
    return TermsDraft.objects.filter(
        charter=charter, seat=seat, about=_digest_of_terms(charter)
    ).first()


def _digest_of_terms(charter: Charter) -> str:
    return sha256(canonical(charter.terms).encode()).hexdigest()


@transaction.atomic(durable=True)
def write_terms(charter: Charter, terms: dict[str, Any], *, by: Seat, at: datetime) -> Charter:
    """Keep other terms of a draft. Refused like `write`; what was typed of them is done with."""
    alliance = lock(charter.alliance)
    charter = lock(charter, state=CharterState.DRAFT)
    wording = Wording(charter.title, charter.source, charter.chapters, terms)
    charter = put(alliance, wording, by=by, at=at)
    TermsDraft.objects.filter(charter=charter, seat=by).delete()
    record(charter, "charter.written", by=by, at=at, version=charter.version)
    return charter


@transaction.atomic(durable=True)
def discard(charter: Charter, *, by: Seat, at: datetime) -> None:
    """Delete a draft. Refused for a version that was adopted, or is on an agenda."""
    lock(charter.alliance)
    charter = lock(charter, state=CharterState.DRAFT)
    _refuse_on_agenda(charter)
    record(charter, "charter.discarded", by=by, at=at, version=charter.version)
    charter.delete()


@part
def put(alliance: Alliance, wording: Wording, *, by: Seat, at: datetime) -> Charter:
    """Write the draft's row. Refused without articles, and where the terms cannot be read."""
    if not wording.chapters:
        raise RuleBroken("A charter has at least one article: write it.")
    try:
        CharterTerms.from_json(wording.terms)
    except Unreadable as wrong:
        raise RuleBroken("The terms cannot be read: %(wrong)s", wrong=str(wrong)) from wrong
    facts = {
        "title": wording.title,
        "source": wording.source,
        "chapters": wording.chapters,
        "terms": wording.terms,
        "written_by": by,
        "written_at": at,
    }
    draft = alliance.charters.filter(state=CharterState.DRAFT).first()
    if draft is not None:
        _refuse_on_agenda(draft)
        for name, value in facts.items():
            setattr(draft, name, value)
        draft.save(update_fields=list(facts))
        return draft
    last = alliance.charters.aggregate(last=Max("version"))["last"] or 0
    return Charter.objects.create(code=new_code(), alliance=alliance, version=last + 1, **facts)


@part
def adopt(charter: Charter, *, adopted_by: str, on: date, by: Actor, at: datetime) -> Charter:
    """Put a draft in force from that day on, and supersede the version before it.

    For the rules that found an alliance or close a motion; `adopted_by` says which. Refused for a
    day before the version before it.
    """
    charter = lock(charter, state=CharterState.DRAFT)
    before = charter.alliance.charters.filter(state=CharterState.ADOPTED).first()
    if before is not None:
        if before.in_force_from and on < before.in_force_from:
            raise RuleBroken(
                "Version %(version)s is in force since %(day)s: choose a later day.",
                version=before.version,
                day=before.in_force_from,
            )
        move(lock(before), CharterState.SUPERSEDED)
    move(
        charter,
        CharterState.ADOPTED,
        in_force_from=on,
        adopted_at=at,
        adopted_by=adopted_by,
    )
    outbox.emit(
        record(
            charter,
            "charter.adopted",
            by=by,
            at=at,
            public=True,
            alliance=charter.alliance.number,
            version=charter.version,
            in_force_from=on,
        )
    )
    return charter


# ── the council's motion ─────────────────────────────────────────────────────────────────────────


def on_agenda(charter: Charter) -> Motion | None:
    """The motion that waits to be voted about, if the draft is on an agenda."""
    pending = Motion.objects.about(charter).filter(state=MotionState.PENDING)
    return pending.select_related("meeting").first()


def awaiting(alliance: Alliance) -> Iterable[motions.Candidate]:
    """The draft of the next version, for an agenda, with every article that it changes."""
    draft = alliance.charters.filter(state=CharterState.DRAFT).first()
    before = in_force(alliance)
    if draft is None or before is None:
        return
    changed = [
        one.head
        for one in charter_text.compare(before.chapters, draft.chapters)
        if one.kind != "same"
    ]
    said = f"修改条文：{'、'.join(changed)}。" if changed else "条文不变，修改据以执行的条款。"
    yield motions.Candidate(
        "charter-change",
        draft,
        f"关于修改章程的议案（第{draft.version}版）",
        f"{said}草稿全文和条款经通知时固定，表决前不得更改，摘要（SHA-256）：{digest(draft)}。",
    )


def digest(charter: Charter) -> str:
    """Of the text and the terms: what the body reads is what it puts in force."""
    text = {"title": charter.title, "chapters": charter.chapters, "terms": charter.terms}
    return sha256(canonical(text).encode()).hexdigest()


@part
def decide(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """The effect of a motion about the charter: carried, the draft is in force from today."""
    if not outcome.carried:
        return  # the draft stays a draft: it may be changed and put again
    charter = Charter.objects.select_related("alliance").get(code=motion.subject_code)
    before = charter.alliance.charters.filter(state=CharterState.ADOPTED).first()
    today = day_of(clock.after_lock())
    on = max(today, before.in_force_from) if before and before.in_force_from else today
    adopt(
        charter,
        adopted_by=f"{motion.meeting.body_name}（{motion.meeting.number}）",
        on=on,
        by=by,
        at=at,
    )


def _refuse_on_agenda(charter: Charter) -> None:
    motion = on_agenda(charter)
    if motion is not None:
        raise RuleBroken(
            "The draft is on the agenda of %(meeting)s: it stays as it was sent out.",
            meeting=motion.meeting.number,
        )
