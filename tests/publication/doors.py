from django.db import transaction

from core import clock
from core.paper import Paper, Paragraph
from publication import notices
from tests.doors import shown


@transaction.atomic(durable=True)
def published(cast):
    paper = Paper("关于撤回公告的公告", (Paragraph("项目取消。"),))
    return notices.publish(
        "withdrawal",
        about=cast.owner.organisation,
        title=paper.title,
        paper=paper,
        by=cast.owner,
        at=clock.now(),
        facts={"reason": "项目取消"},
    )


def number(cast):
    return (published(cast).number,)


DOORS = [
    shown("publication:notices"),
    shown("publication:notice", args=number),
    shown("publication:notice", args=lambda cast: ("GXCH-1999-00001",), becomes=404),
    shown("publication:notice-pdf", args=number),
    shown("publication:notice-feed"),
    shown("publication:ocds"),
    shown("publication:ocds-extension"),
    shown("publication:ocds-schema"),
    shown("publication:ocds-record", args=lambda cast: ("GXDD-1999-00001",), becomes=404),
    shown("publication:ocds-month", args=lambda cast: (1999, 1), becomes=404),
    shown("publication:ocds-month", args=lambda cast: (1999, 13), becomes=404),
    shown("publication:verify"),
    shown("publication:verification", args=number),
    shown("publication:verification", args=lambda cast: ("GXCH-1999-00001",), becomes=404),
]
