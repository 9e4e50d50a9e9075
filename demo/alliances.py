"""The alliances of the demo: two that are registered, on the client's two charters, and one under
review; their units come in by the same rules as everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress

from accounts import registration
from accounts.models import Organisation, Seat, User
from alliance import calls, foundings
from alliance.calls import Wanted
from alliance.forms.foundings import document_of
from alliance.founding_checks import model
from alliance.models import Call, UnitKind
from core import clock, reference
from core.models import Region
from core.numbering import new_code
from demo import city
from demo.travel import Story

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REGION = "990100"
REGISTRAR, HEAD = "ding", "fang"
OPEN_DAYS = 30
# Days before today on which each call was published.
CALLED = {"first": 455, "second": 20}  # the first long enough ago for a second year
# By the outline of the call's annex 3; {subject} is what the alliance is about.
NECESSITY = {
    "industry": (
        "国内{subject}已从单点应用转向平台化建设，标准和数据接口尚不统一；"
        "云江市具备较完整的上下游企业，但核心部件和基础软件仍依赖外购，"
        "与国内先进地区存在差距。"
    ),
    "policy": (
        "{subject}列入云江市战略性新兴产业发展规划的重点领域，符合国家和省的产业、环保和能源政策。"
    ),
    "demand": (
        "联盟围绕{subject}的共性关键技术开展联合攻关，解决企业单独投入不足、成果难以共享的问题。"
    ),
    "chain": (
        "发起单位覆盖研发、制造、集成、检测和服务，组建后可形成产业技术创新链，带动本地配套。"
    ),
    "property": (
        "联盟统一管理共有知识产权，计划两年内形成{subject}的技术规范，并推动上升为地方标准。"
    ),
    "cooperation": (
        "高等院校和科研机构派出专家参加专家组，企业提供场景和经费，形成稳定的产学研合作关系。"
    ),
}
CONTACT = "云江市行政审批和政务信息管理局中介监管科，电话 0000-12345"


@cache
def data() -> dict[str, Any]:
    found: dict[str, Any] = reference.read(city.DATA / "alliances.json")
    return found


def settle() -> None:
    """The units that take part in alliances register and are verified; one person each."""
    for facts in data()["units"]:
        person = facts["people"][0]
        email = f"{person['key']}@yunjiang.example"
        user = User.objects.create_user(email, None, name=person["name"], phone=person["phone"])
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
        licence = city.scan(
            "accounts.certificate",
            "统一社会信用代码证书.pdf",
            {"名称": facts["name"], "统一社会信用代码": facts["uscc"]},
            by=user,
        )
        unit = registration.register(city.details(facts), licence=licence, by=user, at=clock.now())
        registration.verify(unit, by=city.seat("luo"), at=clock.now())


def all_of(now: datetime) -> list[Story]:
    """The calls and the foundings, as they have gone until `now`."""
    calls_told = {key: Called(now - days * DAY) for key, days in CALLED.items()}
    told = [one.told() for one in calls_told.values()]
    for facts in data()["foundings"]:
        told.append(Founded(facts, calls_told[facts["call"]]).told())
    return told


def unit(key: str) -> Organisation:
    """A unit of the alliances, or of the city, by its key."""
    found = next((one for one in data()["units"] if one["key"] == key), None)
    return city.unit(key) if found is None else Organisation.objects.get(uscc=found["uscc"])


class Called:
    """One call of the registrar, on the client's own words."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.call = Call()

    def told(self) -> Iterator[datetime]:
        yield self.at - DAY
        by = city.seat(REGISTRAR)
        said = model()
        region = Region.objects.get(code=REGION)
        wanted = Wanted(
            title=said["title"].replace("{region}", region.name),
            region=region,
            principles=said["principles"],
            fields=list(said["fields"]),
            figures=dict(said["figures"]),
            conditions=list(said["conditions"]),
            materials=list(said["materials"]),
            support=said["support"],
            contact=CONTACT,
            open_until=_at_ten(self.at + OPEN_DAYS * DAY),
        )
        self.call = calls.write(wanted, by=by, at=clock.now())
        yield self.at
        self.call = calls.publish(self.call, by=city.seat(HEAD), at=clock.now())


