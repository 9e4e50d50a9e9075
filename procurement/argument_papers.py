"""What is published of an argument: its notice, the experts' opinions, its result. Legal text.

The notice has the wording and the order of the one for Luzhou (泸州市江阳区, 2018年7月18日).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from core.paper import Block, Fields, Form, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, filled, instant, ten_thousands
from procurement.models import (
    Argument,
    Comment,
    Conclusion,
    Expert,
    Manner,
    Opinion,
    Stance,
    Verdict,
)

VERDICTS = {Verdict.AGREE: "同意", Verdict.AMEND: "修改后同意", Verdict.DISAGREE: "不同意"}
STANCES = {
    Stance.ADOPTED: "采纳",
    Stance.PARTLY: "部分采纳",
    Stance.DECLINED: "不采纳",
    Stance.EXPLAINED: "解释说明",
}
CONCLUSIONS = {
    Conclusion.KEPT: "采购需求按公示的版本执行",
    Conclusion.REVISED: "修改采购需求后重新发布",
}
MANNERS = {
    Manner.ONLINE: "专家本人在平台确认签署",
    Manner.SCAN: "采购人据专家签字的纸质意见录入，附扫描件",
}
NUMERALS = "一二三四五六七八九"


def notice_title(argument: Argument) -> str:
    return f"关于{argument.need.title}需求论证的公示"[:200]


def opinions_title(argument: Argument) -> str:
    return f"{argument.need.title}需求论证专家组论证意见"[:200]


def result_title(argument: Argument) -> str:
    return f"关于{argument.need.title}需求论证结果的公告"[:200]


def withdrawal_title(argument: Argument) -> str:
    return f"关于终止{argument.need.title}需求论证的公告"[:200]


def notice(argument: Argument) -> Paper:
    need, owner = argument.need, argument.owner.name
    intended = argument.procurement_method
    using = f"拟采用{intended}方式采购" if intended else "拟采购"
    items = filled(
        ("采购人名称", owner),
        ("采购代理机构名称", argument.agency_name),
        ("采购项目名称", need.title),
        ("采购预算", ten_thousands(need.budget) if need.budget is not None else ""),
        ("采购方式", intended),
    )
    blocks: list[Block] = [
        Paragraph("各潜在政府采购供应商、单位、个人：", indent=False),
        Paragraph(
            f"{owner}{using}{need.title}，现将此事项向潜在的政府采购供应商和社会公众广泛征求意见。"
            "现将有关情况公示如下："
        ),
        *(
            Paragraph(f"{NUMERALS[place]}、{label}：{value}；")
            for place, (label, value) in enumerate(items)
        ),
        Paragraph(f"{NUMERALS[len(items)]}、论证事项包括以下内容："),
        *(
            Paragraph(f"（{NUMERALS[place]}）{topic['text']}{'。' if last else '；'}")
            for place, topic, last in _topics(argument)
        ),
        Paragraph(f"{NUMERALS[len(items) + 1]}、专家组论证意见：详见附件。"),
        Paragraph(_period(argument)),
        Paragraph("联系方式：", indent=False),
        Fields(
            filled(
                ("采购人", owner),
                ("联系人", argument.contact_name),
                ("电话", argument.contact_phone),
                ("采购代理机构", argument.agency_name),
                ("代理机构联系人及电话", argument.agency_contact),
            )
        ),
        Heading("附件"),
        Fields(
            (
                ("附件一", _need_version(argument)),
                ("附件二", opinions_title(argument)),
            )
        ),
        Signatures(((owner, day(argument.published_at) if argument.published_at else ""),)),
    ]
    return Paper(notice_title(argument), tuple(blocks), subtitle=argument.number or "")


def _topics(argument: Argument) -> Iterable[tuple[int, dict[str, str], bool]]:
    last = len(argument.topics) - 1
    return ((place, topic, place == last) for place, topic in enumerate(argument.topics))


def _period(argument: Argument) -> str:
    opens = instant(argument.opens_at) if argument.opens_at else "（待定）"
    closes = instant(argument.closes_at) if argument.closes_at else "（待定）"
    to = "采购人或采购代理机构" if argument.agency_name else "采购人"
    return (
        f"希望各潜在政府采购供应商提出有效意见，征求意见期限从{opens}至{closes}时止（北京时间），并在公示期内"
        f"登录本平台在本公示页面提出，或者将意见以书面的形式反馈至{to}。"
    )


def _need_version(argument: Argument) -> str:
    version = argument.version
    if version is None:
        return "采购需求（发布时载明版本）"
    return f"采购需求第 {version.version} 版（公告 {version.notice}，内容摘要 {version.digest}）"


# ── opinions ─────────────────────────────────────────────────────────────────────────────────────


def opinion_form(expert: Expert, answers: Sequence[dict[str, str]], remark: str) -> Paper:
    """The form 专家意见表 as it is signed: everything but the signature."""
    argument = expert.argument
    said = {answer["topic"]: answer for answer in answers}
    rows = tuple(
        (
            f"（{NUMERALS[place]}）",
            topic["text"],
            VERDICTS[Verdict(said[topic["key"]]["verdict"])],
            said[topic["key"]]["text"] or "——",
        )
        for place, topic, _last in _topics(argument)
    )
    return Paper(
        "采购需求论证专家意见表",
        (
            Form(
                (
                    ("采购项目名称", argument.need.title),
                    ("采购人", argument.owner.name),
                    *((("采购代理机构", argument.agency_name),) if argument.agency_name else ()),
                    (
                        "采购预算",
                        ten_thousands(argument.need.budget) if argument.need.budget else "——",
                        "采购方式",
                        argument.procurement_method or "——",
                    ),
                    ("专家姓名", expert.name, "职务（职称）", expert.title),
                    ("工作单位", expert.unit),
                )
            ),
            Heading("一、论证事项及意见"),
            Table(
                ("序号", "论证事项", "意见", "说明或者修改建议"),
                rows,
                ("center", "left", "center", "left"),
            ),
            Heading("二、其他意见和建议"),
            Paragraph(remark or "无。"),
            Paragraph(
                "本人与本项目采购人、潜在供应商没有利害关系，所提意见为本人独立、客观的专业判断。"
            ),
        ),
    )


def signed_opinion(opinion: Opinion) -> Paper:
    """The form with its signature; the digest in its frame is the form's, which was signed."""
    form = Paper.from_json(opinion.paper)
    lines = (
        f"专家（签名）：{opinion.expert.name}",
        f"签署方式：{MANNERS[Manner(opinion.manner)]}",
        day(opinion.signed_on),
    )
    return Paper(form.title, (*form.blocks, Signatures((lines,))))


