import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Deed, Rank
from contracts import deliveries
from contracts.models import Agreement, AgreementState, Deliverable, DeliverableState
from core import clock
from core.models import Event, Upload
from tests import files
from tests.cast import signed_in
from tests.contracts import drawing
from tests.factories import SeatFactory

pytestmark = pytest.mark.django_db


def at(name, *arguments):
    return reverse(f"contracts:{name}", args=arguments)


def sign_data(agreement, typed="同意签署"):
    return {"typed": typed, "digest": agreement.digest}


def queries(client, address):
    client.get(address)  # what the process keeps is asked for once
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_the_list_runs_the_same_queries_for_1_agreement_and_for_30(drawn_up, cast):
    client = signed_in(cast.agency.user)
    for_one = queries(client, at("agreement-list"))
    for _count in range(29):
        drawing.drawn_up(cast)
    assert queries(client, at("agreement-list")) == for_one


def test_the_page_runs_the_same_queries_for_1_hand_in_and_for_6(cast):
    agreement = drawing.concluded(cast)
    client = signed_in(cast.owner.user)
    drawing.handed_in(cast, agreement=agreement)
    for_one = queries(client, agreement.get_absolute_url())
    for _round in range(5):
        deliverable = Deliverable.objects.get(state=DeliverableState.HANDED_IN)
        deliveries.return_(deliverable, reason="缺附表", days=5, by=cast.owner, at=clock.now())
        drawing.handed_in(cast, agreement=agreement)
    assert queries(client, agreement.get_absolute_url()) == for_one


def test_the_list_shows_a_units_own_and_can_be_narrowed(drawn_up, agreement, cast):
    client = signed_in(cast.agency.user)
    everything = client.get(at("agreement-list")).text
    assert drawn_up.number in everything
    assert agreement.number in everything
    narrowed = client.get(at("agreement-list") + "?state=concluded").text
    assert drawn_up.number not in narrowed
    assert agreement.number in narrowed
    found = client.get(at("agreement-list") + f"?q={drawn_up.number}").text
    assert agreement.number not in found
    assert drawn_up.number in found
    assert drawn_up.number not in client.get(at("agreement-list") + "?q=nowhere").text
    assert drawn_up.number not in signed_in(cast.rival.user).get(at("agreement-list")).text
    assert client.get(at("agreement-list") + "?state=lost").status_code == 200


def test_signing_through_the_page_takes_the_digest_that_the_page_showed(drawn_up, cast):
    client = signed_in(cast.agency.user)
    page = client.get(at("agreement-sign", drawn_up.number)).text
    assert f'value="{drawn_up.digest}"' in page
    assert "结算审核报告 6 份" in page

    answer = client.post(at("agreement-sign", drawn_up.number), sign_data(drawn_up))

    assert answer.headers["Location"] == drawn_up.get_absolute_url()
    assert drawn_up.parties.get(side="agency").signed_at


def test_a_wrong_confirmation_comes_back_with_what_was_typed_and_is_recorded(drawn_up, cast):
    client = signed_in(cast.agency.user)
    answer = client.post(at("agreement-sign", drawn_up.number), sign_data(drawn_up, "我同意"))
    assert 'value="我同意"' in answer.text
    assert drawn_up.parties.filter(signed_at=None).count() == 2
    attempt = Event.objects.get(name="deed.refused")
    assert attempt.subject_code == drawn_up.code
    assert re.search(r'"sentence":"Type “%\(consent\)s”', attempt.content)


def test_who_signs_above_the_ceiling_is_told_who_may(drawn_up, cast):
    clerk = SeatFactory(
        organisation=cast.agency.organisation,
        rank=Rank.OPERATOR,
        deeds=[Deed.SIGN],
        amount_ceiling=50_000,
    )
    answer = signed_in(clerk.user).post(at("agreement-sign", drawn_up.number), sign_data(drawn_up))
    assert "¥80,000.00" in answer.text
    assert "¥50,000.00" in answer.text
    assert cast.agency.user.name in answer.text
    assert not drawn_up.parties.exclude(signed_at=None).exists()


