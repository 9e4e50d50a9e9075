from datetime import timedelta
from decimal import Decimal

from alliance import fees, leaving, ledger
from alliance.models import LedgerEntry, Meeting, Minutes, Post
from alliance.models.meetings import MeetingState
from core import clock
from core.calendar import day_of
from core.numbering import new_code
from core.paper import Paper
from tests.alliance.councils import Council, applied, charged, reviewed, voucher
from tests.doors import Door, shown
from tests.factories import MemberFactory, OfficerFactory, UploadFactory


def house(cast):
    """An alliance of which the agency is a member, and the approver holds every post."""
    council = Council.of(4)
    council.members.append(
        MemberFactory(alliance=council.alliance, organisation=cast.agency.organisation)
    )
    council.seats.append(cast.agency)
    for post in Post:
        OfficerFactory(alliance=council.alliance, seat=cast.approver, post=post)
    return council


def number(cast):
    return [house(cast).alliance.number]


def meeting(cast):
    return [house(cast).call().number]


def closed(cast):
    """A counted meeting with minutes to sign, as far as its page wants to know."""
    row = house(cast).call()
    Meeting.objects.filter(pk=row.pk).update(state=MeetingState.CLOSED, ended_at=clock.now())
    paper = Paper("会议纪要", ())
    Minutes.objects.create(
        code=new_code(),
        meeting=row,
        paper=paper.to_json(),
        digest=paper.digest(),
        drafted_at=clock.now(),
    )
    return [row.number]


def motion(cast):
    return [house(cast).call().motions.get().code, 5]


def a_due(cast):
    council = house(cast)
    today = day_of(clock.now())
    start = today.replace(month=1, day=1)
    until = start.replace(year=start.year + 1)
    lines = fees.preview(council.alliance, period_from=start, period_until=until, at=clock.now())
    total = sum((one.amount for one in lines if one.is_due), Decimal(0))
    made = fees.raise_(
        council.alliance,
        period_from=start,
        period_until=until,
        due_on=today + timedelta(days=30),
        expected=total,
        by=council.accountant,
        at=clock.now(),
    )
    return council, next(one for one in made if one.member == council.members[-1])


def due(cast):
    return [a_due(cast)[1].code]


def an_entry(cast):
    council, row = a_due(cast)
    movement = ledger.Movement(
        "income", "", row.amount, day_of(clock.now()), "成员单位", "会费", "B1", row
    )
    return ledger.enter(
        council.alliance,
        movement,
        voucher=voucher(council.accountant),
        by=council.accountant,
        at=clock.now(),
    )


def entry(cast):
    return [an_entry(cast).code]


def receipt(cast):
    row = an_entry(cast)
    ledger.confirm(row, by=cast.approver, at=clock.now())
    return [LedgerEntry.objects.get(pk=row.pk).receipt.code]


def statement(cast):
    council = house(cast)
    today = day_of(clock.now())
    row = ledger.prepare(
        council.alliance,
        period_from=today - timedelta(days=30),
        period_until=today,
        by=council.accountant,
        at=clock.now(),
    )
    return [row.code]


def withdrawal(cast):
    return [applied(house(cast), 4).code]


def accepted(cast):
    council = house(cast)
    return [leaving.accept(applied(council, 4), by=council.secretary, at=clock.now()).code]


def waiting(cast):
    return [reviewed(house(cast), 4).code]


def expulsion(cast):
    return [charged(house(cast), 4).code]


def office(name, args, wrong=("rival", 404)):
    """A page or a question for the officers."""
    return Door(f"alliance:{name}", args=args, right="approver", wrong=wrong)


def unit(name, args, wrong=("rival", 404)):
    """A page or a question for the member unit."""
    return Door(f"alliance:{name}", args=args, right="agency", wrong=wrong)


def scan(cast):
    return UploadFactory(purpose="alliance.withdrawal", user_code=cast.agency.user.code)


def an_application(cast):
    return {"reason": "经营调整", "statement": "无", "scan-held": scan(cast).code}


