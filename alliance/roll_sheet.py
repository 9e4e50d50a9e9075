"""The roll of members and their staff as sheets: every cell is text, so nothing is a formula."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import IllegalCharacterError

from alliance.models import Delegate, LevelChange, Member, StaffPerson
from alliance.models.membership import MemberCertificate

HEAD = (
    "成员编号", "单位名称", "统一社会信用代码", "单位类型", "成员等级", "加入日期", "状态",
    "地区", "联系人", "联系电话", "证书编号", "证书有效期至", "等级生效日期", "原等级",
)  # fmt: skip


STAFF_HEAD = (
    "成员编号", "单位名称", "姓名", "职务", "职称", "专业领域", "联系电话", "电子邮箱",
    "工作组", "代表职务", "开始日期", "结束日期", "同意公开",
)  # fmt: skip


def workbook(
    rows: Iterable[tuple[Member, str, MemberCertificate | None, LevelChange | None]],
) -> bytes:
    return sheet("成员名册", HEAD, (_line(*row) for row in rows))


def staff_workbook(rows: Iterable[tuple[StaffPerson, Sequence[Delegate]]]) -> bytes:
    return sheet("成员单位人员", STAFF_HEAD, (_person(*row) for row in rows))


def sheet(title: str, head: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet, all of it text."""
    book = Workbook(write_only=True)
    page = book.create_sheet(title)
    page.freeze_panes = "A2"
    for line in (head, *lines):
        cells = []
        for text in line:
            try:
                cell = WriteOnlyCell(page, value=text)
            except IllegalCharacterError:
                cell = WriteOnlyCell(page, value="".join(filter(str.isprintable, text)))
            cell.data_type = "s"
            cells.append(cell)
        page.append(cells)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _person(person: StaffPerson, roles: Sequence[Delegate]) -> tuple[str, ...]:
    return (
        person.member.number,
        person.member.organisation.name,
        person.name,
        person.duty,
        person.title,
        person.expertise,
        person.phone,
        person.email,
        person.group,
        "、".join(f"{one.get_role_display()}（{one.get_state_display()}）" for one in roles),
        person.acts_from.isoformat(),
        person.last_day.isoformat() if person.last_day else "",
        "是" if person.consented_at else "否",
    )


def _line(
    member: Member, level: str, certificate: MemberCertificate | None, change: LevelChange | None
) -> tuple[str, ...]:
    unit = member.organisation
    return (
        member.number,
        unit.name,
        unit.uscc or "",
        str(member.get_unit_kind_display()),
        level,
        member.joined_on.isoformat(),
        str(member.get_state_display()),
        str(unit.region or ""),
        unit.contact_name,
        unit.contact_phone,
        certificate.number if certificate else "",
        certificate.valid_until.isoformat() if certificate else "",
        change.effective_on.isoformat() if change and change.effective_on else "",
        change.from_label if change else "",
    )
