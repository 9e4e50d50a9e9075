"""Papers of the council and the finance office: minutes, receipts, accounts. Chinese only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import override

from alliance.models.fees import Due, LedgerEntry, period_text
from alliance.models.meetings import Answer, Meeting, Minutes, Motion, Seating
from alliance.voting import Base, Outcome, Share, VoteRule
from core.money import in_words
from core.paper import Block, Fields, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, instant, yuan

CHANNELS = {"room": "会议现场表决", "writing": "书面（通讯）表决"}
CHOICES = {"for": "同意", "against": "反对", "abstain": "弃权"}
BASES = {
    Base.PRESENT: "到会有表决权的单位",
    Base.ALL: "应到会有表决权的单位",
    Base.CAST: "投同意票和反对票的单位",
}
SHARES = {(1, 2): "二分之一", (2, 3): "三分之二", (3, 4): "四分之三", (1, 1): "全部"}
NUMERALS = "一二三四五六七八九十"


def share(of: Share, *, inclusive: bool) -> str:
    """“超过三分之二”, or “三分之二以上（含本数）”."""
    named = SHARES.get(of, f"{of[1]}分之{of[0]}")
    return f"{named}以上（含本数）" if inclusive else f"超过{named}（不含本数）"


def rule_in_words(rule: VoteRule) -> str:
    quorum = share(rule.quorum, inclusive=rule.quorum_inclusive)
    majority = share(rule.majority, inclusive=rule.majority_inclusive)
    how = "无记名表决" if rule.secret else "记名表决"
    agreed = f"{BASES[Base(rule.base)]}{majority}"
    return f"须有全体单位{quorum}参加方为有效；须有{agreed}同意方为通过；{how}。"


def numbers_in_words(outcome: Outcome) -> str:
    """Every number that decided it."""
    of = outcome.numbers
    recused = f"，其中回避 {of['recused']} 家" if of["recused"] else ""
    silent = f"，未投票 {of['silent']} 家" if of["silent"] else ""
    return (
        f"全体 {of['listed']} 家{recused}，参加 {of['present']} 家，法定人数 {of['quorum']} 家；"
        f"同意 {of['votes']} 票，反对 {of['against']} 票，弃权 {of['abstained']} 票{silent}；"
        f"计算基数 {of['base']}，通过需 {of['needed']} 票。"
    )


def decision(motion: Motion) -> str:
    return "通过" if motion.outcome and motion.outcome["carried"] else "未获通过"


def minutes_title(meeting: Meeting) -> str:
    """《第一次理事会会议纪要》, whether the meeting's own title ends with 会议 or not."""
    return f"{meeting.title.removesuffix('会议')}会议纪要"


def minutes(meeting: Meeting, *, remarks: str) -> Paper:
    """The minutes of a counted meeting, from what is stored."""
    seatings = list(
        meeting.seatings.select_related("proxy_to").prefetch_related("ballots").order_by("place")
    )
    motions = list(
        meeting.motions.prefetch_related("ballots__seating", "recusals__seating").order_by("place")
    )
    opened = meeting.opened_at or meeting.begins_at
    blocks: list[Block] = [
        Heading("一、基本情况"),
        Fields(
            (
                ("编号", meeting.number),
                ("联盟", meeting.alliance.name),
                ("机构", meeting.body_name),
                ("方式", CHANNELS[meeting.channel]),
                *(() if meeting.in_writing else (("地点", meeting.place),)),
                ("通知发出", instant(meeting.called_at)),
                (
                    ("表决期间", f"{instant(meeting.begins_at)}至{instant(_end(meeting))}")
                    if meeting.in_writing
                    else ("会议时间", f"{instant(opened)}至{instant(_end(meeting))}")
                ),
                ("适用章程", f"{meeting.charter.title}（第 {meeting.charter.version} 版）"),
            )
        ),
        Heading("二、议程"),
        Paragraph(meeting.agenda),
        Heading("三、应到单位与参加情况"),
        Table(
            ("序号", "单位", "参加情况"),
            tuple((str(one.place), one.unit, _attendance(meeting, one)) for one in seatings),
            ("center", "left", "left"),
        ),
        Heading("四、议案与表决结果"),
    ]
    for motion in motions:
        blocks += _decided(motion)
    if remarks:
        blocks += [Heading("五、会议记录"), Paragraph(remarks)]
    return Paper(minutes_title(meeting), tuple(blocks), meeting.alliance.name)


def signed(row: Minutes) -> Paper:
    """The minutes with both signatures below; the digest that was signed is the text's."""
    text = Paper.from_json(row.paper)
    assert row.chair_signed_at is not None  # noqa: S101 (both have signed)
    assert row.recorder_signed_at is not None  # noqa: S101
    signers = (
        ("主持人：" + row.chair_name, f"签署时间：{instant(row.chair_signed_at)}"),
        ("记录人：" + row.recorder_name, f"签署时间：{instant(row.recorder_signed_at)}"),
    )
    last = Paragraph(f"签署的文本摘要（SHA-256）：{row.digest}", indent=False)
    blocks = (*text.blocks, Heading("签署"), last, Signatures(signers))
    return Paper(text.title, blocks, text.subtitle)


