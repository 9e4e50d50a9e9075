"""The roll of members as a sheet: every cell is text, so nothing in it is ever a formula."""

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils.exceptions import IllegalCharacterError

from alliance.models import Member
from alliance.models.membership import MemberCertificate

HEAD = (
    "成员编号", "单位名称", "统一社会信用代码", "单位类型", "成员等级", "加入日期", "状态",
    "地区", "联系人", "联系电话", "证书编号", "证书有效期至",
)  # fmt: skip


def workbook(rows: Iterable[tuple[Member, str, MemberCertificate | None]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("成员名册")
    sheet.freeze_panes = "A2"
    for line in (HEAD, *(_line(*row) for row in rows)):
        cells = []
        for text in line:
            try:
                cell = WriteOnlyCell(sheet, value=text)
            except IllegalCharacterError:
                cell = WriteOnlyCell(sheet, value="".join(filter(str.isprintable, text)))
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _line(member: Member, level: str, certificate: MemberCertificate | None) -> tuple[str, ...]:
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
    )
