"""Notices by the hundred thousand, for `make bench`: bulk rows, some of them corrected.

Prints the address of their list.
"""

import sys
from datetime import timedelta

import django

django.setup()

from django.urls import reverse

from core import clock
from core.numbering import new_code
from core.paper import Fields, Heading, Paper, Paragraph
from publication.models import Notice, Relation

CHUNK = 2_000
KINDS = ("order-notice", "order-result", "need-notice", "procurement-tender", "agreement-notice")
CORRECTED = 20  # one in so many is corrected by the next


def main(size: int) -> None:
    at = clock.now()
    for start in range(0, size, CHUNK):
        rows = [notice(place, at) for place in range(start, min(start + CHUNK, size))]
        made = Notice.objects.bulk_create(rows)
        Notice.objects.bulk_create(map(correction, made[::CORRECTED]))
    sys.stdout.write(reverse("publication:notices") + "\n")


def notice(place: int, at) -> Notice:
    """The newest first: each a minute older than the one before."""
    kind = KINDS[place % len(KINDS)]
    title = f"第{place + 1}号河段整治工程技术服务公告"
    paper = Paper(
        title,
        (
            Fields((("项目名称", title), ("采购人", "云江市水务局"), ("预算金额", "¥186,000.00"))),
            Heading("一、服务内容"),
            Paragraph("按技术标准完成现场工作，提交成果并通过评审。" * 8),
        ),
    )
    return Notice(
        code=new_code(),
        number=f"GXGG-2025-{place + 1:06}",
        kind=kind,
        version=1,
        title=title,
        issuer=f"云江市第{place % 300 + 1}单位",
        paper=paper.to_json(),
        digest=paper.digest(),
        facts={"title": title},
        subject="marketplace.serviceorder",
        subject_code=new_code(),
        published_at=at - timedelta(minutes=place),
    )


def correction(one: Notice) -> Notice:
    return Notice(
        code=new_code(),
        number=f"{one.number}-G",
        kind=one.kind,
        version=2,
        title=f"{one.title}（更正）",
        issuer=one.issuer,
        paper=one.paper,
        digest=one.digest,
        facts=one.facts,
        subject=one.subject,
        subject_code=one.subject_code,
        follows=one,
        relation=Relation.CORRECTS,
        published_at=one.published_at + timedelta(seconds=30),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
