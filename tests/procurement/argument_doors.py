"""What becomes of each kind of visitor at the doors of arguments."""

from core import clock
from core.numbering import new_code
from procurement import opinions
from procurement.models import Opinion
from tests.doors import Door, shown
from tests.procurement import buying
from tests.procurement.inquiry_doors import at, published_need, reason


def number(cast):
    return [buying.argued(cast).number]


def code(cast):
    return [buying.argued(cast).code]


def draft(cast):
    return [buying.drafted(cast).code]


def ready(cast):
    return [buying.ready(cast).code]


def opinion(cast):
    argument = buying.argued(cast)
    first = Opinion.objects.filter(expert__argument=argument).first()
    return [argument.number, first.code]


def expert(cast):
    return [buying.expert(buying.drafted(cast), cast).code]


def signed_expert(cast):
    argument = buying.drafted(cast)
    one = buying.expert(argument, cast)
    buying.signed(one, buying.entered(one, cast))
    return [one.code]


def invited(cast):
    one = buying.expert(buying.drafted(cast), cast)
    return [opinions.invite(one, by=cast.owner, at=clock.now())]


def strangers(cast):
    """An expert who has entered: the cast's stranger."""
    one = buying.expert(buying.drafted(cast), cast)
    token = opinions.invite(one, by=cast.owner, at=clock.now())
    opinions.enter(one.argument, token, by=cast.stranger, at=clock.now())
    return [one.code]


def commented(cast):
    argument = buying.argued(cast)
    with at(argument.opens_at):
        return [buying.comment(argument, cast.rival).code]


def once(cast):
    return {"once": new_code()}


def person(cast):
    return {"name": "王教授", "unit": "云江大学", "title": "教授"}


def said(cast):
    return {
        "topic": "standards",
        "text": "建议明确等级。",
        "contact": "13900000000",
        "once": new_code(),
    }


def answer(cast):
    return {"stance": "adopted", "text": "已明确。"}


def result(cast):
    return {"conclusion": "kept", "result": "维持。"}


foreign = ("agency", 404)
# Comments are let in tomorrow: today the form is shown again with the reason.
REFUSED = {"right": ("rival", "shown"), "stranger": "shown"}
DOORS = [
    shown("procurement:arguments"),
    shown("procurement:arguments", query="?q=终端&phase=open&order=deadline"),
    shown("procurement:argument-detail", args=number),
    shown("procurement:argument-detail", args=lambda cast: ["GXLZ-2026-99999"], becomes=404),
    shown("procurement:opinion-pdf", args=opinion),
    Door("procurement:argument-comment", args=number, **REFUSED),
    Door("procurement:argument-comment", "post", args=number, data=said, **REFUSED),
    Door("procurement:expert-enter", args=invited, stranger="shown"),
    Door("procurement:expert-enter", "post", args=invited, stranger="done"),
    Door("procurement:opinion-sign", args=strangers, stranger="shown", wrong=("owner", 404)),
    Door(
        "procurement:opinion-sign", "post", args=strangers, stranger="shown", wrong=("owner", 404)
    ),
    Door(
        "procurement:expert-opinion",
        args=signed_expert,
        stranger=404,
        right="owner",
        wrong=foreign,
    ),
    Door(
        "procurement:expert-invite",
        "post",
        args=expert,
        right=("owner", "shown"),
        wrong=foreign,
    ),
    Door("procurement:expert-drop", args=expert, right="owner", wrong=foreign),
    Door("procurement:expert-drop", "post", args=expert, right="owner", wrong=foreign),
    Door("procurement:opinion-scan", args=expert, right="owner", wrong=foreign),
    Door("procurement:opinion-scan", "post", args=expert, right=("owner", "shown"), wrong=foreign),
    Door("procurement:comment-enter", args=code, right="owner", wrong=foreign),
    Door(
        "procurement:comment-enter",
        "post",
        args=code,
        right=("owner", "shown"),
        wrong=foreign,
    ),
    Door("procurement:desk-arguments", right="owner", wrong=("agency", "shown")),
    Door("procurement:argument-new", args=published_need, right="owner", wrong=foreign),
    Door(
        "procurement:argument-new",
        "post",
        args=published_need,
        data=once,
        right="owner",
        wrong=foreign,
    ),
    Door("procurement:desk-argument", args=draft, right="owner", wrong=foreign),
    Door("procurement:desk-argument", args=draft, right=("regulator", 404), wrong=foreign),
    Door("procurement:desk-argument", args=code, right="regulator", wrong=foreign),
    Door("procurement:argument-edit", args=draft, right="owner", wrong=foreign),
    Door(
        "procurement:argument-edit",
        "post",
        args=draft,
        data=lambda cast: {"contact_name": "冯女士"},
        right="owner",
        wrong=foreign,
    ),
    Door("procurement:expert-name", args=draft, right="owner", wrong=foreign),
    Door("procurement:expert-name", "post", args=draft, data=person, right="owner", wrong=foreign),
    Door("procurement:argument-discard", args=draft, right="owner", wrong=foreign),
    Door("procurement:argument-discard", "post", args=draft, right="owner", wrong=foreign),
    Door("procurement:argument-publish", args=ready, right="approver", wrong="owner"),
    Door("procurement:argument-publish", "post", args=ready, right="approver", wrong="owner"),
    Door("procurement:argument-withdraw", args=code, right="approver", wrong="owner"),
    Door(
        "procurement:argument-withdraw",
        "post",
        args=code,
        data=reason,
        right="approver",
        wrong=foreign,
    ),
    Door("procurement:argument-close", args=code, right="owner", wrong=foreign),
    Door(
        "procurement:argument-close",
        "post",
        args=code,
        data=result,
        right=("owner", "shown"),  # comments are still let in: shown again
        wrong=foreign,
    ),
    Door("procurement:comment-reply", args=commented, right="owner", wrong=foreign),
    Door(
        "procurement:comment-reply",
        "post",
        args=commented,
        data=answer,
        right="owner",
        wrong=foreign,
    ),
]
