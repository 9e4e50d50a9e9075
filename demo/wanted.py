"""A plain need, as most purchases of the demo have it: basics and nine short sections."""

from decimal import Decimal
from typing import Any

from accounts.models import Seat
from core import clock
from core.numbering import new_code
from demo import city
from procurement import need_drafts, needs
from procurement.document import Document, Items, Paragraph, Section, Table
from procurement.models import Answer, Need
from procurement.need_drafts import Basics

KEPT = "按项目实际需要保留。"


def submitted(facts: dict[str, Any], *, by: Seat, year: int) -> Need:
    """Begun, written and submitted, all at once."""
    need = need_drafts.begin(by.organisation, key=new_code(), by=by, at=clock.now())
    need = need_drafts.replace_document(need, _document(facts), by=by, at=clock.now())
    for warning in need.warnings.filter(answer=Answer.OPEN):
        need_drafts.answer(need, warning, KEPT, by=by, at=clock.now())
    return needs.submit(need, _basics(facts, by, year), by=by, at=clock.now())


def _basics(facts: dict[str, Any], by: Seat, year: int) -> Basics:
    owner = by.organisation
    return Basics(
        title=facts["title"],
        kind=facts.get("kind", "services"),
        region=owner.region.code if owner.region else city.PROVINCE,
        budget=Decimal(facts["budget"]),
        budget_year=year,
        funding=facts.get("funding", "财政预算资金"),
        contact=by.user.name,
        contact_phone=owner.contact_phone,
        item=facts["item"],
        item_name=facts["item_name"],
        method=facts["method"],
        departure=facts["departure"],
    )


def _document(facts: dict[str, Any]) -> Document:
    title, days = facts["title"], facts["days"]
    said: dict[str, Any] = {
        "background": (Paragraph(f"根据年度工作安排，需实施“{title}”。"),),
        "goals": (Paragraph("按期完成本项目，成果满足业务工作需要。"),),
        "content": (Items(tuple(facts["content"])),),
        "standards": (Paragraph("执行国家和行业现行的强制性标准和技术规范。"),),
        "quantities": (
            Table(("序号", "名称", "数量"), (("1", title, "1 项"),)),
            Paragraph(f"合同签订后{days}日内完成，地点在云江市。"),
        ),
        "budget": (Paragraph(f"预算金额{facts['budget']}元，资金来源为财政预算资金。"),),
        "qualifications": (Paragraph("符合《政府采购法》第二十二条规定的条件。"),),
        "acceptance": (Paragraph("按采购内容逐项核对成果，合格的出具验收单。"),),
        "payment": (Paragraph("验收合格并收到发票之日起30日内一次付清。"),),
    }
    sections = Document.blank().sections
    return Document(tuple(Section(one.key, one.title, said[one.key]) for one in sections))