class Founded:
    """One founding application and what became of it."""

    def __init__(self, facts: dict[str, Any], called: Called) -> None:
        self.facts, self.called = facts, called
        self.by = city.seat(facts["writer"])

    def told(self) -> Iterator[datetime]:
        facts, by, start = self.facts, self.by, self.called.at + 2 * DAY
        yield start
        call = self.called.call
        founding = foundings.begin(call, key=new_code(), by=by, at=clock.now())
        foundings.save_draft(founding, self._typed(call), by=by, at=clock.now())
        asked = [
            foundings.ask(founding, one, kind=UnitKind.of(one), by=by, at=clock.now())
            for one in map(unit, facts["units"])
        ]
        yield start + 2 * DAY
        for row in asked:
            seat = row.organisation.seats.held_at(clock.now()).get()
            foundings.consent(row, by=seat, at=clock.now())
        yield start + 5 * DAY
        founding.refresh_from_db()
        document, wrong = document_of(founding, by)
        if document is None:
            told = [(step.slug, step.errors) for step in wrong]
            raise RuntimeError(f"the demo's application {facts['key']} is not whole: {told}")
        founding = foundings.submit(founding, document, by=by, at=clock.now())
        registrar = city.seat(REGISTRAR)
        if comments := facts.get("returned"):
            yield start + 7 * DAY
            founding = foundings.return_(
                founding,
                reason="请按各栏意见补正后重新提交。",
                comments=comments,
                by=registrar,
                at=clock.now(),
            )
            yield start + 9 * DAY
            foundings.save_draft(founding, _corrected(), by=by, at=clock.now())
            founding.refresh_from_db()
            document, _wrong = document_of(founding, by)
            founding = foundings.submit(founding, document or {}, by=by, at=clock.now())
        if facts["ending"] == "submitted":
            return
        yield start + 12 * DAY
        foundings.register(founding, despite=facts["despite"], by=registrar, at=clock.now())

    def _typed(self, call: Call) -> dict[str, Any]:
        """The draft as the lead unit's people typed it, step by step."""
        facts, lead = self.facts, self.by.organisation
        typed: dict[str, Any] = {
            "name": facts["name"],
            "short_name": facts["short_name"],
            "fields": facts["fields"],
            "introduction": facts["introduction"],
            "charter": facts["charter"],
            "supplement": "",
            **{f"fee-{key}": fee for key, fee in facts["fees"].items()},
            **{post: _code(key) for post, key in facts["officers"].items()},
            **_contacts(lead, _code_name(facts["officers"]["secretary-general"])),
            **_plan(),
        }
        for part in model()["outline"]:
            typed[f"necessity_{part['key']}"] = (
                f"{part['hint']}\n（演示：{facts['name']}据此说明。）"
            )
        for material in call.materials:
            upload = city.scan(
                foundings.FILES,
                f"{_file_name(material['label'])}.pdf",
                {"联盟": facts["name"], "材料": material["label"], "牵头单位": lead.name},
                by=self.by,
            )
            typed[f"file_{material['key']}-held"] = [upload.code]
        return typed


def _file_name(label: str) -> str:
    return label.partition("（")[0].strip("《》")


def _code_name(key: str) -> str:
    return str(city.seat(key).user)


def _contacts(lead: Organisation, secretary: str) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for who, name in (("head", lead.legal_representative), ("liaison", secretary)):
        told |= {
            f"{who}_name": name,
            f"{who}_unit": lead.name,
            f"{who}_phone": lead.contact_phone,
            f"{who}_email": lead.contact_email,
        }
    return told


def _plan() -> Mapping[str, str]:
    experts = (
        ("郑怀远", "云江理工学院", "教授", "数据治理"),
        ("冯晓琳", "云江市信息化研究院", "高级工程师", "标准化"),
        ("卫东升", "云江师范大学", "副教授", "人工智能"),
    )
    plan = (
        ("建设公共技术平台", "第一年", "平台上线运行"),
        ("研究制定技术规范", "第一至二年", "形成技术规范2项"),
        ("召开联盟会议和创新活动", "每年", "每年4次以上"),
    )
    budget = (
        ("公共技术平台建设", "300000.00", "发起单位自筹"),
        ("标准研究", "120000.00", "组建资金支持"),
        ("会议和培训", "60000.00", "会费"),
    )
    typed: dict[str, str] = {}
    for names, rows in (
        (("expert", "unit", "title", "speciality"), experts),
        (("work", "period", "result"), plan),
        (("purpose", "amount", "source"), budget),
    ):
        for place, row in enumerate(rows):
            typed |= {f"{name}-{place}": text for name, text in zip(names, row, strict=True)}
    return typed


def _corrected() -> Mapping[str, str]:
    """What the lead unit changed after it was returned: an expert, and the plan by years."""
    return {
        "expert-3": "蒋水清",
        "unit-3": "云江市水利科学研究所",
        "title-3": "研究员",
        "speciality-3": "水文与水资源",
        "period-0": "第一年（2季度立项，4季度上线）",
        "work-3": "推广应用",
        "period-3": "第二年",
        "result-3": "示范项目3个",
    }


def _code(key: str) -> str:
    seat: Seat = city.seat(key)
    return seat.code


def _at_ten(when: datetime) -> datetime:
    return when.replace(hour=2, minute=0, second=0, microsecond=0)  # 10:00 in Beijing
