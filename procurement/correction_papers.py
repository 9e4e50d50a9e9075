"""What a corrected inquiry notice tells first: what reads otherwise, why, and what follows from it.

Legal text, hence Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.paper import Block, Fields, Heading, Paragraph
from core.phrases import day, filled, instant, money
from procurement.document import numeral
from procurement.inquiry_terms import Amendable, Milestone
from publication.models import Notice
from publication.periods import Limit
from selection.witnesses import Change

NAMES = {
    "content": "采购内容",
    "ceiling": "最高限价",
    "delivery_days": "交付期限",
    "delivery_place": "交付地点",
    "acceptance": "验收",
    "payment": "付款",
    "stages": "节点与付款比例",
    "open_until": "报价截止时间",
    "choose_at": "确定成交时间",
    "contact_name": "联系人",
    "contact_phone": "联系电话",
    "complaint_phone": "投诉电话",
}
HEAD = "更正说明"
QUOTES = (
    "已经提交的报价继续密封、继续有效，供应商不必重新提交；需要调整的，可以在报价截止时间之前替换，"
    "或者撤回后重新提交。"
)


def corrected(
    notice: Notice,
    before: Amendable,
    after: Amendable,
    *,
    reason: str,
    limit: Limit | None,
    commitment: str,
    at: datetime,
) -> tuple[Block, ...]:
    """What a correction of `notice` tells; `limit` where what it changes affects the quotes."""
    blocks: list[Block] = [
        Heading(HEAD),
        Paragraph(
            f"本公告更正{day(notice.published_at)}发布的《{notice.title}》（编号：{notice.number}），"
            "自发布之时起代替该公告；下列事项以外，其他内容不变。"
        ),
        Fields((("更正时间", instant(at)), ("更正原因", reason))),
    ]
    for place, name in enumerate(before.changed(after), start=1):
        old, new = (_told(name, getattr(one, name)) for one in (before, after))
        blocks += [
            Heading(f"（{numeral(place)}）{NAMES[name]}", level=2),
            Fields((("更正前", old), ("更正后", new))),
        ]
    blocks.append(Paragraph(QUOTES))
    if limit is not None:
        source = limit.figure.source.partition("：")[0]
        blocks.append(
            Paragraph(
                f"更正内容影响报价的编制，自本公告发布次日起至报价截止不少于{limit.amount}（{source}）。"
            )
        )
    if after.choose_at != before.choose_at:
        blocks.append(
            Paragraph(
                f"需要抽取的，投掷骰子的时间相应改为{instant(after.choose_at)}；"
                f"抽取的承诺值{commitment}不变。"
            )
        )
    return tuple(blocks)


def changed_witnesses(
    notice: Notice, change: Change, *, reason: str, at: datetime
) -> tuple[Block, ...]:
    """What a regulator's change of the witnesses tells."""
    return (
        Heading(HEAD),
        Paragraph(
            f"本次询价使用财政资金，{change.by.name}变更见证人。"
            f"本公告更正{day(notice.published_at)}发布的《{notice.title}》（编号：{notice.number}），"
            "自发布之时起代替该公告；除见证人外，其他内容不变，已经提交的报价继续有效。"
        ),
        Fields(
            filled(
                ("更正时间", instant(at)),
                ("不再担任见证人", "、".join(one.name for one in change.left)),
                ("新指定的见证人", "、".join(one.name for one in change.come)),
                ("更正原因", reason),
            )
        ),
    )


def named(changes: Iterable[str]) -> str:
    """What reads otherwise, by its names on the notice."""
    return "、".join(NAMES[name] for name in NAMES if name in set(changes))


def _told(name: str, value: Any) -> str:
    if name == "ceiling":
        return money(value) if value is not None else "同采购预算"
    if name == "stages":
        return "；".join(map(_stage, value))
    if name == "delivery_days":
        return f"{value} 日，自合同生效之日起算"
    return instant(value) if isinstance(value, datetime) else str(value)


def _stage(one: Milestone) -> str:
    share = f"{Decimal(one.percent).normalize():f}%"
    return f"{one.title}：合同生效后 {one.days} 日，{share}"