def receipt(entry: LedgerEntry, due: Due, *, number: str, on: date) -> Paper:
    alliance = due.alliance
    return Paper(
        "联盟会费收据",
        (
            Fields(
                (
                    ("收据编号", number),
                    ("收款联盟", alliance.name),
                    ("交款单位", due.member.organisation.name),
                    ("统一社会信用代码", due.member.organisation.uscc or "——"),
                    ("成员编号", due.member.number),
                    ("收款事由", f"{due.level_label}会费"),
                    ("所属期间", due.period),
                    ("应收会费", yuan(due.amount)),
                    ("金额（小写）", yuan(entry.amount)),
                    ("金额（大写）", in_words(entry.amount)),
                    ("收款后尚未缴纳", yuan(due.rest)),
                    ("到账日期", day(entry.happened_on)),
                    ("收款方式", "银行转账"),
                    ("银行流水号", entry.bank_reference or "——"),
                    ("记账凭证号", entry.number or "——"),
                )
            ),
            Paragraph(due.reckoning),
            Paragraph(
                "本收据证明联盟已收到上列会费，由会计记账、另一人复核后开具，不作为税务发票使用。"
                "被冲销的收据在核验页面上注明。"
            ),
            Signatures(
                (
                    (
                        f"记账：{entry.entered_by.user}",
                        f"复核：{entry.decided_by.user if entry.decided_by else ''}",
                    ),
                    (alliance.name, day(on)),
                )
            ),
        ),
    )


def statement(
    name: str, *, period_from: date, period_until: date, figures: dict[str, Any], written_on: date
) -> Paper:
    """The accounts of a period, from its frozen figures."""
    rows = tuple(
        (one["label"], str(one["count"]), yuan(Decimal(one["amount"]))) for one in figures["lines"]
    )
    income = tuple(
        row for row, one in zip(rows, figures["lines"], strict=True) if one["direction"] == "income"
    )
    spent = tuple(
        row for row, one in zip(rows, figures["lines"], strict=True) if one["direction"] != "income"
    )
    head, align = ("项目", "笔数", "金额"), ("left", "right", "right")
    dues = figures["dues"]
    none = (("本期没有发生", "0", yuan(Decimal(0))),)
    total = {key: Decimal(figures[key]) for key in ("opening", "income", "expenditure", "closing")}
    return Paper(
        f"{name}经费收支情况公布",
        (
            Heading("一、期间与结余"),
            Fields(
                (
                    ("期间", period_text(period_from, period_until)),
                    ("期初结余", yuan(total["opening"])),
                    ("本期收入", yuan(total["income"])),
                    ("本期支出", yuan(total["expenditure"])),
                    ("期末结余", f"{yuan(total['closing'])}"),
                )
            ),
            Heading("二、收入"),
            Table(head, income or none, align),
            Heading("三、支出"),
            Table(head, spent or none, align),
            Heading("四、会费收缴"),
            Fields(
                (
                    ("本期应收", f"{dues['raised']} 笔，{yuan(Decimal(dues['amount']))}"),
                    ("实际收到", yuan(Decimal(dues["received"]))),
                    ("其中", f"缴清 {dues['paid']} 笔，部分缴纳 {dues['in_parts']} 笔"),
                    ("减免", f"{dues['waived']} 笔，{yuan(Decimal(dues['remitted']))}"),
                    ("尚未收到", f"{dues['unpaid']} 笔，{yuan(Decimal(dues['left']))}"),
                )
            ),
            Paragraph(
                "每笔收支均有凭证，由会计记账、出纳或者其他人员复核，两人分别办理。冲销以负数列示。"
            ),
            Signatures(((name, day(written_on)),)),
        ),
    )


def _end(meeting: Meeting) -> datetime:
    return meeting.votes_until or meeting.ended_at or meeting.begins_at


def _attendance(meeting: Meeting, seating: Seating) -> str:
    if meeting.in_writing:
        return "参加表决" if seating.ballots.all() else "未参加表决"
    if seating.proxy_to is not None:
        return f"委托{seating.proxy_to.unit}"
    if seating.is_present:
        name = f"（{seating.representative}）" if seating.representative else ""
        return f"到会{name}"
    return "请假" if seating.answer == Answer.STAYS_AWAY else "未到"


def _decided(motion: Motion) -> Iterable[Block]:
    outcome = Outcome.from_json(motion.outcome or {})
    number = NUMERALS[motion.place - 1] if motion.place <= len(NUMERALS) else str(motion.place)
    yield Heading(f"（{number}）{motion.title}", level=2)
    if motion.text:
        yield Paragraph(motion.text)
    yield Paragraph(f"表决规则：{rule_in_words(outcome.rule)}")
    for recusal in motion.recusals.all():
        yield Paragraph(f"回避：{recusal.seating.unit}，{recusal.reason}。")
    if not motion.is_secret:
        voted = {
            choice: [one.seating.unit for one in motion.ballots.all() if one.choice == choice]
            for choice in CHOICES
        }
        rows = tuple(
            (CHOICES[choice], str(len(units)), "、".join(units) or "——")
            for choice, units in voted.items()
        )
        yield Table(("意见", "票数", "单位"), rows, ("center", "right", "left"))
    yield Paragraph(f"表决结果：{numbers_in_words(outcome)}本议案{decision(motion)}。")


def translated(label: Any) -> str:
    """A lazy label as papers have it."""
    with override("zh-hans"):
        return str(label)
