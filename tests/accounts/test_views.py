from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import seats
from accounts.models import (
    Certificate,
    Deed,
    Invitation,
    Organisation,
    OrganisationState,
    Rank,
    Seat,
)
from accounts.seats import Terms
from core import clock
from core.models import Event, Region, Upload
from tests.cast import signed_in
from tests.factories import CertificateFactory, OrganisationFactory, SeatFactory, UserFactory, uscc
from tests.files import pdf, upload


@pytest.fixture
def typed(db):
    Region.objects.get_or_create(
        code="360702", defaults={"name": "章贡区", "full_name": "江西省赣州市章贡区"}
    )
    return {
        "kind": "enterprise",
        "uscc": uscc(777),
        "name": "衡准工程咨询有限公司",
        "legal_representative": "陈宁",
        "authority": "in-person",
        "region": "360702",
        "address": "长征大道 1 号",
        "contact_name": "陈宁",
        "contact_phone": "13970700721",
        "once": "one-time-key",
    }


def test_a_person_registers_a_unit_once_however_often_the_button_is_pressed(typed, cast):
    client = signed_in(cast.stranger)
    for _ in range(2):
        scan = upload("执照.pdf", pdf())
        answer = client.post(reverse("accounts:register"), {**typed, "licence": scan})
        assert answer.headers["Location"] == reverse("accounts:organisation")
    organisation = Organisation.objects.get(uscc=typed["uscc"])
    assert organisation.state == OrganisationState.SUBMITTED
    assert Certificate.objects.of(organisation).count() == 1
    assert "核验中" in client.get(reverse("accounts:organisation")).text


def test_a_refused_registration_comes_back_filled_in_with_its_file(typed, cast):
    client = signed_in(cast.stranger)
    taken = {**typed, "uscc": cast.agency.organisation.uscc}
    scan = upload("执照.pdf", pdf())
    page = client.post(reverse("accounts:register"), {**taken, "licence": scan}).text
    assert "该代码已由“Agency”注册" in page
    assert 'value="衡准工程咨询有限公司"' in page
    kept = Upload.objects.get()
    assert kept.code in page
    attempt = Event.objects.get(name="deed.refused")
    assert attempt.subject_code == cast.stranger.code


def test_a_disguised_file_is_refused_beside_its_field(typed, cast):
    scan = upload("执照.pdf", b"MZ\x90\x00 not a paper")
    page = signed_in(cast.stranger).post(reverse("accounts:register"), {**typed, "licence": scan})
    assert page.status_code == 200
    assert not Organisation.objects.filter(uscc=typed["uscc"]).exists()


def test_the_phone_is_masked_until_a_logged_post_shows_it(cast):
    organisation = cast.agency.organisation
    organisation.contact_phone = "13970700721"
    organisation.save()
    client = signed_in(cast.agency.user)
    page = client.get(reverse("accounts:organisation")).text
    assert "139****0721" in page
    assert "13970700721" not in page
    address = reverse("accounts:show", args=["organisation", organisation.code, "contact_phone"])
    assert client.get(address).status_code == 405
    assert client.post(address, headers={"hx-request": "true"}).text == "13970700721"
    event = Event.objects.get(name="personal-data.shown")
    assert '"field":"contact_phone"' in event.content
    assert event.seat_code == cast.agency.code
    page = client.post(
        address, headers={"referer": "http://testserver/desk/unit/"}, follow=True
    ).text
    assert "13970700721" in page


@pytest.mark.parametrize("field", ["uscc", "id_number", "user.password"])
def test_nothing_else_is_shown_that_way(field, cast):
    organisation = cast.agency.organisation
    address = reverse("accounts:show", args=["organisation", organisation.code, field])
    assert signed_in(cast.agency.user).post(address).status_code == 404
    assert not Event.objects.filter(name="personal-data.shown").exists()


