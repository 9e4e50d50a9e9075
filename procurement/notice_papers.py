"""What a composed notice says on paper. Legal text, hence Chinese."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.paper import Block, Fields, Heading, Paper, Paragraph, Signatures
from core.phrases import day, instant, last_day, money
from procurement.document import numeral
from procurement.models import Need
from procurement.notice_kinds import TERMINATION, Field, NoticeKind
from publication.models import Notice
from publication.periods import Limit


def title(kind: NoticeKind, need: Need, *, corrects: bool = False) -> str:
    ending = f"{kind.title}（更正）" if corrects else kind.title
    return f"{need.title[: 200 - len(ending)]}{ending}"


def notice(
    kind: NoticeKind,
    need: Need,
    issuer: str,
    facts: Mapping[str, Any],
    *,
    stated: Sequence[tuple[str, Limit]],
    follows: Notice | None,
    corrects: bool,
    on: date,
) -> Paper:
    """The notice: what it is about, then each of its contents under a heading of its own."""
    rows = [
        ("项目名称", need.title),
        ("需求编号", need.number or ""),
        ("采购人", need.owner.name),
        ("预算金额", money(need.budget or Decimal(0))),
        ("项目联系人", f"{need.contact} {need.contact_phone}"),
    ]
    if follows is not None:
        label = "更正的公告" if corrects else "终止的公告" if kind.name == TERMINATION else "原公告"
        rows.append((label, f"{follows.title}（{follows.number}）"))
    rows += [(label, _period(limit)) for label, limit in stated]
    blocks: list[Block] = [Fields(tuple(rows))]
    asked = kind.asked(corrects=corrects)
    shown = [(one, told(one, facts.get(one.name))) for one in asked]
    for place, (one, text) in enumerate((pair for pair in shown if pair[1]), start=1):
        blocks += [Heading(f"{numeral(place)}、{one.label}"), Paragraph(text)]
    blocks.append(Signatures(((issuer, day(on)),)))
    return Paper(title=title(kind, need, corrects=corrects), blocks=tuple(blocks))


def told(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if value is True:
        return "是。"
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return day(value)
    return money(value) if isinstance(value, Decimal) else str(value).strip()


def _period(limit: Limit) -> str:
    rests = "；该年度节假日安排公布前为暂定" if limit.provisional else ""
    source = limit.figure.source.partition("：")[0]
    return f"{last_day(limit.until)}（{limit.amount}，{source}{rests}）"