def guarded(door):
    """By `require_post` and `require_member`: who has no seat learns nothing either."""
    return Door(**{**door.__dict__, "stranger": 404})


DOORS = [
    shown("alliance:decisions", args=number),
    shown("alliance:accounts", args=number),
    shown("alliance:meeting", args=closed),
    shown("alliance:meeting", args=meeting, becomes=404),
    shown("alliance:votes-json", args=closed),
    unit("desk-meetings", number),
    unit("desk-meeting", meeting),
    unit("meeting-answer", meeting),
    Door(
        "alliance:meeting-answer",
        "post",
        args=meeting,
        data=lambda cast: {"said": "comes", "representative": "周理事"},
        right="agency",
        wrong=("rival", 404),
    ),
    guarded(office("meeting-call", number)),
    guarded(
        Door(
            "alliance:meeting-call-autosave",
            "post",
            args=number,
            right=("approver", "shown"),
            wrong=("rival", 404),
        )
    ),
    office("meeting-attend", meeting, ("agency", 404)),
    office("meeting-open", meeting, ("agency", 404)),
    office("meeting-close", meeting, ("agency", 404)),
    office("meeting-cancel", meeting, ("agency", 404)),
    Door(
        "alliance:meeting-cancel",
        "post",
        args=meeting,
        data=lambda cast: {"reason": "改期"},
        right="approver",
        wrong=("agency", 404),
    ),
    office("minutes-sign", closed, ("agency", 404)),
    office("minutes-edit", closed, ("agency", 404)),
    unit("motion-vote", motion),
    Door("alliance:motion-vote", args=motion, right=("approver", 404)),
    unit("motion-recuse", motion),
    Door(
        "alliance:motion-recuse",
        "post",
        args=motion,
        data=lambda cast: {"reason": "利害关系"},
        right="agency",
        wrong=("rival", 404),
    ),
    guarded(office("ledger", number, ("agency", 404))),
    guarded(office("ledger-csv", number, ("agency", 404))),
    guarded(office("entry-new", number, ("agency", 404))),
    guarded(office("statement-prepare", number, ("agency", 404))),
    office("entry", entry, ("agency", 404)),
    office("entry-confirm", entry, ("agency", 404)),
    Door("alliance:entry-confirm", "post", args=entry, right="approver", wrong=("agency", 404)),
    office("entry-refuse", entry, ("agency", 404)),
    office("entry-reverse", entry, ("agency", 404)),
    office("statement", statement, ("agency", 404)),
    office("statement-publish", statement, ("agency", 404)),
    Door(
        "alliance:statement-publish",
        "post",
        args=statement,
        right="approver",
        wrong=("agency", 404),
    ),
    office("statement-discard", statement, ("agency", 404)),
    unit("desk-dues", number),
    guarded(office("dues-raise", number, ("agency", 404))),
    guarded(office("scale-propose", number, ("agency", 404))),
    office("due-waive", due, ("agency", 404)),
    unit("receipt", receipt),
    guarded(office("leavings", number, ("agency", 404))),
    guarded(unit("leave", number)),
    guarded(
        Door(
            "alliance:leave",
            "post",
            args=number,
            data=an_application,
            right="agency",
            wrong=("rival", 404),
        )
    ),
    guarded(office("charge", number, ("agency", 404))),
    unit("withdrawal", withdrawal),
    office("withdrawal", waiting),
    unit("withdrawal-correct", withdrawal, ("approver", 404)),
    unit("withdrawal-take-back", withdrawal, ("approver", 404)),
    office("withdrawal-accept", withdrawal, ("agency", 404)),
    office("withdrawal-return", withdrawal, ("agency", 404)),
    office("withdrawal-review", accepted, ("agency", 404)),
    office("withdrawal-certificate", waiting, ("agency", 404)),
    unit("expulsion", expulsion),
    unit("expulsion-state", expulsion, ("approver", 404)),
    office("expulsion-hear", expulsion, ("agency", 404)),
    office("expulsion-drop", expulsion, ("agency", 404)),
]
