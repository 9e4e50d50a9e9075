"""What the demo's purchasers need: standards of the city, and needs in every state.

The figures of the city are made up and say so. The need of Luzhou is the client's, at the dates on
which it was made public in 2018; what the published part leaves open, its sections say.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from core import clock, reference
from core.calendar import day_of
from core.models import Region
from core.numbering import new_code
from demo import city, travel
from demo.travel import Story
from procurement import need_drafts, needs, standards
from procurement.document import Document, Paragraph, Section
from procurement.models import Answer, Need
from procurement.need_drafts import Basics
from procurement.standards import Row

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Who writes and who approves.
STAFF = {"water": ("ma", "yu"), "university": ("bai", "jiang"), "luzhou": ("feng", "dai")}
FIELDS = ("title", "kind", "region", "item", "item_name", "funding", "method", "departure")


def data() -> dict[str, Any]:
    found: dict[str, Any] = reference.read(city.DATA / "needs.json")
    return found


def enact() -> None:
    """The city's example standards, in force from today on."""
    facts = data()["standard"]
    at = clock.now()
    standards.enact(
        Region.objects.get(code=facts["region"]),
        title=facts["title"],
        year=day_of(at).year,
        source=facts["source"],
        from_on=day_of(at),
        limits={name: Decimal(value) for name, value in facts["limits"].items()},
        rows=[
            Row(item, name, kind, form, Decimal(amount) if amount else None, note)
            for item, name, kind, form, amount, note in facts["rows"]
        ],
        is_example=True,
        by=city.seat("tang"),
        at=at,
    )


def long_ago() -> list[Story]:
    """The stories of needs that bear their real dates: the client's."""
    found = (facts for facts in data()["needs"] if "began" in facts)
    return [told(facts, datetime.fromisoformat(facts["began"])) for facts in found]


def all_of(now: datetime) -> list[Story]:
    """The stories of the other needs, as they have gone until `now`."""
    return [
        _until(now, told(facts, travel.office(now - facts["days_ago"] * DAY - HOUR)))
        for facts in data()["needs"]
        if "days_ago" in facts
    ]


def _until(now: datetime, story: Story) -> Iterator[datetime]:
    for instant in story:
        if instant > now:
            return
        yield instant


def told(facts: dict[str, Any], began: datetime) -> Story:
    """One need, from its first word to its ending."""
    writer, approver = map(city.seat, STAFF[facts["owner"]])
    yield began
    need = need_drafts.begin(writer.organisation, key=new_code(), by=writer, at=clock.now())
    basics = _basics(facts, began.year)
    kept = {name: str(getattr(basics, name)) for name in Basics.__dataclass_fields__}
    need_drafts.save_basics(need, kept, by=writer, at=clock.now())
    need = need_drafts.replace_document(need, _document(facts), by=writer, at=clock.now())
    if facts["ending"] == "draft":
        return
    for warning in need.warnings.filter(answer=Answer.OPEN):
        reason = facts["answers"][warning.rule]
        need_drafts.answer(need, warning, reason, by=writer, at=clock.now())
    yield began + 2 * HOUR
    need = needs.submit(need, basics, by=writer, at=clock.now())
    if facts["ending"] == "submitted":
        return
    yield began + 6 * HOUR
    if facts["ending"] == "returned":
        needs.return_(need, reason=facts["reason"], by=approver, at=clock.now())
        return
    need = needs.publish(need, by=approver, at=clock.now())
    yield began + 3 * DAY
    if facts["ending"] == "settled":
        needs.settle(need, reason=facts["settle"], by=approver, at=clock.now())
    elif facts["ending"] == "withdrawn":
        needs.withdraw(need, reason=facts["reason"], by=approver, at=clock.now())
    elif facts["ending"] == "corrected":
        yield from _corrected(need, facts, basics)


def _corrected(need: Need, facts: dict[str, Any], basics: Basics) -> Story:
    writer, approver = map(city.seat, STAFF[facts["owner"]])
    need = needs.begin_correction(need, reason=facts["reason"], by=writer, at=clock.now())
    document = need_drafts.draft_of(need)
    content = document["content"]
    more = Paragraph("更正：台式离心机最高转速不低于5000 r/min，最大相对离心力不低于4000×g。")
    section = Section(content.key, content.title, (*content.blocks, more))
    need_drafts.save_section(need, section, by=writer, at=clock.now())
    yield clock.now() + HOUR
    need = needs.submit(need, basics, by=writer, at=clock.now())
    yield clock.now() + HOUR
    needs.publish(need, by=approver, at=clock.now())


def _basics(facts: dict[str, Any], year: int) -> Basics:
    typed = facts["basics"]
    owner = city.unit(facts["owner"])
    return Basics(
        **{name: typed.get(name, "") for name in FIELDS},
        budget=Decimal(typed["budget"]),
        budget_year=year,
        contact=typed.get("contact") or city.seat(STAFF[facts["owner"]][0]).user.name,
        contact_phone=typed.get("contact_phone") or owner.contact_phone,
    )


def _document(facts: dict[str, Any]) -> Document:
    blank = Document.blank()
    written = [
        {"key": one.key, "title": one.title, "blocks": facts["document"][one.key]}
        for one in blank.sections
    ]
    return Document.from_json(written)
