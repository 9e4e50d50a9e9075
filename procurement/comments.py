"""Comments on an argued need, under the name of who makes them, and the owner's replies."""

from datetime import date, datetime

from django.db import transaction

from accounts.models import Seat, User
from core import clock, letters, once, outbox, uploads
from core.audit import record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock
from core.models import Upload
from core.numbering import new_code
from procurement.models import Argument, ArgumentState, Comment, Reply, Stance


@transaction.atomic(durable=True)
def comment(
    argument: Argument,
    *,
    topic: str,
    text: str,
    contact: str,
    key: str,
    by: User | Seat,
    at: datetime,
) -> Comment:
    """Comment on a topic under one's name, published at once.

    Refused early and late, to the owner's own people, without words, and twice for one `key`.
    """
    argument = lock(argument)  # the right to comment depends on its state
    received_at = clock.after_lock()
    once.check(key)
    _refuse_unless_open(argument, received_at)
    organisation = by.organisation if isinstance(by, Seat) else None
    user = by.user if isinstance(by, Seat) else by
    if argument.owner.seats.held_at(received_at).filter(user=user).exists():
        raise RuleBroken("This is your own unit's need: answer the comments of others.")
    if topic not in {one["key"] for one in argument.topics}:
        raise RuleBroken("Choose the topic that you comment on.")
    if not text.strip() or not contact.strip():
        raise RuleBroken("Write your comment, and where you may be reached.")
    made = argument.comments.create(
        code=new_code(),
        user=user,
        organisation=organisation,
        name=organisation.name if organisation else str(user),
        contact=contact.strip(),
        topic=topic,
        text=text.strip(),
        received_at=received_at,
    )
    once.spend(key, made=made, at=at)
    outbox.emit(
        record(
            argument,
            "argument.commented",
            by=by,
            at=at,
            public=True,
            comment=made.code,
            said_by=made.name,
            topic=topic,
            text=made.text,
        )
    )
    letters.post(
        "procurement/comment-received",
        to=argument.owner,
        at=at,
        link=argument.get_absolute_url(),
        argument=argument,
        comment=made,
    )
    return made


@transaction.atomic(durable=True)
def enter(
    argument: Argument,
    *,
    topic: str,
    text: str,
    name: str,
    contact: str,
    came_on: date,
    scan: Upload,
    key: str = "",
    by: Seat,
    at: datetime,
) -> Comment:
    """Enter, for the owner, a comment that came on paper in time; it is published, and says so.

    Refused for a day before comments were let in, after they were, or to come; once the result is
    published; without name or words, and twice for one `key`.
    """
    argument = lock(argument, state=ArgumentState.PUBLISHED)
    entered_at = clock.after_lock()
    once.check(key)
    if came_on > day_of(entered_at):
        raise RuleBroken("The paper came on a day to come: look at its date again.")
    opens, closes = argument.opens_at, argument.closes_at
    if opens is None or closes is None or not day_of(opens) <= came_on <= day_of(closes):
        raise RuleBroken("The paper did not come while comments were let in: it is none of these.")
    if topic not in {one["key"] for one in argument.topics}:
        raise RuleBroken("Choose the topic that you comment on.")
    if not text.strip() or not name.strip() or not contact.strip():
        raise RuleBroken("Write down who comments, how to reach him, and what he says.")
    made = argument.comments.create(
        code=new_code(),
        entered_by=by,
        came_on=came_on,
        name=name.strip(),
        contact=contact.strip(),
        topic=topic,
        text=text.strip(),
        received_at=entered_at,
    )
    uploads.attach(scan, to=made)
    once.spend(key, made=made, at=at)
    outbox.emit(
        record(
            argument,
            "argument.commented",
            by=by,
            at=at,
            public=True,
            comment=made.code,
            said_by=made.name,
            topic=topic,
            text=made.text,
            came_on=came_on,
            scan=scan.sha256,
        )
    )
    return made


@transaction.atomic(durable=True)
def reply(comment: Comment, *, stance: str, text: str, by: Seat, at: datetime) -> Reply:
    """Answer a comment, for good. Refused twice, and without words."""
    argument = lock(comment.argument, state=ArgumentState.PUBLISHED)
    comment = lock(comment)
    replied_at = clock.after_lock()
    if Reply.objects.filter(comment=comment).exists():
        raise RuleBroken("This comment is answered already: an answer is never changed.")
    if stance not in Stance.values or not text.strip():
        raise RuleBroken("Say what you make of the comment, and why.")
    made = Reply.objects.create(
        comment=comment, stance=stance, text=text.strip(), replied_by=by, replied_at=replied_at
    )
    outbox.emit(
        record(
            argument,
            "argument.replied",
            by=by,
            at=at,
            public=True,
            comment=comment.code,
            stance=stance,
            text=made.text,
        )
    )
    if comment.user is not None:  # who wrote on paper reads the answer on the page, or on paper
        letters.post(
            "procurement/comment-answered",
            to=comment.user,
            at=at,
            link=argument.get_absolute_url(),
            argument=argument,
            comment=comment,
            reply=made,
        )
    return made


def _refuse_unless_open(argument: Argument, at: datetime) -> None:
    if argument.is_open(at):
        return
    if argument.opens_at is not None and at < argument.opens_at:
        raise RuleBroken("Comments are let in from %(when)s.", when=argument.opens_at)
    if argument.closes_at is not None and at >= argument.closes_at:
        raise RuleBroken("Comments were let in until %(until)s.", until=argument.closes_at)
    raise RuleBroken(
        "This argument is “%(now)s”: comments are not let in.", now=argument.get_state_display()
    )
