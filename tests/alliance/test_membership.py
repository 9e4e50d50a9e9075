"""Members: the agreement and the certificate that follows, delegates, the directory, the roll."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import Deed, OrganisationState, Rank
from alliance import certificates, delegates, directory, membership_tasks
from alliance.models import (
    CertificateState,
    DelegateRole,
    DelegateState,
    Member,
    MemberCertificate,
    MemberState,
    Post,
)
from contracts.models import Agreement
from core import clock
from core.calendar import day_of, months_after
from core.models import Event, Letter
from publication import verification
from tests.contracts.drawing import sign
from tests.factories import (
    AllianceFactory,
    MemberFactory,
    OfficerFactory,
    OrganisationFactory,
    SeatFactory,
)
from tests.marketplace.ordering import carry_news
from tests.witness import refused

pytestmark = pytest.mark.django_db

PERSON = delegates.Person("陈立", "总工程师", "13800001111", "chenli@example.com")
EXPERT = delegates.Person(
    "王蕾", "副院长", "13800002222", "wanglei@example.com", title="教授", expertise="水质监测"
)


@pytest.fixture
def alliance():
    return AllianceFactory()


@pytest.fixture
def secretary(alliance):
    seat = SeatFactory(organisation=alliance.lead)
    OfficerFactory(alliance=alliance, seat=seat, post=Post.SECRETARY_GENERAL)
    return seat


@pytest.fixture
def member(alliance):
    return MemberFactory(alliance=alliance)


@pytest.fixture
def seat(member):
    return SeatFactory(organisation=member.organisation)


@transaction.atomic(durable=True)
def united(member, by):
    return certificates.unite(member, decision="理事会决议", by=by, at=clock.now())


def issue(member, by):
    return certificates.issue(member, by=by, at=clock.now())


def later(days):
    return override_settings(CLOCK_OFFSET=settings.CLOCK_OFFSET + timedelta(days=days))


# ── certificates ─────────────────────────────────────────────────────────────────────────────────


def test_with_the_last_signature_the_certificate_is_issued(member, seat, secretary):
    agreement = united(member, secretary)
    assert [one.organisation for one in agreement.parties.all()] == [
        member.alliance.lead,
        member.organisation,
    ]
    assert "理事会决议" in str(agreement.paper)
    sign(agreement, seat)
    carry_news()
    assert not member.certificates.exists()
    sign(agreement, secretary)
    carry_news()
    certificate = member.certificates.get()
    assert certificate.number == f"{member.number}-01"
    assert certificate.valid_until == months_after(day_of(clock.now()), 12) - timedelta(days=1)
    assert certificate.facts["unit"] == member.organisation.name
    assert Letter.objects.filter(kind="alliance/certificate-issued").exists()


def test_the_lead_signs_nothing_with_itself(alliance, secretary):
    lead = MemberFactory(alliance=alliance, organisation=alliance.lead)
    assert united(lead, secretary) is None
    assert not Agreement.objects.exists()


def test_a_certificate_waits_for_the_agreement(member, secretary):
    united(member, secretary)
    with refused("waits to be signed"):
        issue(member, secretary)


def test_the_yearly_check_supersedes_and_comes_not_too_early(member, secretary):
    first = issue(member, secretary)
    with refused("Its certificate is valid until"):
        issue(member, secretary)
    with later(330):
        second = issue(member, secretary)
    first.refresh_from_db()
    assert (first.state, second.number) == (CertificateState.SUPERSEDED, f"{member.number}-02")


@pytest.mark.parametrize("state", [MemberState.SUSPENDED, MemberState.LEFT, MemberState.EXPELLED])
def test_no_certificate_for_who_is_no_member_in_good_standing(member, secretary, state):
    Member.objects.update(state=state, left_on=None if state == "suspended" else date(2026, 1, 1))
    with refused("This is “%(now)s” by now"):
        issue(member, secretary)


def test_no_certificate_for_a_unit_that_is_not_verified(member, secretary):
    member.organisation.state, member.organisation.verified_at = OrganisationState.REFUSED, None
    member.organisation.save()
    with refused("is not verified"):
        issue(member, secretary)


def test_it_is_withdrawn_first_and_given_back_later(member, secretary):
    certificate = issue(member, secretary)

    @transaction.atomic(durable=True)
    def ended(step):
        return step(member, by=secretary, at=clock.now())

    assert ended(certificates.give_back) is None  # it holds: nothing came back
    assert ended(certificates.withdraw) == certificate
    certificate.refresh_from_db()
    assert certificate.state == CertificateState.WITHDRAWN
    since = certificate.ended_at
    assert ended(certificates.withdraw) is None
    assert ended(certificates.give_back) == certificate
    certificate.refresh_from_db()
    assert (certificate.state, certificate.ended_at) == (CertificateState.RETURNED, since)
    assert ended(certificates.give_back) is None


@pytest.mark.parametrize(
    "change", [{"facts": {}}, {"valid_until": date(2099, 1, 1)}, {"number": "X"}]
)
def test_what_it_says_is_never_changed(member, secretary, change):
    issue(member, secretary)
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberCertificate.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberCertificate.objects.all()._raw_delete("default")


def test_anybody_verifies_it_by_number_and_digest(member, secretary, client):
    certificate = issue(member, secretary)
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert member.organisation.name in page
    by_digest = verification.find(verification.Wanted(digest=certificate.digest))
    assert by_digest.number == certificate.number
    with later(400):
        found = verification.find(verification.Wanted(number=certificate.number))
    assert found.standing == verification.Standing.ENDED


@pytest.mark.parametrize("state", [CertificateState.WITHDRAWN, CertificateState.RETURNED])
def test_anybody_sees_that_it_was_withdrawn(member, secretary, client, state):
    certificate = issue(member, secretary)
    MemberCertificate.objects.update(state=state, ended_at=clock.now())
    found = verification.find(verification.Wanted(number=certificate.number))
    assert found.standing == verification.Standing.WITHDRAWN
    page = client.get(certificate.get_absolute_url()).content.decode()
    assert "真实，已撤回" in page


def test_a_reminder_goes_out_once(member, seat, secretary):
    issue(member, secretary)
    membership_tasks.remind_of_checks()
    assert not Letter.objects.filter(kind="alliance/certificate-expires").exists()
    with later(320):
        membership_tasks.remind_of_checks()
        membership_tasks.remind_of_checks()
    assert Letter.objects.filter(kind="alliance/certificate-expires").count() == 1


@pytest.mark.parametrize(
    ("on", "months", "becomes"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 24), 12, date(2027, 11, 24)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
    ],
)
def test_months_end_with_the_month(on, months, becomes):
    assert months_after(on, months) == becomes


# ── delegates ────────────────────────────────────────────────────────────────────────────────────


def nominate(member, role, by, person=PERSON):
    return delegates.nominate(member, role, person, by=by, at=clock.now())


def test_a_contact_person_holds_at_once_and_the_next_takes_over(member, seat):
    first = nominate(member, DelegateRole.CONTACT, seat)
    assert first.state == DelegateState.CONFIRMED
    second = nominate(member, DelegateRole.CONTACT, seat, EXPERT)
    first.refresh_from_db()
    assert (first.state, second.state) == (DelegateState.ENDED, DelegateState.CONFIRMED)


def test_a_council_member_waits_for_the_secretariat(member, seat, secretary):
    delegate = nominate(member, DelegateRole.COUNCIL, seat)
    assert delegate.state == DelegateState.NOMINATED
    with refused("An earlier nomination waits"):
        nominate(member, DelegateRole.COUNCIL, seat, EXPERT)
    delegates.confirm(delegate, by=secretary, at=clock.now())
    with refused("This is “%(now)s” by now"):
        delegates.confirm(delegate, by=secretary, at=clock.now())


def test_nobody_confirms_whom_his_own_unit_named(alliance, secretary):
    lead = MemberFactory(alliance=alliance, organisation=alliance.lead)
    delegate = nominate(lead, DelegateRole.COUNCIL, secretary)
    with refused("his own unit named"):
        delegates.confirm(delegate, by=secretary, at=clock.now())


def test_a_refusal_wants_a_reason_and_frees_the_place(member, seat, secretary):
    delegate = nominate(member, DelegateRole.ACADEMIC, seat, EXPERT)
    with refused("Say why"):
        delegates.refuse(delegate, reason=" ", by=secretary, at=clock.now())
    delegates.refuse(delegate, reason="专业不符", by=secretary, at=clock.now())
    assert nominate(member, DelegateRole.ACADEMIC, seat, EXPERT).state == DelegateState.NOMINATED


def test_an_academic_nominee_has_a_title_and_a_field(member, seat):
    with refused("professional title"):
        nominate(member, DelegateRole.ACADEMIC, seat)


def test_who_has_left_names_nobody(member, seat):
    Member.objects.update(state=MemberState.LEFT, left_on=date(2026, 1, 1))
    with refused("no member any more"):
        nominate(member, DelegateRole.CONTACT, seat)


# ── directory ────────────────────────────────────────────────────────────────────────────────────


def test_the_directory_shows_more_only_by_consent(member, seat, client):
    url = reverse("alliance:members", args=[member.alliance.number])
    assert member.organisation.name in client.get(url).content.decode()
    directory.show(
        member, website="https://a.example", business="水质监测", by=seat, at=clock.now()
    )
    assert "水质监测" in client.get(url).content.decode()
    directory.show(
        member, business="监测", fields="水质，传感", products="浊度仪", by=seat, at=clock.now()
    )
    member.refresh_from_db()
    assert member.tags == ["水质", "传感"]
    page = client.get(url, {"q": "浊度"}).content.decode()
    assert "浊度仪" in page
    assert page.count("gx-tag") >= 2
    directory.hide(member, by=seat, at=clock.now())
    assert "浊度仪" not in client.get(url).content.decode()
    assert member.organisation.name not in client.get(url, {"q": "浊度"}).content.decode()
    with refused("no entry"):
        directory.hide(member, by=seat, at=clock.now())


def test_an_entry_wants_words(member, seat):
    with refused("Say in a sentence"):
        directory.show(member, website="", business=" ", by=seat, at=clock.now())


def test_the_directory_is_narrowed(alliance, client):
    school = MemberFactory(alliance=alliance, unit_kind="university")
    firm = MemberFactory(alliance=alliance)
    url = reverse("alliance:members", args=[alliance.number])
    page = client.get(url, {"kind": "university"}).content.decode()
    assert school.number in page
    assert firm.number not in page
    assert "gx-empty" in client.get(url, {"q": "不存在的单位"}).content.decode()


def test_a_list_of_thirty_costs_the_queries_of_one(alliance, secretary, client):
    client.force_login(secretary.user)
    pages = [
        reverse(name, args=[alliance.number]) for name in ("alliance:members", "alliance:roll")
    ]
    MemberFactory(alliance=alliance)

    def cost(url):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url, {"q": ""}).status_code == 200
        return len(caught)

    for url in pages:
        cost(url)
    few = [cost(url) for url in pages]
    for member in MemberFactory.create_batch(19, alliance=alliance):
        issue(member, secretary)
    assert [cost(url) for url in pages] == few


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def test_a_member_names_a_person_on_its_page(member, seat, client):
    client.force_login(seat.user)
    number = member.alliance.number
    url = reverse("alliance:delegate-nominate", args=[number, "academic"])
    facts = {"name": "王蕾", "duty": "副院长", "phone": "13800002222", "email": "w@example.com"}
    refused_page = client.post(url, facts)
    assert refused_page.status_code == 200
    assert "王蕾" in refused_page.content.decode()  # nothing typed is lost
    assert client.post(url, facts | {"title": "教授", "expertise": "水质"}).status_code == 302
    page = client.get(reverse("alliance:membership", args=[number])).content.decode()
    assert "王蕾" in page


def test_certificates_are_issued_to_the_chosen_after_a_question(alliance, secretary, client):
    client.force_login(secretary.user)
    good, suspended = MemberFactory(alliance=alliance), MemberFactory(alliance=alliance)
    Member.objects.filter(pk=suspended.pk).update(state=MemberState.SUSPENDED)
    url = reverse("alliance:certificates-issue", args=[alliance.number])
    chosen = {"member": [good.code, suspended.code]}
    assert client.post(url, {}).status_code == 302
    assert good.organisation.name in client.post(url, chosen).content.decode()
    assert not MemberCertificate.objects.exists()
    client.post(url, chosen | {"confirmed": "1"})
    assert [one.member for one in MemberCertificate.objects.all()] == [good]
    assert Event.objects.filter(name="deed.refused").count() == 1


def test_the_certificate_is_drawn_alike_for_member_and_secretariat(member, seat, secretary, client):
    certificate = issue(member, secretary)
    args = [member.alliance.number, certificate.code]
    client.force_login(seat.user)
    mine = client.get(reverse("alliance:certificate", args=args))
    assert mine["Content-Type"] == "application/pdf"
    client.force_login(secretary.user)
    theirs = client.get(reverse("alliance:certificate-of", args=args))
    assert mine.getvalue() == theirs.getvalue()


def test_the_roll_leaves_as_a_sheet_without_formulas(alliance, secretary, client, tmp_path):
    unit = OrganisationFactory(name="=HYPERLINK(1)")
    MemberFactory(alliance=alliance, organisation=unit)
    client.force_login(secretary.user)
    sheet = client.get(reverse("alliance:roll-export", args=[alliance.number])).getvalue()
    file = tmp_path / "roll.xlsx"
    file.write_bytes(sheet)
    (cell,) = [one for one in load_workbook(file).active["B"] if one.value == "=HYPERLINK(1)"]
    assert cell.data_type == "s"


def test_the_chair_of_the_committee_sees_its_own_nominees_only(alliance, member, seat, client):
    chair = SeatFactory(organisation=alliance.lead)
    OfficerFactory(alliance=alliance, seat=chair, post=Post.ACADEMIC_CHAIR)
    academic = nominate(member, DelegateRole.ACADEMIC, seat, EXPERT)
    council = nominate(member, DelegateRole.COUNCIL, seat)
    client.force_login(chair.user)
    page = client.get(reverse("alliance:delegates", args=[alliance.number])).content.decode()
    assert academic.name in page
    assert council.name not in page
    refuse = reverse("alliance:delegate-refuse", args=[alliance.number, council.code])
    assert client.get(refuse).status_code == 404


def test_a_handler_without_the_deed_reads_and_changes_nothing(member, client):
    plain = SeatFactory(organisation=member.organisation, rank=Rank.OPERATOR, deeds=[Deed.BID])
    client.force_login(plain.user)
    number = member.alliance.number
    assert client.get(reverse("alliance:membership", args=[number])).status_code == 200
    assert client.get(reverse("alliance:membership-entry", args=[number])).status_code == 404
