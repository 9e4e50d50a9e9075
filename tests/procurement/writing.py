"""A need's way through the rules, as most tests want it: standards, a draft, a published need."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from core import clock
from core.calendar import day_of
from core.models import Region
from core.numbering import new_code
from procurement import need_drafts, needs, rulebook, standards
from procurement.document import Document, Items, Paragraph, Section, Table
from procurement.models import Need, ProcurementStandard
from procurement.need_drafts import Basics
from procurement.standards import Row
from tests.cast import seated

REGION = "360702"
TEXTS = {
    "background": "现有系统使用已满六年，不能满足办理需要。",
    "goals": "建成统一的受理平台，群众办事一次办成。",
    "content": "平台包括受理、审批和评价三个模块，并发用户不少于500个。",
    "standards": "执行 GB/T 22239—2019。",
    "budget": "预算金额580000元，资金来源为财政预算资金。",
    "qualifications": "供应商应当符合《政府采购法》第二十二条规定的条件。",
    "acceptance": "按本需求逐项验收，出具验收报告。",
    "payment": "验收合格后15个工作日内付清合同价款的95%。",
}


def document(**changes: str) -> Document:
    """A whole document; `content="…"` puts other words into a section."""
    whole = Document.blank()
    for key, text in {**TEXTS, **changes}.items():
        whole = whole.with_section(Section(key, whole[key].title, (Paragraph(text),)))
    table = Table(("序号", "名称", "数量"), (("1", "受理平台", "1套"),), "采购清单")
    quantities = Section(
        "quantities", whole["quantities"].title, (Items(("合同签订后60日内交付",)), table)
    )
    return whole.with_section(quantities)


def basics(**changes) -> Basics:
    given = Basics(
        title="政务服务受理平台建设",
        kind="services",
        region=REGION,
        budget=Decimal("580000.00"),
        budget_year=clock.now().year,
        funding="财政预算资金",
        contact="李梅",
        contact_phone="0000-8632512",
    )
    return replace(given, **changes)


def standard(**changes) -> ProcurementStandard:
    """The one standard of the region: limits of 0.5 and 2 million."""
    found = ProcurementStandard.objects.first()
    if found is not None and not changes:
        return found
    given = {
        "title": "示例目录及标准",
        "year": 2026,
        "source": "测试用文件",
        "from_on": day_of(clock.now()),
        "limits": {
            **dict.fromkeys(("goods_from", "services_from", "works_from"), Decimal(500_000)),
            **dict.fromkeys(("goods_tender", "services_tender"), Decimal(2_000_000)),
        },
        "rows": [Row("A02010100", "计算机", "goods", "central", Decimal(100_000))],
        **changes,
    }
    by = seated(f"keeper{new_code()}", standing="operator", kind="institution")
    region = Region.objects.get(code=REGION)
    return standards.enact(region, by=by, at=clock.now(), **given)


def draft(by, **changes) -> Need:
    """A whole draft of the seat's unit."""
    standard()
    rulebook.load()
    need = need_drafts.begin(by.organisation, key="", by=by, at=clock.now())
    typed = basics()
    kept = {name: str(getattr(typed, name)) for name in Basics.__dataclass_fields__}
    need_drafts.save_basics(need, kept, by=by, at=clock.now())
    return need_drafts.replace_document(need, document(**changes), by=by, at=clock.now())


def submitted(cast, **changes) -> Need:
    return needs.submit(draft(cast.owner), basics(**changes), by=cast.owner, at=clock.now())


def published(cast, **changes) -> Need:
    return needs.publish(submitted(cast, **changes), by=cast.approver, at=clock.now())


def corrected(cast) -> Need:
    """Published, with a correction begun."""
    return needs.begin_correction(
        published(cast), reason="并发用户数写错。", by=cast.owner, at=clock.now()
    )


def tomorrow():
    return day_of(clock.now()) + timedelta(days=1)