def test_inviting_through_the_page_and_taking_the_seat(cast):
    client = signed_in(cast.agency.user)
    data = {"email": cast.stranger.email, "rank": Rank.OPERATOR, "deeds": [Deed.BID], "once": "k"}
    for _ in range(2):
        assert client.post(reverse("accounts:invite"), data).status_code == 302
    invitation = Invitation.objects.get()
    guest = signed_in(cast.stranger)
    assert "接受席位" in guest.get(reverse("accounts:invitation", args=[invitation.code])).text
    guest.post(reverse("accounts:invitation-accept", args=[invitation.code]))
    seat = Seat.objects.get(user=cast.stranger)
    assert seat.may(Deed.BID)
    assert seat.organisation.name in guest.get("/desk/").text

    page = client.post(reverse("accounts:seat-revoke", args=[seat.code]), {"reason": ""})
    assert page.status_code == 200
    client.post(reverse("accounts:seat-revoke", args=[seat.code]), {"reason": "转岗"})
    assert guest.get(reverse("accounts:certificates")).status_code == 403  # at once


def test_an_invitation_shows_a_passer_by_neither_address_nor_scope(cast, client):
    terms = Terms(Rank.OPERATOR, (Deed.BID,))
    made = seats.invite(
        cast.agency.organisation,
        email="chen.ning@example.com",
        terms=terms,
        by=cast.agency,
        at=clock.now(),
    )
    page = client.get(reverse("accounts:invitation", args=[made.code])).text
    assert "c***@example.com" in page
    assert "chen.ning" not in page
    assert cast.agency.user.name not in page.replace(cast.agency.organisation.name, "")


def test_a_refused_invitation_comes_back_with_the_reason(cast):
    page = signed_in(cast.agency.user).post(
        reverse("accounts:invite"),
        {"email": cast.agency.user.email, "rank": Rank.OPERATOR, "deeds": [Deed.BID]},
    )
    assert "不能给自己授予席位" in page.text
    assert f'value="{cast.agency.user.email}"' in page.text
    assert Event.objects.get(name="deed.refused").subject_code == cast.agency.organisation.code


def test_a_person_of_two_units_switches_and_acts_for_the_chosen_one(cast):
    other = SeatFactory(user=cast.agency.user, organisation=cast.owner.organisation)
    client = signed_in(cast.agency.user)
    assert client.get("/desk/").wsgi_request.seat == cast.agency
    client.post(reverse("accounts:switch-seat"), {"seat": other.code, "next": "/desk/unit/"})
    assert client.get("/desk/").wsgi_request.seat == other
    answer = client.post(
        reverse("accounts:switch-seat"), {"seat": other.code, "next": "https://elsewhere.example/"}
    )
    assert answer.headers["Location"] == "/desk/"


def test_who_verifies_somebody_elses_decision_is_told(cast):
    organisation = OrganisationFactory()
    client = signed_in(cast.operator.user)
    address = reverse("accounts:organisation-verify", args=[organisation.code])
    assert "当前状态已是“已核验”" in client.post(address, follow=True).text
    assert Event.objects.filter(name="deed.refused", subject_code=organisation.code).exists()


@pytest.mark.parametrize("name", ["seats", "certificates", "verifications"])
def test_each_list_runs_the_same_queries_for_1_row_and_for_30(name, cast):
    seat = cast.operator
    client = signed_in(seat.user)

    def one_more():
        giver = SeatFactory(organisation=seat.organisation, user=UserFactory(phone="13970700721"))
        SeatFactory(organisation=seat.organisation, granted_by=giver)
        SeatFactory(organisation=seat.organisation, held_until=clock.now() - timedelta(seconds=1))
        CertificateFactory(organisation=seat.organisation)
        OrganisationFactory(
            state=OrganisationState.SUBMITTED,
            verified_at=None,
            region=Region.objects.order_by("code").first(),
        )

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(f"accounts:{name}"))
        return len(captured)

    one_more()
    queries()
    for_one = queries()
    for _ in range(29):
        one_more()
    assert queries() == for_one
