"""What is published of an order: its notice, failure, withdrawal, result, and the award letter.

Frozen facts in, a `Paper` out; legal text, hence Chinese. Pure but for the order's own rows.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from core.paper import Block, Fields, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, filled, instant, last_day, money
from marketplace import conditions, eligibility
from marketplace.models import Avoidance, Bid, Method, Needed, Regime, ServiceItem, ServiceOrder
from publication.models import Notice
from selection.models import Draw
from selection.witnesses import Change

REGIMES = {
    Regime.BELOW_THRESHOLD: "中介超市（集中采购目录以外、采购限额标准以下）",
    Regime.PRIVATE: "社会资金自愿进场",
    Regime.GOVERNMENT: "政府采购招标",
    Regime.TENDER: "依法必须进行招标的项目",
}
METHODS = {Method.DRAW: "公开抽取", Method.LOWEST: "最低价"}
IN_WORDS = {
    Method.DRAW: (
        "服务金额由项目业主固定。报名截止后冻结名单，见证人投掷二十枚十面骰子，骰子点数与平台事先承诺的秘密数、"
        "冻结的名单合成种子，种子与各机构的统一社会信用代码算出号码，号码最小的合格机构中选，其后依次为备选。"
    ),
    Method.LOWEST: (
        "各机构密封报价，截止后同时开启，有效报价最低的机构中选，其后依次为备选。报价相同且影响名次的，按公开抽取的"
        "规则，由见证人投掷骰子决定先后。"
    ),
}
SEALED = (
    "报名在提交时即加密封存。本阶段的密钥由平台保管，平台承诺在截止时间之前不开启；截止之前，项目业主、"
    "其他机构和平台工作人员在系统中均看不到报名家数、名单和报价。截止时间以数据库服务器收到为准，截止时刻整即为迟到。"
)
HONEST = "只要见证人与平台中有一方诚实，结果就不受任何人左右。"


def notice_title(order: ServiceOrder) -> str:
    return _titled(order, "选取公告")


def withdrawal_title(order: ServiceOrder) -> str:
    return _titled(order, "终止公告")


def failure_title(order: ServiceOrder) -> str:
    return _titled(order, "流标公告")


def result_title(order: ServiceOrder, *, again: bool) -> str:
    return _titled(order, "递补中选结果公告" if again else "选取结果公告")


def award_title(order: ServiceOrder) -> str:
    return _titled(order, "中选通知书")


def notice(
    order: ServiceOrder,
    *,
    items: Iterable[ServiceItem],
    avoidances: Iterable[Avoidance],
    correction: Iterable[Block] = (),
    signed_at: datetime | None = None,
) -> Paper:
    """The notice of an order, a correction told first; before its publication, the same with the
    blanks shown. It is signed on the day it was published, or corrected."""
    signed_at = signed_at or order.published_at
    blocks: list[Block] = [
        *correction,
        Heading("一、项目概况"),
        Fields(
            filled(
                ("订单编号", order.number or "（发布时编号）"),
                ("项目名称", order.title),
                ("项目业主", order.owner_shown),
                ("项目编码", order.project_code),
                (
                    "投资审批项目",
                    f"是，编码 {order.investment_number}" if order.is_investment else "否",
                ),
                ("涉及的行政事项", order.administrative_item),
                ("项目规模", order.scale),
                ("所在区划", str(order.region)),
                ("适用制度", REGIMES[Regime(order.regime)]),
            )
        ),
        Heading("二、资金"),
        Fields(
            filled(
                ("资金来源", funds(order)),
                ("预算", money(order.budget) if order.budget else "暂不做评估与预算"),
                ("固定服务金额", money(order.price) if order.price else ""),
                ("最高限价", money(order.limit) if order.limit and not order.price else ""),
                ("最低限价", money(order.floor) if order.floor else ""),
                ("金额说明", order.amount_note),
            )
        ),
        Heading("三、服务内容与要求"),
        Fields(
            filled(
                ("中介服务事项", services(order, [item.name for item in items])),
                ("服务内容", order.content),
                ("服务期限", f"{order.service_days} 日，自合同生效之日起算"),
                ("时间说明", order.service_note),
                ("资质与人员要求", requirement(order)),
                ("其他要求", order.other_requirements),
            )
        ),
        _stages(order),
        Heading("四、选取方式"),
        Paragraph(f"本订单采用“{METHODS[Method(order.method)]}”。{IN_WORDS[Method(order.method)]}"),
        Fields(
            filled(
                ("报名截止", instant(order.open_until) if order.open_until else ""),
                ("选取时间", instant(order.choose_at) if order.choose_at else ""),
                (
                    "最少家数",
                    f"{order.bidders_needed} 家符合要求的机构，不足则流标",
                ),
                ("中选与备选", f"中选 1 家，备选 {order.reserves} 家"),
                ("见证人", witnesses(order)),
                ("结果公示", f"{order.publicity_days} 个工作日，自结果公告次日起算"),
            )
        ),
        Paragraph(SEALED),
        Paragraph(
            "抽取的承诺值（平台秘密数的摘要，公布后不能更换）："
            + (order.commitment or "（发布时生成）")
            + f"。{HONEST}"
        ),
    ]
    avoidances = list(avoidances)
    if avoidances:
        blocks += [
            Heading("五、回避"),
            Table(
                ("机构", "统一社会信用代码", "回避原因"),
                tuple((one.name, one.uscc, one.reason) for one in avoidances),
            ),
        ]
    blocks += [
        Heading("六、联系与监督" if avoidances else "五、联系与监督"),
        Fields(
            filled(
                ("业主联系人", order.contact_name),
                ("联系电话", order.contact_phone),
                ("业主投诉电话", order.complaint_phone),
            )
        ),
        *_figures(order),
        Signatures(((order.owner_shown, day(signed_at) if signed_at else ""),)),
    ]
    return Paper(notice_title(order), tuple(blocks), subtitle=order.number or "")


def witnesses(order: ServiceOrder) -> str:
    """Their names; beside each whom a regulator named, by which one."""
    return "、".join(
        f"{one['name']}（{one['named_by']}指定）" if one.get("named_by") else one["name"]
        for one in order.witnesses
    )


def changed_witnesses(change: Change, reason: str, at: datetime) -> tuple[Block, ...]:
    """What a corrected notice tells first: who changed its witnesses, when and why."""
    return (
        Heading("更正说明"),
        Paragraph(
            f"本订单使用财政资金，{change.by.name}于{instant(at)}变更见证人。本公告代替此前发布的选取公告，"
            "除见证人外，其他内容不变。"
        ),
        Fields(
            filled(
                ("不再担任见证人", "、".join(one.name for one in change.left)),
                ("新指定的见证人", "、".join(one.name for one in change.come)),
                ("变更原因", reason),
            )
        ),
    )


def withdrawal(order: ServiceOrder, at: datetime) -> Paper:
    return Paper(
        withdrawal_title(order),
        (
            Paragraph(
                f"{order.owner_shown}于{day(order.published_at or at)}发布的服务订单“{order.title}”"
                f"（编号：{order.number}）自本公告发布之时起终止，不再选取中介服务机构。"
            ),
            Heading("一、终止原因"),
            Paragraph(order.state_reason),
            Heading("二、已提交的报名"),
            Paragraph("已提交的报名仍处于密封状态，不予开启，报名家数、名单和报价不予公布。"),
            Signatures(((order.owner_shown, day(at)),)),
        ),
        subtitle=order.number or "",
    )


def failure(order: ServiceOrder, draw: Draw, at: datetime) -> Paper:
    blocks: list[Block] = [
        Paragraph(f"服务订单“{order.title}”（编号：{order.number}）流标。"),
        Heading("一、流标原因"),
        Paragraph(f"{order.state_reason}。"),
        Heading("二、报名情况"),
        _entries(draw),
        Heading("三、后续安排"),
        Paragraph("项目业主可以调整要求后重新发布订单，也可以改用其他方式选取。"),
        Signatures(((order.owner_shown, day(at)),)),
    ]
    return Paper(failure_title(order), tuple(blocks), subtitle=order.number or "")


def result(order: ServiceOrder, draw: Draw, *, after: Bid | None = None) -> Paper:
    """Who won and why, with every value that is needed to compute it again."""
    winner, awarded_at = _won(order)
    blocks: list[Block] = []
    if after is not None:
        blocks.append(
            Paragraph(
                f"原中选机构{after.bidder.name}放弃中选（{after.decline_reason}），"
                "由下一备选机构递补。名次不重新产生。"
            )
        )
    blocks += [
        Heading("一、中选结果"),
        Fields(
            filled(
                ("订单编号", order.number or ""),
                ("项目名称", order.title),
                ("项目业主", order.owner_shown),
                ("中选机构", winner.bidder.name),
                ("统一社会信用代码", winner.bidder.uscc or ""),
                ("中选金额", money(order.amount or Decimal(0))),
                ("选取方式", METHODS[Method(order.method)]),
                ("确定时间", instant(awarded_at)),
            )
        ),
        Heading("二、名次"),
        _places(order),
        Heading("三、怎样核验"),
        Paragraph(
            "以下数据足以重新算出上述结果。完整文件 draw.json 在本订单的抽取页面下载，其摘要可在"
            "核验页面查到，可用平台提供的独立程序、浏览器页面或第三方工具 consistent_sampler 核验。"
        ),
        Fields(
            filled(
                ("承诺值", order.commitment),
                ("冻结时间", instant(draw.frozen_at) if draw.frozen_at else ""),
                ("名单的根", draw.root),
                ("骰子", draw.dice or "没有名次需要抽取，未使用"),
                ("投掷人", draw.thrown_by or ""),
                ("秘密数", draw.secret or ""),
                ("种子", (order.proof or {}).get("seed") or ""),
                ("draw.json 的摘要", order.bundle_digest or ""),
            )
        ),
        Heading("四、公示与异议"),
        Paragraph(
            f"公示期 {order.publicity_days} 个工作日，自本公告次日起算，至"
            f"{last_day(order.contest_until) if order.contest_until else ''}止。对结果有异议的，"
            f"可以在公示期内向项目业主提出（电话：{order.complaint_phone}）。"
        ),
        Signatures(((order.owner_shown, day(awarded_at)),)),
    ]
    return Paper(
        result_title(order, again=after is not None), tuple(blocks), subtitle=order.number or ""
    )


def award_letter(order: ServiceOrder, result: Notice) -> Paper:
    winner, awarded_at = _won(order)
    return Paper(
        "中选通知书",
        (
            Paragraph(f"{winner.bidder.name}：", indent=False),
            Paragraph(
                f"{order.owner_shown}的服务订单“{order.title}”（编号：{order.number}）已按"
                f"“{METHODS[Method(order.method)]}”方式选取完毕，贵单位为中选机构，特此通知。"
            ),
            Fields(
                (
                    ("中选金额", money(order.amount or Decimal(0))),
                    ("服务期限", f"{order.service_days} 日，自合同生效之日起算"),
                    ("结果公告", result.number),
                    ("业主联系人", f"{order.contact_name}，{order.contact_phone}"),
                )
            ),
            Paragraph(
                "合同文本已由平台按范本拟就，请在合同载明的期限内签署。公示期内有人提出异议的，以异议处理结果为准。"
                "无正当理由放弃中选的，由备选机构递补，并如实记入信用记录。"
            ),
            Signatures(((order.owner_shown, day(awarded_at)),)),
        ),
        subtitle=order.number or "",
    )


def services(order: ServiceOrder, names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    together = "全部具备" if order.items_needed == Needed.ALL else "具备其一"
    return f"{'、'.join(names)}（{together}）"


def requirement(order: ServiceOrder) -> str:
    if order.commitment_only:
        return "不要求资质，提交服务承诺即可"
    node = conditions.parse(order.requirement)
    if node is None:
        return "具备服务事项法定的资质"
    with override("zh-hans"):
        return conditions.wording(node, eligibility.categories())


def funds(order: ServiceOrder) -> str:
    public = f"{order.public_funds.normalize():f}"
    if not order.public_funds:
        return "社会资金 100%"
    if order.public_funds == 100:
        return "财政资金 100%"
    return f"财政资金 {public}%，社会资金 {(100 - order.public_funds).normalize():f}%"


def _titled(order: ServiceOrder, kind: str) -> str:
    return f"{order.title[: 200 - len(kind)]}{kind}"


def _won(order: ServiceOrder) -> tuple[Bid, datetime]:
    if order.winner is None or order.awarded_at is None:
        raise ValueError(f"order {order.number} is not awarded")
    return order.winner, order.awarded_at


def _stages(order: ServiceOrder) -> Table:
    return Table(
        ("服务节点", "时限（合同生效后）", "对应价款"),
        tuple(
            (one["title"], f"{one['days']} 日", f"{Decimal(one['percent']).normalize():f}%")
            for one in order.stages
        ),
        ("left", "left", "right"),
    )


def _entries(draw: Draw) -> Block:
    facts = draw.facts
    if facts is None or not facts.entries:
        return Paragraph("截止时没有机构报名。")
    return Table(
        ("机构", "统一社会信用代码", "资格审查"),
        tuple((one.name, one.uscc, one.reason or "符合要求") for one in facts.entries),
    )


def _places(order: ServiceOrder) -> Table:
    outcomes = {
        "winner": "中选",
        "reserve": "备选",
        "unchosen": "未中选",
        "ineligible": "不符合要求",
        "invalid": "报价无效",
    }
    faults = {
        "above-ceiling": "高于最高限价",
        "below-floor": "低于最低限价",
        "malformed": "报价不是金额",
        "not-opened": "信封无法开启",
    }
    winner, _ = _won(order)
    rows = []
    for place in (order.proof or {})["places"]:
        told = outcomes[place["outcome"]]
        if place["uscc"] == winner.bidder.uscc:
            told = "中选"
        elif place["rank"] and winner.place and place["rank"] < winner.place:
            told = "放弃"
        reason = faults.get(place["reason"], place["reason"])
        rows.append(
            (
                str(place["rank"] or "—"),
                place["name"],
                place["uscc"],
                place["price"] or "",
                (place["ticket"] or "")[:12],
                f"{told}：{reason}" if reason else told,
            )
        )
    return Table(
        ("名次", "机构", "统一社会信用代码", "报价（元）", "号码（前 12 位）", "结果"),
        tuple(rows),
        ("center", "left", "left", "right", "left", "left"),
    )


def _figures(order: ServiceOrder) -> Iterable[Block]:
    if not order.figures:
        return ()
    rows: list[tuple[str, ...]] = []
    for figure in order.figures.values():
        rows.append(
            (
                str(figure.get("title", "")),
                f"{figure['value']} {figure['unit']}",
                f"{figure['source']}（第 {figure['version']} 版）",
            )
        )
    heads = ("事项", "数值", "依据")
    return (Heading("附：本订单适用的期限与数量"), Table(heads, tuple(rows)))


def facts_of(order: ServiceOrder) -> dict[str, Any]:
    """What the notice states as data, for search, feeds and open data."""
    return {
        "order": order.number,
        "owner": order.owner_shown,
        "title": order.title,
        "items": [item.code for item in order.items.all()],
        "region": order.region.code if order.region else "",
        "regime": order.regime,
        "method": order.method,
        "limit": order.limit,
        "price": order.price,
        "open_until": order.open_until,
        "choose_at": order.choose_at,
        "needed": order.bidders_needed,
        "commitment": order.commitment,
        "figures": order.figures,
    }
