"""Notices: published, corrected, withdrawn; never edited. Their PDF is drawn after commit."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from core import clock, outbox
from core.audit import Actor, canonical, record
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code, yearly
from core.paper import Heading, Paper, Paragraph, Signatures
from core.phrases import day
from publication.kinds import kinds
from publication.kinds import register as kind
from publication.models import SUPERSEDING, Notice, NoticeFile, Relation

__all__ = ["correct", "first", "kind", "newest", "newest_of", "note_file", "publish", "withdraw"]


@part
def publish(
    kind: str,
    *,
    about: Any,
    title: str,
    paper: Paper,
    by: Actor,
    at: datetime,
    follows: Notice | None = None,
    relation: str | None = None,
    facts: Mapping[str, Any],
    issuer: str = "",
) -> Notice:
    """Number the paper about a row that has a `code`, and publish it for good.

    Refused without what its kind must state, and where it supersedes what is superseded already.
    Call it late: the counter of the series stays locked until the rule commits.
    """
    return _publish(
        kind,
        subject=(about._meta.label_lower, about.code),
        title=title,
        paper=paper,
        by=by,
        at=at,
        follows=follows,
        relation=relation,
        facts=facts,
        issuer=issuer,
    )


@part
def correct(
    follows: Notice,
    *,
    title: str,
    paper: Paper,
    reason: str,
    facts: Mapping[str, Any],
    by: Actor,
    at: datetime,
) -> Notice:
    """Publish the next version of a notice, of its kind and about its subject.

    Refused without a reason, and where another notice has corrected or withdrawn it already.
    """
    return _publish(
        follows.kind,
        subject=(follows.subject, follows.subject_code),
        title=title,
        paper=paper,
        by=by,
        at=at,
        follows=follows,
        relation=Relation.CORRECTS,
        facts={**facts, "reason": _reason(reason)},
        issuer=follows.issuer,
    )


@part
def withdraw(
    follows: Notice,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    kind: str = "withdrawal",
    title: str = "",
    paper: Paper | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Notice:
    """Publish that a notice is withdrawn; in a plain paper, unless the caller wrote its own.

    Refused without a reason, and where another notice has corrected or withdrawn it already.
    """
    reason = _reason(reason)
    title = title or f"关于撤回《{follows.title}》的公告"
    return _publish(
        kind,
        subject=(follows.subject, follows.subject_code),
        title=title[:200],
        paper=paper or _withdrawal(follows, title, reason),
        by=by,
        at=at,
        follows=follows,
        relation=Relation.WITHDRAWS,
        facts={**(facts or {}), "reason": reason},
        issuer=follows.issuer,
    )


def newest(notice: Notice) -> Notice:
    """The last notice of a chain of corrections and withdrawals: what may be superseded next."""
    while later := notice.superseded_by:
        notice = later
    return notice


def newest_of(row: Any, kind: str) -> Notice:
    """The notice in force that began as the row's notice of this kind; a row without is a bug."""
    first = Notice.objects.about(row).filter(kind=kind).order_by("pk").first()
    if first is None:
        raise RuntimeError(f"{row!r} has no notice of the kind {kind}")
    return newest(first)


def first(notice: Notice) -> Notice:
    """What a chain of corrections began with."""
    while notice.relation == Relation.CORRECTS and notice.follows is not None:
        notice = notice.follows
    return notice


@transaction.atomic(durable=True)
def note_file(notice: Notice, *, pdf: bytes, by: Actor, at: datetime) -> NoticeFile:
    """Note the digest of the drawn PDF. Refused when it was noted already."""
    file = lock(NoticeFile.objects.get(notice=notice))
    if file.drawn_at:
        raise RuleBroken("The PDF of %(number)s was noted already.", number=notice.number)
    file.digest, file.size = sha256(pdf).hexdigest(), len(pdf)
    file.drawn_at = clock.after_lock()
    file.save(update_fields=["digest", "size", "drawn_at"])
    record(notice, "notice.drawn", by=by, at=at, public=True, file=file.digest, size=file.size)
    return file


def _publish(
    kind: str,
    *,
    subject: tuple[str, str],
    title: str,
    paper: Paper,
    by: Actor,
    at: datetime,
    follows: Notice | None,
    relation: str | None,
    facts: Mapping[str, Any],
    issuer: str,
) -> Notice:
    missing = kinds[kind].missing(facts)
    if missing:
        raise RuleBroken(
            "This notice must state: %(missing)s. Fill that in, then publish.",
            missing="、".join(missing),
        )
    if follows is not None:
        follows = lock(follows)  # of two that supersede it, the second sees the first
        later = newest(follows)
        if relation in SUPERSEDING and later != follows:
            raise RuleBroken(
                "%(number)s was superseded by %(later)s: refer to that notice.",
                number=follows.number,
                later=later.number,
            )
    published_at = clock.after_lock()
    notice = Notice.objects.create(
        code=new_code(),
        number=yearly(kinds[kind].series, published_at),
        kind=kind,
        version=follows.version + 1 if follows and relation == Relation.CORRECTS else 1,
        title=title,
        issuer=issuer,
        paper=paper.to_json(),
        digest=paper.digest(),
        facts=json.loads(canonical(facts)),
        subject=subject[0],
        subject_code=subject[1],
        follows=follows,
        relation=relation,
        published_at=published_at,
    )
    NoticeFile.objects.create(notice=notice)  # waits to be drawn: publication.tasks
    event = record(
        notice,
        "notice.published",
        by=by,
        at=at,
        public=True,
        number=notice.number,
        kind=kind,
        title=title,
        digest=notice.digest,
        about=list(subject),
        follows=follows.number if follows else None,
        relation=relation,
        facts=facts,
    )
    outbox.emit(event)
    return notice


def _reason(reason: str) -> str:
    if not reason.strip():
        raise RuleBroken("State the reason: it is published.")
    return reason.strip()


def _withdrawal(notice: Notice, title: str, reason: str) -> Paper:
    return Paper(
        title=title,
        blocks=(
            Heading("一、被撤回的公告"),
            Paragraph(
                f"{day(notice.published_at)}发布的《{notice.title}》"
                f"（编号：{notice.number}）自本公告发布之时起撤回，不再具有效力。原公告及其内容摘要继续保留，"
                "供公众查阅和核验。"
            ),
            Heading("二、撤回原因"),
            Paragraph(reason),
            Signatures(((notice.issuer, day(clock.after_lock())),)),
        ),
    )