def opinions(argument: Argument, experts: Sequence[Expert]) -> Paper:
    """What the group says, topic by topic, and its finding: the annex of the notice."""
    blocks: list[Block] = [
        Fields(
            filled(
                ("采购项目名称", argument.need.title),
                ("采购人", argument.owner.name),
                ("采购代理机构", argument.agency_name),
                ("采购预算", ten_thousands(argument.need.budget) if argument.need.budget else ""),
                ("采购方式", argument.procurement_method),
            )
        ),
        Heading("一、专家组成员"),
        Table(
            ("姓名", "工作单位", "职务（职称）", "备注"),
            tuple(
                (one.name, one.unit, one.title, "组长" if one.is_head else "成员")
                for one in experts
            ),
        ),
        Heading("二、论证事项及意见"),
    ]
    for place, topic, _last in _topics(argument):
        blocks += [
            Heading(f"（{NUMERALS[place]}）{topic['text']}", level=2),
            Table(
                ("专家", "意见", "说明或者修改建议"),
                tuple(_line(expert, topic["key"]) for expert in experts),
                ("left", "center", "left"),
            ),
        ]
    remarks = tuple((one.name, one.opinion.remark) for one in experts if one.opinion.remark)
    if remarks:
        blocks += [Heading("其他意见和建议", level=2), Fields(remarks)]
    blocks += [
        Heading("三、专家组结论"),
        Paragraph(argument.finding),
        Heading("四、意见表的签署"),
        Table(
            ("专家", "签署方式", "日期", "意见表内容摘要（SHA-256）"),
            tuple(
                (
                    one.name,
                    MANNERS[Manner(one.opinion.manner)],
                    day(one.opinion.signed_on),
                    one.opinion.digest,
                )
                for one in experts
            ),
        ),
        Signatures(tuple((f"专家：{one.name}", day(one.opinion.signed_on)) for one in experts)),
    ]
    return Paper(opinions_title(argument), tuple(blocks), subtitle=argument.number or "")


