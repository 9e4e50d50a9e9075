"""What is published of an inquiry: its notice, opening, result, award letter, failure, acceptance.

Frozen facts in, a `Paper` out; legal text, hence Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.paper import Block, Fields, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, filled, instant, last_day, money, second, yuan
from procurement.models import Kind, Procedure, Quote
from publication.models import Notice
from selection.models import Draw

KINDS = {Kind.GOODS: "货物", Kind.WORKS: "工程", Kind.SERVICES: "服务"}
FIGURES = {
    "inquiry.response.working-days": "响应期限",
    "inquiry.minimum-quotes": "最少有效报价家数",
    "inquiry.examination.working-days": "审查期限",
    "inquiry.result-period.working-days": "结果公告期限",
    "order.objection.working-days": "质疑期限",
    "order.result-notice.working-days": "发布结果公告期限",
    "agreement.signing.days": "签订合同期限",
    "agreement.publication.working-days": "合同公告期限",
    "witness.absence.working-days": "监管部门代为投掷",
    "witness.failure.working-days": "无人投掷则失败",
    "witness.confirmation.minutes": "其他见证人核对时间",
    "witness.maximum": "见证人上限",
    "archive.years": "档案保存期限",
}
SEALED = (
    "报价在提交时即加密封存。本阶段的密钥由平台保管，平台承诺在截止时间之前不开启；截止之前，采购人、"
    "其他供应商和平台工作人员在系统中均看不到报价家数、名单和内容。供应商在截止之前可以替换或者撤回报价；"
    "开启之后，报价一次报定，不得更改。截止时间以数据库服务器收到为准，截止时刻整即为迟到。"
)
RULE = (
    "报价截止后同时开启。采购人指定的审查人员按采购需求逐一审查报价是否实质性响应，认定报价无效的，"
    "应当写明理由并随结果公告。符合采购需求、质量和服务相等且报价最低的供应商成交，其后依次为备选。"
    "有效报价相同且影响名次的，由见证人投掷二十枚十面骰子，按平台事先承诺的规则决定先后。"
)


def notice_title(procedure: Procedure, *, corrects: bool = False) -> str:
    return _titled(procedure, "询价公告（更正）" if corrects else "询价公告")


def opening_title(procedure: Procedure) -> str:
    return _titled(procedure, "报价开启记录")


def result_title(procedure: Procedure, *, again: bool) -> str:
    return _titled(procedure, "递补成交结果公告" if again else "成交结果公告")


def award_title(procedure: Procedure) -> str:
    return _titled(procedure, "成交通知书")


def failure_title(procedure: Procedure) -> str:
    return _titled(procedure, "询价失败公告")


def withdrawal_title(procedure: Procedure) -> str:
    return _titled(procedure, "终止公告")


def acceptance_title(procedure: Procedure) -> str:
    return _titled(procedure, "履约验收公告")


def notice(
    procedure: Procedure,
    *,
    correction: Sequence[Block] = (),
    signed_at: datetime | None = None,
) -> Paper:
    """The notice, a correction told first; before its publication, the same with the blanks shown.

    It is signed on the day it was published, or corrected.
    """
    until, choose = procedure.open_until, procedure.choose_at
    version, begun = procedure.version, procedure.published_at
    signed_at = signed_at or begun
    blocks: list[Block] = [
        *correction,
        Heading("一、项目概况"),
        Fields(
            filled(
                ("采购编号", procedure.number or "（发布时编号）"),
                ("项目名称", procedure.title),
                ("采购人", procedure.owner_shown),
                ("采购需求", f"{procedure.need.number}（第 {version.version} 版）"),
                ("项目类别", KINDS[Kind(procedure.kind)]),
                ("所在区划", str(procedure.region or "")),
                ("采购预算", money(procedure.budget)),
                ("资金来源", procedure.funding),
                ("其中财政资金", f"{procedure.public_funds.normalize():f}%"),
                ("最高限价", money(procedure.limit)),
                ("采购方式", "询价（集中采购目录以外、采购限额标准以下）"),
            )
        ),
        Heading("二、采购内容与要求"),
        Fields(
            filled(
                ("采购内容", procedure.content),
                ("供应商资格", procedure.qualifications),
                ("交付期限", f"{procedure.delivery_days} 日，自合同生效之日起算"),
                ("交付地点", procedure.delivery_place),
                ("验收", procedure.acceptance),
                ("付款", procedure.payment),
            )
        ),
        Paragraph(
            f"完整的采购需求见公告 {version.notice}，内容摘要 {version.digest}。"
            "本公告与采购需求不一致的，以本公告为准。"
        ),
        *_stages(procedure),
        Heading("三、报价"),
        Fields(
            filled(
                (
                    "响应期限",
                    (
                        f"自{_first(begun if correction else None)}公告次日起至 "
                        f"{instant(until) if until else ''}"
                    ),
                ),
                ("报价方式", "登录本平台在线密封报价，载明总价、所供标的和交付期限"),
                ("最少家数", f"{procedure.quotes_needed} 家有效报价，不足则询价失败"),
                ("确定成交时间", instant(choose) if choose else ""),
                ("备选", f"{procedure.reserves} 家"),
                ("见证人", _witnesses(procedure)),
            )
        ),
        Paragraph(SEALED),
        Heading("四、成交原则"),
        Paragraph(RULE),
        Paragraph(
            "抽取的承诺值（平台秘密数的摘要，公布后不能更换）："
            + (procedure.commitment or "（发布时生成）")
            + "。"
        ),
        Heading("五、结果、合同与档案"),
        Paragraph(_afterwards(procedure.figures)),
        Heading("六、联系与监督"),
        Fields(
            filled(
                ("联系人", procedure.contact_name),
                ("联系电话", procedure.contact_phone),
                ("投诉电话", procedure.complaint_phone),
            )
        ),
        *_figures(procedure),
        Signatures(((procedure.owner_shown, day(signed_at) if signed_at else ""),)),
    ]
    title = notice_title(procedure, corrects=bool(correction))
    return Paper(title, tuple(blocks), subtitle=procedure.number or "")


def opening(procedure: Procedure, quotes: Sequence[Quote], draw: Draw) -> Paper:
    """Who quoted what: published at once when the envelopes are opened."""
    return Paper(
        opening_title(procedure),
        (
            Heading("一、开启情况"),
            Fields(
                filled(
                    ("采购编号", procedure.number or ""),
                    ("项目名称", procedure.title),
                    ("报价截止", instant(procedure.open_until) if procedure.open_until else ""),
                    ("开启时间", second(draw.frozen_at) if draw.frozen_at else ""),
                    ("报价家数", f"{len(quotes)} 家"),
                    ("最高限价", money(procedure.limit)),
                    ("名单的根", draw.root),
                )
            ),
            Heading("二、报价"),
            Table(
                ("供应商", "统一社会信用代码", "收到时间", "报价（元）", "交付期限"),
                tuple(
                    (
                        one.supplier.name,
                        one.supplier.uscc or "",
                        second(one.received_at),
                        _price(one),
                        f"{one.days} 日" if one.days else "——",
                    )
                    for one in quotes
                ),
                ("left", "left", "left", "right", "right"),
            ),
            Heading("三、所供标的"),
            Fields(tuple((one.supplier.name, one.offer or "（未载明）") for one in quotes)),
            Heading("四、信封"),
            Table(
                ("供应商", "信封的摘要（SHA-256）"),
                tuple((one.supplier.name, one.envelope.digest) for one in quotes),
            ),
            *_faults(quotes),
            Paragraph(
                "报价自开启时起不得更改。采购人指定的审查人员将逐一审查报价，结果另行公告；"
                f"审查期限至 {_last_day(procedure.examine_until)}。"
            ),
            Signatures(((procedure.owner_shown, day(draw.frozen_at) if draw.frozen_at else ""),)),
        ),
        subtitle=procedure.number or "",
    )


def result(
    procedure: Procedure,
    quotes: Sequence[Quote],
    draw: Draw,
    *,
    bundle: str,
    after: Quote | None = None,
) -> Paper:
    """Who won and why, who examined, which quotes are invalid, and how to check it."""
    winner, awarded_at = _won(procedure)
    blocks: list[Block] = []
    if after is not None:
        blocks.append(
            Paragraph(
                f"原成交供应商{after.supplier.name}放弃成交（{after.decline_reason}），"
                "由下一备选供应商递补。名次不重新产生。"
            )
        )
    examiner = procedure.examined_by.user.name if procedure.examined_by else ""
    objection = _figure(procedure, "order.objection.working-days")
    blocks += [
        Heading("一、成交结果"),
        Fields(
            filled(
                ("采购编号", procedure.number or ""),
                ("项目名称", procedure.title),
                ("采购人", procedure.owner_shown),
                ("成交供应商", winner.supplier.name),
                ("统一社会信用代码", winner.supplier.uscc or ""),
                ("地址", winner.supplier.address),
                ("成交金额", money(procedure.amount or Decimal(0))),
                ("成交标的", winner.offer),
                ("交付期限", f"{winner.days} 日"),
                ("确定时间", instant(awarded_at)),
            )
        ),
        Heading("二、审查与名次"),
        Fields(
            filled(
                ("审查人员", examiner),
                ("审查时间", instant(procedure.examined_at) if procedure.examined_at else ""),
            )
        ),
        _places(quotes),
        Heading("三、怎样核验"),
        Paragraph(
            "以下数据足以重新算出上述名次。完整文件 draw.json 在本询价的页面下载，"
            "可用平台提供的独立程序核验。"
        ),
        Fields(
            filled(
                ("承诺值", procedure.commitment),
                ("名单的根", draw.root),
                ("骰子", draw.dice or "没有名次需要抽取，未使用"),
                ("投掷人", draw.thrown_by or ""),
                ("秘密数", draw.secret or ""),
                ("种子", (procedure.proof or {}).get("seed") or ""),
                ("draw.json 的摘要", bundle),
            )
        ),
        Heading("四、公告期限与质疑"),
        Paragraph(
            f"本公告期限至{_last_day(procedure.notice_until)}止。"
            "供应商认为成交结果使自己的权益受到损害的，"
            f"可以在公告期限届满之日起 {objection} 个工作日内，"
            f"即{_last_day(procedure.contest_until)}止，以书面形式向采购人提出质疑"
            f"（联系电话：{procedure.contact_phone}；投诉电话：{procedure.complaint_phone}）。"
        ),
        Signatures(((procedure.owner_shown, day(awarded_at)),)),
    ]
    title = result_title(procedure, again=after is not None)
    return Paper(title, tuple(blocks), subtitle=procedure.number or "")


def award_letter(procedure: Procedure, result: Notice) -> Paper:
    winner, awarded_at = _won(procedure)
    days = _figure(procedure, "agreement.signing.days")
    return Paper(
        "成交通知书",
        (
            Paragraph(f"{winner.supplier.name}：", indent=False),
            Paragraph(
                f"{procedure.owner_shown}的“{procedure.title}”（采购编号：{procedure.number}）已按询价公告载明的"
                "规则确定成交供应商，你单位成交。"
            ),
            Fields(
                filled(
                    ("成交金额", money(procedure.amount or Decimal(0))),
                    ("成交标的", winner.offer),
                    ("交付期限", f"{winner.days} 日"),
                    ("结果公告", result.number),
                )
            ),
            Paragraph(
                f"请自本通知书发出之日起 {days} 日内登录本平台签署采购合同。"
                "无正当理由不签订合同的，采购人可以确定下一备选供应商成交，"
                "并依规则记入信用记录。"
            ),
            Signatures(((procedure.owner_shown, day(awarded_at)),)),
        ),
        subtitle=procedure.number or "",
    )


def failure(procedure: Procedure, quotes: Sequence[Quote], at: datetime) -> Paper:
    blocks: list[Block] = [
        Paragraph(f"“{procedure.title}”（采购编号：{procedure.number}）询价失败。"),
        Heading("一、失败原因"),
        Paragraph(f"{procedure.state_reason}。"),
        Heading("二、报价情况"),
    ]
    if not quotes:
        blocks.append(Paragraph("没有供应商提交报价。"))
    elif any(one.price for one in quotes):
        blocks.append(_places(quotes))
    else:
        blocks += [
            Paragraph("信封未予开启，报价内容不予公布。"),
            Table(
                ("供应商", "信封的摘要（SHA-256）"),
                tuple((one.supplier.name, one.envelope.digest) for one in quotes),
            ),
        ]
    if procedure.examined_by is not None:
        blocks.append(Fields((("审查人员", procedure.examined_by.user.name),)))
    blocks += [
        Heading("三、后续安排"),
        Paragraph("采购人可以调整采购需求后重新询价，也可以改用其他采购方式。"),
        Signatures(((procedure.owner_shown, day(at)),)),
    ]
    return Paper(failure_title(procedure), tuple(blocks), subtitle=procedure.number or "")


def withdrawal(procedure: Procedure, at: datetime) -> Paper:
    opened = procedure.closed_at is not None
    return Paper(
        withdrawal_title(procedure),
        (
            Paragraph(
                f"{procedure.owner_shown}发布的“{procedure.title}”询价（采购编号：{procedure.number}）"
                "自本公告发布之时起终止，不再确定成交供应商。"
            ),
            Heading("一、终止原因"),
            Paragraph(procedure.state_reason),
            Heading("二、已提交的报价"),
            Paragraph(
                "报价已经开启并公布，开启记录继续保留。"
                if opened
                else "已提交的报价仍处于密封状态，不予开启，报价家数、名单和内容不予公布。"
            ),
            Signatures(((procedure.owner_shown, day(at)),)),
        ),
        subtitle=procedure.number or "",
    )


def acceptance(procedure: Procedure, rows: Sequence[tuple[str, ...]], at: datetime) -> Paper:
    """That everything was delivered and accepted; `rows`: stage, delivered, late, accepted, by."""
    winner, _awarded_at = _won(procedure)
    return Paper(
        acceptance_title(procedure),
        (
            Heading("一、合同履行情况"),
            Fields(
                filled(
                    ("采购编号", procedure.number or ""),
                    ("项目名称", procedure.title),
                    ("采购人", procedure.owner_shown),
                    ("供应商", winner.supplier.name),
                    ("合同金额", money(procedure.amount or Decimal(0))),
                )
            ),
            Heading("二、验收结果"),
            Table(("节点", "提交时间", "是否逾期", "验收时间", "验收人"), tuple(rows)),
            Paragraph("全部节点验收合格，合同履行完毕。"),
            Signatures(((procedure.owner_shown, day(at)),)),
        ),
        subtitle=procedure.number or "",
    )


def facts_of(procedure: Procedure) -> dict[str, Any]:
    """What the notice states, for machines."""
    return {
        "procedure": procedure.number,
        "need": procedure.need.number,
        "owner": procedure.owner_shown,
        "title": procedure.title,
        "method": procedure.method,
        "kind": procedure.kind,
        "budget": procedure.budget,
        "public_funds": procedure.public_funds,
        "ceiling": procedure.limit,
        "content": procedure.content,
        "qualifications": procedure.qualifications,
        "delivery_days": procedure.delivery_days,
        "open_until": procedure.open_until,
        "choose_at": procedure.choose_at,
        "quotes_needed": procedure.quotes_needed,
        "commitment": procedure.commitment,
        "contact": procedure.contact_name,
        "contact_phone": procedure.contact_phone,
        "figures": procedure.figures,
    }


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _titled(procedure: Procedure, what: str) -> str:
    return f"{procedure.title[: 198 - len(what)]}{what}"


def _first(begun: datetime | None) -> str:
    """Which notice quotes are let in from: a corrected one names the first."""
    return f"{day(begun)}首次" if begun else "本"


def _witnesses(procedure: Procedure) -> str:
    """Their names; beside each whom a regulator named, by which one."""
    return "、".join(
        f"{one['name']}（{one['named_by']}指定）" if one.get("named_by") else one["name"]
        for one in procedure.witnesses
    )


def _stages(procedure: Procedure) -> list[Block]:
    if not procedure.stages:
        return []
    return [
        Table(
            ("序号", "节点", "时限", "付款比例"),
            tuple(
                (
                    str(place),
                    stage["title"],
                    f"合同生效后 {stage['days']} 日",
                    f"{Decimal(stage['percent']).normalize():f}%",
                )
                for place, stage in enumerate(procedure.stages, 1)
            ),
            ("center", "left", "left", "right"),
        )
    ]


def _afterwards(figures: dict[str, Any]) -> str:
    """What follows, and in which time; the figures are printed below with their sources."""
    if not figures:
        return "结果公告、合同签订、合同公告和档案保存的期限，发布时按现行数值载明。"
    days = {name: one["value"] for name, one in figures.items()}
    return (
        f"确定成交后 {days['order.result-notice.working-days']} 个工作日内发布成交结果公告并发出"
        f"成交通知书；自成交通知书发出之日起 {days['agreement.signing.days']} 日内签订合同；"
        f"合同签订之日起 {days['agreement.publication.working-days']} 个工作日内公告；"
        f"采购档案自采购结束之日起至少保存 {days['archive.years']} 年。"
    )


def _figures(procedure: Procedure) -> list[Block]:
    if not procedure.figures:
        return []
    return [
        Heading("七、本公告适用的数值及出处"),
        Table(
            ("事项", "数值", "出处"),
            tuple(
                (FIGURES[name], f"{one['value']} {one['unit']}", one["source"])
                for name, one in procedure.figures.items()
            ),
        ),
    ]


def _places(quotes: Sequence[Quote]) -> Table:
    ranked = sorted(quotes, key=lambda one: (one.place is None, one.place or 0, one.code))
    return Table(
        ("名次", "供应商", "报价（元）", "是否有效", "无效理由"),
        tuple(
            (
                str(one.place or "——"),
                one.supplier.name,
                _price(one),
                "无效" if one.is_valid is False else "有效",
                one.reason or "——",
            )
            for one in ranked
        ),
        ("center", "left", "right", "center", "left"),
    )


def _faults(quotes: Sequence[Quote]) -> list[Block]:
    invalid = [one for one in quotes if one.is_valid is False]
    if not invalid:
        return []
    return [
        Heading("五、开启时即无效的报价"),
        Fields(tuple((one.supplier.name, one.reason) for one in invalid)),
    ]


def _price(quote: Quote) -> str:
    try:
        return yuan(Decimal(quote.price)).removeprefix("¥")
    except ArithmeticError:
        return quote.price or "——"


def _figure(procedure: Procedure, name: str) -> int:
    return int(procedure.figures[name]["value"])


def _won(procedure: Procedure) -> tuple[Quote, datetime]:
    if procedure.winner is None or procedure.awarded_at is None:
        raise RuntimeError(f"procedure {procedure.code} has no winner")
    return procedure.winner, procedure.awarded_at


def _last_day(until: datetime | None) -> str:
    return last_day(until) if until else ""
