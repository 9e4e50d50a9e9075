"""What is published of a need: notice, corrections, withdrawal. Legal text, hence Chinese."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.paper import Block, Fields, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, money
from procurement.document import Document, numeral
from procurement.models import Kind, Need
from procurement.proposals import FORMS, METHODS, Proposal
from publication.models import Notice

KINDS = {Kind.GOODS: "货物", Kind.WORKS: "工程", Kind.SERVICES: "服务"}


def notice_title(need: Need, facts: Any, *, corrected: bool = False) -> str:
    kind = "采购需求更正公告" if corrected else "采购需求公告"
    return f"{facts['title'][: 200 - len(kind)]}{kind}"


def notice(
    need: Need,
    facts: dict[str, Any],
    document: Document,
    *,
    answers: Sequence[dict[str, Any]] = (),
    reason: str = "",
    version: int = 1,
) -> Paper:
    """The notice of a need; before its publication, the same with the blank shown."""
    proposal = Proposal.from_json(facts["proposal"])
    blocks: list[Block] = [
        Fields(
            (
                ("需求编号", need.number or "（发布时编号）"),
                ("采购人", need.owner.name),
                ("项目名称", facts["title"]),
                ("采购类别", KINDS[Kind(facts["kind"])]),
                ("品目", " ".join(filter(None, (facts["item"], facts["item_name"]))) or "—"),
                ("所在区划", facts["region_name"]),
                ("预算金额", money(Decimal(facts["budget"]))),
                ("预算年度", f"{facts['budget_year']}年"),
                ("资金来源", facts["funding"]),
                ("采购组织形式", FORMS[facts["form"]]),
                ("拟采用的采购方式", METHODS[facts["method"]]),
                ("联系人", facts["contact"]),
                ("联系电话", facts["contact_phone"]),
                *((("更正说明", f"第{version}版：{reason}"),) if reason else ()),
            )
        ),
        *document.blocks_of_paper(),
    ]
    place = len(document.sections) + 1
    blocks += [Heading(f"{numeral(place)}、采购组织形式和采购方式的依据")]
    blocks += [
        Paragraph(f"{one.text}{f'（{one.source}）' if one.source else ''}")
        for one in proposal.reasons
    ]
    if facts.get("departure"):
        blocks.append(Paragraph(f"采购人未按建议选择，理由：{facts['departure']}"))
    blocks.append(Heading(f"{numeral(place + 1)}、需求检查提示及采购人的答复"))
    if answers:
        head = ("检查内容及条款", "需求原文", "采购人的答复")
        blocks.append(Table(head, tuple(_answered(one) for one in answers)))
    else:
        blocks.append(Paragraph("平台的需求检查规则未发现需要说明的表述。"))
    blocks.append(
        Paragraph(
            "需求检查由规则自动提示，不代替采购人和监督管理部门的判断；供应商和社会公众认为采购需求"
            "含有倾向性或者排斥性内容的，可以在需求论证期间提出意见。"
        )
    )
    blocks.append(Signatures(((need.owner.name,),)))
    return Paper(title=notice_title(need, facts, corrected=bool(reason)), blocks=tuple(blocks))


def withdrawal_title(need: Need) -> str:
    return f"{need.title[:180]}采购需求终止公告"


def withdrawal(need: Need, followed: Notice, on: datetime) -> Paper:
    return Paper(
        title=withdrawal_title(need),
        blocks=(
            Fields(
                (
                    ("需求编号", need.number or ""),
                    ("采购人", need.owner.name),
                    ("原公告", f"{followed.title}（{followed.number}）"),
                )
            ),
            Heading("一、终止原因"),
            Paragraph(need.state_reason),
            Heading("二、其他事项"),
            Paragraph("原公告及其内容摘要继续保留，供公众查阅和核验。"),
            Signatures(((need.owner.name, day(on)),)),
        ),
    )


def _answered(one: dict[str, Any]) -> tuple[str, str, str]:
    reason = one["reason"] if one["answer"] == "justified" else "已修改原表述。"
    sentence = one["sentence"] if one["answer"] == "justified" else "（原表述已删除）"
    return f"{one['title']}（{one['article']}）", sentence, reason
