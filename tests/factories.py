"""Rows as most tests want them. Each package adds the factories of its own rows below."""

from datetime import date, timedelta

from factory import LazyFunction, Sequence, SubFactory, post_generation
from factory.django import DjangoModelFactory

from accounts.models import (
    Certificate,
    CertificateKind,
    Organisation,
    OrganisationState,
    Rank,
    Seat,
    User,
)
from alliance.models import (
    Alliance,
    AllianceField,
    Charter,
    CharterState,
    Member,
    Officer,
    Post,
    UnitKind,
)
from core import clock
from core.models import LegalFigure, Upload
from core.numbering import new_code
from marketplace.models import (
    Agency,
    AgencyService,
    AgencyState,
    Practitioner,
    PractitionerCertificate,
    Qualification,
    QualificationCategory,
    ReviewState,
    ServiceItem,
)

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(place: int) -> str:
    """A valid 统一社会信用代码 of a fictitious unit, the same for the same place."""
    body = f"91360700{place:08}"
    inner = [3, 7, 9, 10, 5, 8, 4, 2]
    organisation = body[8:]
    check = 11 - sum(int(c) * w for c, w in zip(organisation, inner, strict=True)) % 11
    body += {10: "X", 11: "0"}.get(check, str(check))
    total = sum(USCC_LETTERS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + USCC_LETTERS[(31 - total % 31) % 31]


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = Sequence("user-{}@example.com".format)
    name = Sequence("用户{}".format)


class OrganisationFactory(DjangoModelFactory):
    """Verified."""

    class Meta:
        model = Organisation

    code = LazyFunction(new_code)
    # Far from the small places that tests name: a long run would reach them.
    uscc = Sequence(lambda row: uscc(1_000_000 + row))
    kind = "enterprise"
    name = Sequence("云江某某工程咨询有限公司{}".format)
    state = OrganisationState.VERIFIED
    submitted_at = LazyFunction(lambda: clock.now() - timedelta(days=2))
    verified_at = LazyFunction(lambda: clock.now() - timedelta(days=1))


class SeatFactory(DjangoModelFactory):
    """The legal representative's: every deed of the organisation's standing."""

    class Meta:
        model = Seat

    code = LazyFunction(new_code)
    user = SubFactory(UserFactory)
    organisation = SubFactory(OrganisationFactory)
    rank = Rank.LEGAL_REPRESENTATIVE
    held_from = LazyFunction(lambda: clock.now() - timedelta(days=1))


class UploadFactory(DjangoModelFactory):
    """A certificate's scan of which only the row exists."""

    class Meta:
        model = Upload

    code = LazyFunction(new_code)
    sha256 = Sequence("{:064x}".format)
    name = "营业执照.pdf"
    size = 1000
    media_type = "application/pdf"
    purpose = "accounts.certificate"
    user_code = LazyFunction(new_code)
    received_at = LazyFunction(clock.now)


class CertificateFactory(DjangoModelFactory):
    """Valid without end."""

    class Meta:
        model = Certificate

    code = LazyFunction(new_code)
    organisation = SubFactory(OrganisationFactory)
    kind = CertificateKind.LICENCE
    name = "营业执照"
    scan = SubFactory(UploadFactory)
    entered_at = LazyFunction(clock.now)


class LegalFigureFactory(DjangoModelFactory):
    """In force since long ago."""

    class Meta:
        model = LegalFigure

    code = LazyFunction(new_code)
    name = Sequence("test.figure-{}".format)
    title = "测试用数值"
    value = 3
    unit = "工作日"
    source = "本平台默认"
    version = 1
    from_on = date(2020, 1, 1)


class QualificationCategoryFactory(DjangoModelFactory):
    """Of units, in three levels."""

    class Meta:
        model = QualificationCategory

    code = Sequence("category-{}".format)
    name = Sequence("资质{}".format)
    holder = "unit"
    authority = "自然资源主管部门"
    levels = LazyFunction(lambda: ["甲级", "乙级", "丙级"])


class ServiceItemFactory(DjangoModelFactory):
    """Without a required qualification."""

    class Meta:
        model = ServiceItem

    code = Sequence("service-{}".format)
    name = Sequence("服务事项{}".format)
    group = "assessment"
    summary = "由中介服务机构出具报告。"
    when_needed = "申请项目审批前。"
    authority = "自然资源主管部门"
    fee_basis = "market"
    revised_at = LazyFunction(clock.now)


class AgencyFactory(DjangoModelFactory):
    """Listed."""

    class Meta:
        model = Agency

    code = LazyFunction(new_code)
    organisation = SubFactory(OrganisationFactory)
    state = AgencyState.LISTED
    began_at = LazyFunction(lambda: clock.now() - timedelta(days=9))
    submitted_at = LazyFunction(lambda: clock.now() - timedelta(days=8))
    listed_at = LazyFunction(lambda: clock.now() - timedelta(days=7))


class AgencyServiceFactory(DjangoModelFactory):
    class Meta:
        model = AgencyService

    agency = SubFactory(AgencyFactory)
    item = SubFactory(ServiceItemFactory)
    process = "接受委托、踏勘现场、编制报告、修改定稿。"
    time_limit_days = 20
    fee = "按合同约定。"
    offered_from = LazyFunction(lambda: clock.now() - timedelta(days=7))


class VerifiedFactory(DjangoModelFactory):
    """What every reviewed row has, decided by a seat of an operator."""

    class Meta:
        abstract = True

    code = LazyFunction(new_code)
    state = ReviewState.VERIFIED
    submitted_at = LazyFunction(lambda: clock.now() - timedelta(days=8))
    due_at = LazyFunction(lambda: clock.now() - timedelta(days=6))
    decided_at = LazyFunction(lambda: clock.now() - timedelta(days=7))
    decided_by = SubFactory(SeatFactory, organisation__standing="operator")


class QualificationFactory(VerifiedFactory):
    """Verified, and valid for years."""

    class Meta:
        model = Qualification

    agency = SubFactory(AgencyFactory)
    category = SubFactory(QualificationCategoryFactory)
    level = "甲级"
    number = Sequence("ZZ{:06}".format)
    issued_on = date(2024, 1, 1)
    valid_until = date(2099, 12, 31)


class PractitionerFactory(VerifiedFactory):
    class Meta:
        model = Practitioner

    agency = SubFactory(AgencyFactory)
    name = "李明远"


class PractitionerCertificateFactory(VerifiedFactory):
    class Meta:
        model = PractitionerCertificate

    practitioner = SubFactory(PractitionerFactory)
    category = SubFactory(QualificationCategoryFactory, holder="person")
    number = Sequence("ZC{:06}".format)
    issued_on = date(2024, 1, 1)
    valid_until = date(2099, 12, 31)


class AllianceFactory(DjangoModelFactory):
    """Registered, without charter, officers or members."""

    class Meta:
        model = Alliance
        skip_postgeneration_save = True

    code = LazyFunction(new_code)
    # Far from the small numbers that rules give.
    number = Sequence("GXLM-2020-{:03}".format)
    name = Sequence("云江市智慧水务产业技术创新联盟{}".format)
    slug = Sequence("alliance-{}".format)
    lead = SubFactory(OrganisationFactory)
    registered_at = LazyFunction(lambda: clock.now() - timedelta(days=30))

    @post_generation
    def fields(self, create, keys):
        for key in keys or ["information"]:
            AllianceField.objects.create(alliance=self, key=key)


class CharterFactory(DjangoModelFactory):
    """Version 1, in force, with neither text nor terms."""

    class Meta:
        model = Charter

    code = LazyFunction(new_code)
    alliance = SubFactory(AllianceFactory)
    version = 1
    title = "章程"
    state = CharterState.ADOPTED
    in_force_from = date(2020, 1, 1)
    adopted_at = LazyFunction(lambda: clock.now() - timedelta(days=30))
    written_at = LazyFunction(lambda: clock.now() - timedelta(days=31))


class OfficerFactory(DjangoModelFactory):
    """The secretary-general, in office."""

    class Meta:
        model = Officer

    code = LazyFunction(new_code)
    alliance = SubFactory(AllianceFactory)
    seat = SubFactory(SeatFactory)
    post = Post.SECRETARY_GENERAL
    held_from = LazyFunction(lambda: clock.now() - timedelta(days=20))


class MemberFactory(DjangoModelFactory):
    """Admitted, of the plain level."""

    class Meta:
        model = Member

    code = LazyFunction(new_code)
    alliance = SubFactory(AllianceFactory)
    organisation = SubFactory(OrganisationFactory)
    # Of a year whose alliances no factory makes: rules number the members of those.
    number = Sequence("GXLM-2019-000-{:04}".format)
    level = "member"
    unit_kind = UnitKind.ENTERPRISE
    joined_on = LazyFunction(lambda: (clock.now() - timedelta(days=20)).date())
