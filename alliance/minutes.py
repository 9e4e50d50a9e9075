"""Minutes 会议纪要: drafted at closing, given remarks, signed by chair and recorder, published."""

from datetime import datetime

from django.db import transaction

from accounts.models import Seat
from alliance import council_papers
from alliance.models.meetings import Meeting, Minutes, MinutesState
from core import clock, letters
from core.audit import record
from core.lifecycle import RuleBroken, lock, move, part
from core.numbering import new_code
from publication import notices

KIND = "alliance-minutes"
CONSENT = "确认无误"
CHAIR, RECORDER = "chair", "recorder"


@part
def draft(meeting: Meeting, *, at: datetime) -> Minutes:
    """What happened, from the rows, before anybody has added a word."""
    paper = council_papers.minutes(meeting, remarks="")
    return Minutes.objects.create(
        code=new_code(),
        meeting=meeting,
        paper=paper.to_json(),
        digest=paper.digest(),
        drafted_at=at,
    )


@transaction.atomic(durable=True)
def remark(minutes: Minutes, *, remarks: str, by: Seat, at: datetime) -> Minutes:
    """Write what was said beside the facts. Refused once somebody has signed."""
    minutes = lock(minutes, state=MinutesState.DRAFTED)
    if minutes.chair_signed_at or minutes.recorder_signed_at:
        raise RuleBroken("The minutes are signed: their text stands.")
    paper = council_papers.minutes(minutes.meeting, remarks=remarks.strip())
    minutes.remarks, minutes.paper = remarks.strip(), paper.to_json()
    minutes.digest = paper.digest()
    minutes.save(update_fields=["remarks", "paper", "digest"])
    record(minutes, "minutes.remarked", by=by, at=at, digest=minutes.digest)
    return minutes


@transaction.atomic(durable=True)
def sign(
    minutes: Minutes, *, role: str, typed: str, digest: str, by: Seat, at: datetime
) -> Minutes:
    """Sign the text with this digest as chair or recorder; with both signatures it is published.

    Refused on another text, without the typed words, twice, and to who has signed as the other.
    """
    minutes = lock(minutes, state=MinutesState.DRAFTED)
    signed_at = clock.after_lock()
    if digest != minutes.digest:
        raise RuleBroken("The text you confirmed is not that of these minutes: read it again.")
    if typed.strip() != CONSENT:
        raise RuleBroken("Type “%(consent)s”, character by character, to sign.", consent=CONSENT)
    if getattr(minutes, f"{role}_signed_at"):
        raise RuleBroken("This signature is given already.")
    other = minutes.recorder if role == CHAIR else minutes.chair
    if other is not None and other.user_id == by.user_id:
        raise RuleBroken("You have signed in the other role: somebody else must sign in this one.")
    setattr(minutes, role, by)
    setattr(minutes, f"{role}_name", str(by.user))
    setattr(minutes, f"{role}_signed_at", signed_at)
    minutes.save(update_fields=[role, f"{role}_name", f"{role}_signed_at"])
    record(minutes, "minutes.signed", by=by, at=at, role=role, digest=digest, typed=typed.strip())
    if minutes.chair_signed_at and minutes.recorder_signed_at:
        _publish(minutes, by=by, at=at, published_at=signed_at)
    return minutes


@part
def _publish(minutes: Minutes, *, by: Seat, at: datetime, published_at: datetime) -> None:
    meeting = minutes.meeting
    alliance = meeting.alliance
    notice = notices.publish(
        KIND,
        about=meeting,
        title=council_papers.minutes_title(meeting)[:200],
        paper=council_papers.signed(minutes),
        by=by,
        at=at,
        issuer=alliance.name,
        facts={
            "meeting": meeting.number,
            "alliance": alliance.number,
            "body": meeting.body_name,
            "signed": minutes.digest,
            "motions": [
                {
                    "title": one.title,
                    "carried": one.outcome["carried"] if one.outcome else None,
                    "numbers": one.outcome["numbers"] if one.outcome else None,
                }
                for one in meeting.motions.all()
            ],
        },
    )
    move(minutes, MinutesState.PUBLISHED, notice=notice)
    for seating in meeting.seatings.select_related("member__organisation"):
        letters.post(
            "alliance/minutes-published",
            to=seating.member.organisation,
            at=published_at,
            link=notice.get_absolute_url(),
            meeting=meeting,
            notice=notice,
        )