def test_the_page_offers_each_side_what_it_can_do_now_and_no_more(drawn_up, cast, later):
    def offered(seat, name, argument):
        page = signed_in(seat.user).get(drawn_up.get_absolute_url())
        assert page.status_code == 200
        return at(name, argument) in page.text

    assert offered(cast.agency, "agreement-sign", drawn_up.number)
    assert offered(cast.approver, "agreement-decline", drawn_up.number)
    assert not offered(cast.owner, "agreement-sign", drawn_up.number)  # not in this seat's scope
    assert not offered(cast.regulator, "agreement-sign", drawn_up.number)
    drawing.sign(drawn_up, cast.agency)
    assert not offered(cast.agency, "agreement-sign", drawn_up.number)
    drawing.sign(drawn_up, cast.approver)
    assert offered(cast.agency, "milestone-hand-in", f"{drawn_up.number}-1")
    assert offered(cast.agency, "milestone-extend", f"{drawn_up.number}-2")
    assert not offered(cast.owner, "milestone-hand-in", f"{drawn_up.number}-1")
    deliverable = drawing.handed_in(cast, agreement=drawn_up)
    assert offered(cast.owner, "agreement-detail", drawn_up.number)
    assert not offered(cast.agency, "milestone-hand-in", f"{drawn_up.number}-1")
    page = signed_in(cast.owner.user).get(at("deliverable-detail", deliverable.code)).text
    assert at("deliverable-accept", deliverable.code) in page
    page = signed_in(cast.agency.user).get(at("deliverable-detail", deliverable.code)).text
    assert at("deliverable-accept", deliverable.code) not in page


def test_an_expired_agreement_offers_no_signature(drawn_up, cast, later):
    later(days=40)
    page = signed_in(cast.agency.user).get(drawn_up.get_absolute_url()).text
    assert at("agreement-sign", drawn_up.number) not in page


def test_an_empty_form_comes_without_corrections(agreement, cast):
    client = signed_in(cast.agency.user)
    for name in ("milestone-hand-in", "milestone-extend"):
        assert "gx-errors" not in client.get(at(name, f"{agreement.number}-1")).text


def test_a_refused_hand_in_keeps_the_files_that_came(agreement, cast):
    client = signed_in(cast.agency.user)
    drawing.handed_in(cast, agreement=agreement)
    address = at("milestone-hand-in", f"{agreement.number}-1")
    file = files.upload("补充.pdf", files.pdf("x"))
    answer = client.post(address, {"uploads": file, "note": "再交一次"})
    kept = Upload.objects.get(name="补充.pdf")
    assert f'name="uploads-held" value="{kept.code}"' in answer.text
    assert "再交一次" in answer.text
    assert Deliverable.objects.count() == 1


def test_a_disguised_file_is_refused_beside_its_field(agreement, cast):
    address = at("milestone-hand-in", f"{agreement.number}-1")
    file = files.upload("报告.pdf", b"MZ this is a program")
    answer = signed_in(cast.agency.user).post(address, {"uploads": file, "note": ""})
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.text
    assert not Deliverable.objects.exists()


def test_what_others_have_read_cannot_be_reached_by_guessing_its_code(cast):
    deliverable = drawing.handed_in(cast)
    for name in ("deliverable-detail", "deliverable-accept", "deliverable-return"):
        answer = signed_in(cast.rival.user).get(at(name, deliverable.code))
        assert answer.status_code == 404


def test_the_whole_course_through_the_pages(cast):
    """Both sides sign, the agency hands in twice, the client returns once and accepts."""
    agreement = drawing.drawn_up(cast, milestones=[drawing.Stage("报告", 30, 80000)])
    owner, approver, agency = (
        signed_in(seat.user) for seat in (cast.owner, cast.approver, cast.agency)
    )
    for client in (approver, agency):
        client.post(at("agreement-sign", agreement.number), sign_data(agreement))
    hand_in = at("milestone-hand-in", f"{agreement.number}-1")
    agency.post(hand_in, {"uploads": files.upload("一.pdf", files.pdf("1")), "note": ""})
    first = Deliverable.objects.get()
    owner.post(at("deliverable-return", first.code), {"reason": "缺附表", "days": 5})
    agency.post(hand_in, {"uploads": files.upload("二.pdf", files.pdf("2")), "note": "已补"})
    second = Deliverable.objects.get(round=2)
    answer = owner.post(at("deliverable-accept", second.code), {"opinion": "合格"}, follow=True)

    assert Agreement.objects.get().state == AgreementState.FULFILLED
    page = answer.text
    for told in ("缺附表", "已补", "合格", "一.pdf", "二.pdf"):
        assert told in page
    assert at("deliverable-certificate", second.code) in page
    assert Event.objects.filter(name="deed.refused").count() == 0


def test_a_double_click_hands_in_once_and_says_so(agreement, cast):
    client = signed_in(cast.agency.user)
    address = at("milestone-hand-in", f"{agreement.number}-1")
    for _click in range(2):
        file = files.upload("报告.pdf", files.pdf())
        answer = client.post(address, {"uploads": file, "note": ""})
    assert answer.status_code == 200
    assert Deliverable.objects.count() == 1


def test_the_history_names_who_did_what(cast):
    deliverable = drawing.accepted(cast)
    agreement = deliverable.milestone.agreement
    page = signed_in(cast.regulator.user).get(agreement.get_absolute_url())
    entries = page.context["history"]
    assert [entry.person for entry in entries][:2] == ["owner", "agency"]
    assert entries[-1].unit == cast.approver.organisation.name
    assert len(entries) == 6
