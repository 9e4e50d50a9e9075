"""What is published of a founding: the call, and the notice of registration; legal text."""

from collections.abc import Mapping, Sequence
from typing import Any

from alliance.founding_checks import Check, model
from alliance.models import Alliance, Call, Member, Officer
from alliance.terms import in_chinese
from core.paper import Block, Fields, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, instant


def conditions(call: Call) -> list[str]:
    """The basic conditions, with the call's own figures."""
    told = []
    for place, one in enumerate(call.conditions, 1):
        text = one["text"]
        for name, figure in call.figures.items():
            text = text.replace("{" + name + "}", str(figure))
        told.append(f"（{in_chinese(place)}）{one['title']}。{text}")
    return told


def call(call: Call) -> Paper:
    """The call; before its publication, the same with the blank shown."""
    typed = "、".join(one["label"] for one in model()["typed"])
    blocks: list[Block] = [
        Paragraph("各有关单位：", indent=False),
        Heading("一、征集原则和目标"),
        *[Paragraph(line) for line in call.principles.splitlines() if line.strip()],
        Heading("二、征集领域"),
        Paragraph("、".join(call.fields) + "。"),
        Heading("三、组建联盟应具备的基本条件"),
        *[Paragraph(line) for line in conditions(call)],
        Heading("四、申报材料要求"),
        *[Paragraph(f"{place}. {one['label']}；") for place, one in enumerate(call.materials, 1)],
        Paragraph(f"{len(call.materials) + 1}. 在线填写：{typed}。"),
        Paragraph(
            f"申报登记表要求联盟发起单位不少于{call.figures['units']}家，本通知第三条的家数与之不同的，"
            "两项均予核对。"
        ),
        Heading("五、扶持及管理"),
        *[Paragraph(line) for line in call.support.splitlines() if line.strip()],
        Heading("六、项目受理"),
        Fields(
            (
                ("征集编号", call.number or "（发布时编号）"),
                ("受理方式", "由牵头单位在本平台在线申报"),
                ("申报截止时间", instant(call.open_until) if call.open_until else ""),
                ("联系方式", call.contact),
            )
        ),
        Signatures(((call.regulator.name, day(call.published_at) if call.published_at else ""),)),
    ]
    return Paper(call.title, tuple(blocks))


def registration_title(alliance: Alliance) -> str:
    return f"关于{alliance.name}登记的公告"


def registration(
    alliance: Alliance,
    *,
    call: Call,
    members: Sequence[Member],
    officers: Sequence[Officer],
    checks: Sequence[Check],
    despite: str,
    charter: str,
    fields: Sequence[str],
) -> Paper:
    """The notice of registration, with what was checked and what the reviewer accepted."""
    units = [(one.number, one.organisation.name, one.get_unit_kind_display()) for one in members]
    verdicts = [
        (check.heading, one.text, one.reason, "符合" if one.met else "不符合")
        for check in checks
        for one in check.demands
    ]
    blocks: list[Block] = [
        Paragraph(f"{alliance.name}由{alliance.lead.name}牵头组建，经审核，予以登记，现公告如下。"),
        Heading("一、登记事项"),
        Fields(
            (
                ("登记编号", alliance.number),
                ("联盟名称", alliance.name),
                ("产业领域", "、".join(fields)),
                ("牵头单位", alliance.lead.name),
                ("对外承担责任主体", alliance.lead.name),
                ("组织形式", "契约型联盟（不具法人资格）"),
                ("征集编号", call.number or ""),
                ("章程", charter),
                ("登记时间", instant(alliance.registered_at)),
            )
        ),
        Heading("二、发起单位"),
        Table(("会员编号", "单位", "单位类型"), tuple(units)),
        Heading("三、负责人"),
        Table(
            ("职务", "姓名", "单位"),
            tuple(
                (one.get_post_display(), one.seat.user.name, one.seat.organisation.name)
                for one in officers
            ),
        ),
        Heading("四、核对情况"),
        *[Paragraph(f"依据：{check.quote}") for check in checks],
        Table(("依据", "要求", "情况", "结论"), tuple(verdicts)),
    ]
    if despite:
        blocks.append(Paragraph(f"前列要求有不符合的，仍予登记的理由：{despite}"))
    blocks.append(Signatures(((call.regulator.name, day(alliance.registered_at)),)))
    return Paper(registration_title(alliance), tuple(blocks))


def words_for(call: Call, number: str = "") -> Mapping[str, Any]:
    """The words that the official registration form is printed with."""
    region = call.region.name if call.region else ""
    return {"region": region, "office": call.regulator.name, "number": number}
