"""Drafts of needs: written section by section, looked through by the checker, warnings answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import Organisation, Seat, Standing
from core import once
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code
from procurement import checker, rulebook
from procurement.document import Document, Section
from procurement.models import Answer, Need, NeedState, NeedWarning


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
    need = lock_written(need)
    need.draft = {**need.draft, "basics": {**need.draft.get("basics", {}), **typed}}
    return _saved(need, at)


@transaction.atomic(durable=True)
def save_section(need: Need, section: Section, *, by: Actor, at: datetime) -> Need:
    """Keep a section as typed, and look through it. Refused while the need is not being written."""
    need = lock_written(need)
    document = draft_of(need).with_section(section)
    return _keep(need, document, at)


@transaction.atomic(durable=True)
def add_section(need: Need, title: str, *, by: Actor, at: datetime) -> tuple[Need, str]:
    """Add an own section at the end. Refused without a title, twice by one title, beyond twenty."""
    need = lock_written(need)
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
    need = lock_written(need)
    document = draft_of(need)
    section = document.get(key)
    if section is None or not section.is_own:
        raise RuleBroken("Only a section that you added can be taken out.")
    return _keep(need, document.without(key), at)


@transaction.atomic(durable=True)
def replace_document(need: Need, document: Document, *, by: Actor, at: datetime) -> Need:
    """Put an imported document in the place of the whole draft."""
    return _keep(lock_written(need), document, at)


@transaction.atomic(durable=True)
def answer(need: Need, warning: NeedWarning, reason: str, *, by: Seat, at: datetime) -> NeedWarning:
    """Keep a sentence that the checker found, with a reason that is published with the need.

    Refused without a reason, and while the need is not being written.
    """
    need = lock_written(need)
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
def lock_written(need: Need) -> Need:
    need = lock(need)
    if not need.is_written:
        raise RuleBroken(
            "This need is “%(now)s”: what you typed was not kept.", now=need.get_state_display()
        )
    return need


def _keep(need: Need, document: Document, at: datetime) -> Need:
    need.draft = {**need.draft, "document": document.to_json()}
    look_through(need, document, at)
    return _saved(need, at)


def _saved(need: Need, at: datetime) -> Need:
    need.draft_saved_at = at
    need.save(update_fields=["draft", "draft_saved_at"])
    return need


def look_through(need: Need, document: Document, at: datetime) -> None:
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