def _line(expert: Expert, topic: str) -> tuple[str, str, str]:
    answer = next(one for one in expert.opinion.answers if one["topic"] == topic)
    return (expert.name, VERDICTS[Verdict(answer["verdict"])], answer["text"] or "——")


# ── the result ───────────────────────────────────────────────────────────────────────────────────


def result(argument: Argument, comments: Sequence[Comment], on: date | datetime) -> Paper:
    places = {topic["key"]: f"（{NUMERALS[n]}）" for n, topic, _last in _topics(argument)}
    blocks: list[Block] = [
        Heading("一、基本情况"),
        Fields(
            filled(
                ("采购项目名称", argument.need.title),
                ("采购人", argument.owner.name),
                ("采购代理机构", argument.agency_name),
                ("论证编号", argument.number or ""),
                ("征求意见期限", f"{_when(argument.opens_at)}至{_when(argument.closes_at)}"),
                ("论证的需求版本", _need_version(argument)),
            )
        ),
        Heading("二、专家组论证"),
        Paragraph(
            f"{argument.experts.count()} 名专家对 {len(argument.topics)} 项论证事项出具了意见。"
            f"专家组结论：{argument.finding}"
        ),
        Heading("三、征求意见及答复"),
    ]
    if comments:
        blocks += [
            Paragraph(f"公示期内收到意见 {len(comments)} 条，答复如下："),
            Table(
                ("序号", "提出人", "事项", "意见", "处理", "答复"),
                tuple(
                    (
                        str(n),
                        _named(one),
                        places[one.topic],
                        one.text,
                        STANCES[Stance(one.reply.stance)],
                        one.reply.text,
                    )
                    for n, one in enumerate(comments, 1)
                ),
                ("center", "left", "center", "left", "center", "left"),
            ),
        ]
    else:
        blocks.append(Paragraph("公示期内未收到意见。"))
    blocks += [
        Heading("四、论证结果"),
        Paragraph(f"{CONCLUSIONS[Conclusion(argument.conclusion)]}。{argument.result}"),
        Signatures(((argument.owner.name, day(on)),)),
    ]
    return Paper(result_title(argument), tuple(blocks), subtitle=argument.number or "")


def _named(comment: Comment) -> str:
    if comment.came_on is None:
        return comment.name
    return f"{comment.name}（书面意见，{day(comment.came_on)}收到）"


def _when(at: datetime | None) -> str:
    return instant(at) if at else ""


def withdrawal(argument: Argument, at: datetime) -> Paper:
    return Paper(
        withdrawal_title(argument),
        (
            Paragraph(
                f"{argument.owner.name}发布的《{notice_title(argument)}》（论证编号：{argument.number}）"
                "自本公告发布之时起终止，不再征求意见。已经公布的意见和答复继续保留。"
            ),
            Heading("终止原因"),
            Paragraph(argument.state_reason),
            Signatures(((argument.owner.name, day(at)),)),
        ),
        subtitle=argument.number or "",
    )
