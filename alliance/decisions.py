"""What a charter puts before a body, and what its decision does to it."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from alliance import charters, motions
from alliance.models import Alliance, Charter, CharterState, Motion
from alliance.voting import Outcome
from core import clock
from core.audit import Actor, canonical
from core.calendar import day_of
from core.lifecycle import part


def drafts(alliance: Alliance) -> Iterator[motions.Candidate]:
    """The next version of the charter, with the digest of what is voted about."""
    for draft in alliance.charters.filter(state=CharterState.DRAFT):
        yield motions.Candidate(
            "charter-change",
            draft,
            f"关于修改章程（第 {draft.version} 版）的议案"[:200],
            f"审议《{draft.title}》第 {draft.version} 版草案。"
            f"文本与条款摘要（SHA-256）：{digest(draft)}。",
        )


def digest(draft: Charter) -> str:
    """Of the text and the terms: what the body reads is what it puts in force."""
    text = canonical({"title": draft.title, "chapters": draft.chapters, "terms": draft.terms})
    return hashlib.sha256(text.encode()).hexdigest()


@part
def change_charter(motion: Motion, outcome: Outcome, *, by: Actor, at: datetime) -> None:
    """Carried, the draft is in force from the day of the decision; a draft on an agenda stands."""
    draft = Charter.objects.get(code=motion.subject_code)
    if not outcome.carried:
        return
    meeting = motion.meeting
    earlier = meeting.alliance.charters.filter(state=CharterState.ADOPTED).first()
    today = day_of(clock.after_lock())
    begun = earlier.in_force_from if earlier else None
    charters.adopt(
        draft,
        adopted_by=f"{meeting.body_name}（{meeting.number}）",
        on=max(today, begun) if begun else today,
        by=by,
        at=at,
    )
