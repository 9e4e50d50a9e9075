"""What units hand in when they join an alliance, for tests."""

from datetime import timedelta

from alliance import admission, applications, charters, joining, official
from alliance.forms.applications import FILE
from alliance.models import Charter, Post
from core import clock, uploads
from tests import files
from tests.factories import AllianceFactory, CharterFactory, OfficerFactory, SeatFactory

PROFILE = {
    "name": "Agency",
    "address": "云江市临波区江堤路 8 号",
    "postcode": "528300",
    "legal_representative": "陈文博",
    "phone": "0757-22380000",
    "website": "https://yunduan.example",
    "contact": "李静（综合部主任）",
    "email": "lijing@yunduan.example",
    "nature": "other",
    "nature_other": "外商独资",
    "capital": "5000",
    "staff": "286",
    "researchers": "142",
    "assets": "12860.55",
    "debt_ratio": "38.2",
    "sales": "21350",
    "research_spending": "2135",
    "research_share": "10",
    "exports": "0",
    "platforms": ["provincial", "other"],
    "platform_provincial": "广东省政务大数据工程技术研究中心",
    "platform_other": "佛山市企业技术中心",
    "high_tech": "yes",
    "high_tech_on": "2023-12-28",
    "patents_invention": "12",
    "patents_utility": "8",
    "patents_design": "0",
    "copyrights": "46",
    "strengths": "一门式综合受理、政务数据共享交换、电子证照",
    "standards": ["national"],
    "standard_names": "GB/T 39735-2020 政务服务评价工作指南",
    "products": [
        {"product": "一门式综合受理平台", "share_domestic": "12.5", "rank": "3"},
        {"product": "政务数据共享交换平台", "share_domestic": "4.1", "share_international": "0.5"},
    ],
}
APPLICATION = {
    "name": "Agency",
    "website": "",
    "unit_type": "enterprise",
    "address": "云江市临波区江堤路 8 号",
    "postcode": "528300",
    "legal_representative": "陈文博",
    "legal_phone": "13800000000",
    "contact": "李静",
    "duty": "综合部主任",
    "office_phone": "0757-22380000",
    "mobile": "13900000001",
    "fax": "",
    "email": "lijing@yunduan.example",
}
FOUNDING = {
    "filled_on": "2026-09-20",
    "name": "从化区生物3D打印技术创新联盟",
    "fields": ["biology", "other"],
    "field_other": "增材制造",
    "head_name": "陈文博",
    "head_unit": "广州迈普再生医学科技股份有限公司",
    "head_phone": "020-32290000",
    "head_email": "chen@example.cn",
    "liaison_name": "李静",
    "liaison_unit": "广州迈普再生医学科技股份有限公司",
    "liaison_phone": "13900000001",
    "liaison_email": "lijing@example.cn",
    "units": [{"name": f"发起单位{place}有限公司"} for place in range(1, 12)],
    "supplement": "",
}
VALUES = {
    official.PROFILE: PROFILE,
    official.APPLICATION: APPLICATION,
    official.FOUNDING: FOUNDING,
}


def alliance(secretary=None, *, chartered=True):
    """One with the client's charter in force, and a secretary-general where a seat is given."""
    made = AllianceFactory()
    if chartered:
        template = charters.templates()["guangdong-2016"]
        CharterFactory(alliance=made, terms=template.terms, title="章程")
    OfficerFactory(alliance=made, seat=secretary or SeatFactory(), post=Post.SECRETARY_GENERAL)
    return made


def secretary(of):
    return of.officers.get(post=Post.SECRETARY_GENERAL).seat


def scan(seat, text=""):
    file = files.upload("盖章扫描件.pdf", files.pdf(text))
    return uploads.receive(file, purpose=FILE, by=seat, at=clock.now())


def begun(seat, of=None):
    return applications.begin(of or alliance(), by=seat, at=clock.now())


def forms(application, **changes):
    """Right values of every form that the unit fills in; changes are of the profile."""
    return {
        key: official.normal(
            official.load(key),
            {**VALUES[key], **(changes if key == official.PROFILE else {})},
        )
        for key in applications.FORMS[application.unit_kind]
    }


def drafted(seat, of=None):
    """All right, with licence and stamped scan, but not handed in."""
    row = begun(seat, of)
    values = forms(row)
    kept = {name: [scan(seat, name).code] for name in ("licence", "stamped")}
    kept["stamped_for"] = applications.printed_digest(row, values)
    for key, typed in {**values, "files": kept}.items():
        row = applications.save_draft(row, key, typed, by=seat, at=clock.now())
    return row


def handed(seat, row, **changes):
    return applications.Handed(
        forms(row, **changes),
        {"licence": [scan(seat, "licence")], "other": [], "stamped": [scan(seat, "stamped")]},
    )


def submit(seat, row, whole=None):
    whole = whole or handed(seat, row)
    return applications.submit(
        row,
        whole,
        stamped_for=applications.printed_digest(row, whole.forms),
        by=seat,
        at=clock.now(),
    )


def submitted(seat, of=None):
    return submit(seat, begun(seat, of))


def returned(seat, of=None):
    row = submitted(seat, of)
    field = f"{official.APPLICATION}.duty"
    comments = {field: "请写明职务全称。"}
    return admission.return_(row, comments, by=secretary(row.alliance), at=clock.now())


def forwarded(seat, of=None):
    row = submitted(seat, of)
    return admission.forward(row, level="member", by=secretary(row.alliance), at=clock.now())


def invited(seat, of=None, **facts):
    of = of or alliance()
    until = clock.now() + timedelta(days=30)
    asked = {"unit": seat.organisation, "open_until": until, "by": secretary(of), **facts}
    return joining.invite(of, **asked, at=clock.now())


def charter_of(of):
    return Charter.objects.get(alliance=of)
