"""What is drawn about an agreement: its text with the signatures, acceptance, the announcement."""

from datetime import datetime

from contracts.drafting import period
from contracts.models import Agreement, Deliverable, Side
from core.models import Upload
from core.money import in_words
from core.paper import Fields, Heading, Paper, Paragraph, Signatures, Table
from core.phrases import day, money, second, yuan

SIDES = {
    Side.OWNER: "甲方（项目业主）",
    Side.AGENCY: "乙方（中介服务机构）",
    Side.PARTNER: "缔约方",
}


def called(agreement: Agreement) -> dict[Side, str]:
    """How the contract itself calls its sides: what stands before their names in its model."""
    rows = [row for block in agreement.template.body for row in block.get("rows", [])]
    labels = {
        value: label for row in rows for label, value in zip(row[::2], row[1::2], strict=False)
    }
    return {side: labels.get(f"{{{side.value}_name}}", label) for side, label in SIDES.items()}


def signed(agreement: Agreement) -> Paper:
    """The agreement's text, and below it who has signed, when and how. The digest is the text's."""
    text, sides = Paper.from_json(agreement.paper), called(agreement)
    signers = tuple(
        (
            sides[Side(party.side)],
            party.organisation.name,
            f"签署人：{party.signer}" if party.signed_at else "签署人：尚未签署",
            f"签署时间：{second(party.signed_at)}" if party.signed_at else "签署时间：——",
            f"确认文字：{party.typed}" if party.signed_at else "确认文字：——",
        )
        for party in agreement.parties.select_related("organisation")
    )
    return Paper(text.title, (*text.blocks, Heading("签署记录"), Signatures(signers)))


def certificate(deliverable: Deliverable) -> Paper:
    """That a milestone's deliverable was accepted: by whom, when, and which files."""
    milestone = deliverable.milestone
    agreement = milestone.agreement
    sides = called(agreement)
    parties = {one.side: one.organisation for one in agreement.parties.select_related()}
    files = Upload.objects.filter(
        subject=deliverable._meta.label_lower, subject_code=deliverable.code
    ).order_by("pk")
    assert deliverable.decided_at is not None  # noqa: S101 (accepted)
    assert deliverable.decided_by is not None  # noqa: S101
    return Paper(
        "履约验收单",
        (
            Fields(
                (
                    ("合同编号", agreement.number),
                    ("合同名称", agreement.title),
                    (sides[Side.OWNER], parties[Side.OWNER].name),
                    (sides[Side.AGENCY], parties[Side.AGENCY].name),
                    ("履约节点", f"第 {milestone.place} 节点　{milestone.title}"),
                    ("对应价款", f"{yuan(milestone.amount)}（{in_words(milestone.amount)}）"),
                    ("节点时限", last_day(milestone.due_at)),
                    (
                        "提交时间",
                        f"{second(deliverable.handed_in_at)}（第 {deliverable.round} 次提交）",
                    ),
                    (
                        "是否逾期",
                        f"逾期 {deliverable.days_late} 日" if deliverable.days_late else "未逾期",
                    ),
                )
            ),
            Heading("一、提交的成果文件"),
            Table(
                ("序号", "文件名", "大小", "SHA-256"),
                tuple(
                    (str(place), file.name, f"{file.size:,} 字节", file.sha256)
                    for place, file in enumerate(files, 1)
                ),
                ("center", "left", "right", "left"),
            ),
            Heading("二、验收意见"),
            Paragraph(deliverable.reason or "成果符合合同约定，同意验收。"),
            Signatures(
                (
                    (
                        parties[Side.OWNER].name,
                        f"验收人：{deliverable.decided_by.user}",
                        second(deliverable.decided_at),
                    ),
                )
            ),
        ),
    )


def announcement(agreement: Agreement) -> Paper:
    """What the public reads of a concluded agreement: sides, price, stages; nothing technical."""
    parties = {Side(one.side): one.organisation for one in agreement.parties.select_related()}
    sides = called(agreement)
    assert agreement.amount is not None  # noqa: S101 (of two sides)
    assert agreement.concluded_at is not None  # noqa: S101 (concluded)
    stages = tuple(
        (
            str(one.place),
            one.title,
            period(one.days, in_working_days=one.in_working_days),
            yuan(one.amount),
        )
        for one in agreement.milestones.all()
    )
    return Paper(
        f"{agreement.title}公告",
        (
            Heading("一、合同基本情况"),
            Fields(
                (
                    ("合同编号", agreement.number),
                    ("合同名称", agreement.title),
                    (
                        "合同金额",
                        money(agreement.amount),
                    ),
                    ("签订日期", day(agreement.concluded_at)),
                )
            ),
            Heading("二、合同主体"),
            Fields(
                tuple(
                    row
                    for side in parties
                    for row in (
                        (sides[side], parties[side].name),
                        ("统一社会信用代码", parties[side].uscc or "（自然人）"),
                    )
                )
            ),
            Heading("三、履约节点"),
            Table(
                ("序号", "节点", "时限", "对应价款"), stages, ("center", "left", "left", "right")
            ),
            Heading("四、核验"),
            Paragraph(
                f"合同文本摘要（SHA-256）：{agreement.digest}。凭合同编号或者本摘要，可在本平台“公开核验”"
                "核对合同主体与签署时间。"
            ),
            Signatures(((parties[Side.OWNER].name, day(agreement.concluded_at)),)),
        ),
    )


def last_day(due_at: datetime | None) -> str:
    if due_at is None:
        return "——"
    return f"{day(due_at - datetime.resolution)} 24 时"
