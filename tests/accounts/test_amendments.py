import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import amendments
from accounts.amendments import Amended
from accounts.models import (
    Amendment,
    AmendmentState,
    Certificate,
    CertificateKind,
    OrganisationState,
)
from cms import desk
from core import clock
from core.models import Event, Letter, Upload
from core.once import AlreadyDone
from tests import files
from tests.cast import seated, signed_in
from tests.factories import CertificateFactory, SeatFactory, UploadFactory
from tests.marketplace.ordering import enlisted
from tests.witness import refused

NEW = "云江衡准咨询集团有限公司"


def ask(seat, name=NEW, **facts):
    unit = seat.organisation
    amended = Amended(
        name=name,
        kind=facts.pop("kind", unit.kind),
        legal_representative=facts.pop("legal_representative", unit.legal_representative),
    )
    if "licence" not in facts:
        facts["licence"] = UploadFactory()
    facts = {"reason": "公司改制，2026 年 3 月 2 日核准", **facts}
    return amendments.ask(unit, amended, by=seat, at=clock.now(), **facts)


@pytest.fixture
def asked(cast):
    return ask(cast.agency)


def test_asking_changes_nothing_yet_and_tells_the_verifiers(asked, cast):
    cast.agency.organisation.refresh_from_db()
    assert cast.agency.organisation.name == "Agency"
    assert asked.state == AmendmentState.ASKED
    assert [(str(one[0]), *one[1:]) for one in asked.changes()] == [("单位名称", "Agency", NEW)]
    letter = Letter.objects.get(kind="accounts/amendment-asked")
    assert letter.email == "operator@example.com"
    assert f"单位名称：Agency → {NEW}" in letter.body
    assert Upload.objects.get(pk=asked.licence_id).subject_code == asked.code
    (row,) = desk.waiting(cast.operator, cast.operator.user, clock.now())
    assert row.title == "Agency"


def test_granting_changes_the_unit_and_keeps_what_was(asked, cast):
    older = CertificateFactory(organisation=cast.agency.organisation)
    amendments.grant(asked, by=cast.operator, at=clock.now())
    unit = cast.agency.organisation
    unit.refresh_from_db()
    asked.refresh_from_db()
    assert unit.name == NEW
    assert unit.state == OrganisationState.VERIFIED
    assert (asked.state, asked.name_before, asked.name_after) == ("granted", "Agency", NEW)
    assert unit.former_names() == ["Agency"]
    licence = Certificate.objects.current().get(kind=CertificateKind.LICENCE)
    assert licence.scan == asked.licence
    older.refresh_from_db()
    assert older.superseded_by == licence
    asked.licence.refresh_from_db()
    assert asked.licence.subject_code == licence.code
    event = Event.objects.get(name="organisation.amended")
    assert event.public
    assert NEW in event.content
    assert "Agency" in event.content
    assert Letter.objects.get(kind="accounts/amendment-granted").email == "agency@example.com"


def test_refusing_leaves_everything_and_tells_why(asked, cast):
    amendments.refuse(asked, reason="执照上的名称不同", by=cast.operator, at=clock.now())
    unit = cast.agency.organisation
    unit.refresh_from_db()
    assert unit.name == "Agency"
    assert unit.former_names() == []
    assert "执照上的名称不同" in Letter.objects.get(kind="accounts/amendment-refused").body
    assert not Certificate.objects.exists()
    ask(cast.agency)  # corrected, once more


def test_a_withdrawn_request_makes_room_for_another(asked, cast):
    amendments.withdraw(asked, by=cast.agency, at=clock.now())
    assert ask(cast.agency).state == AmendmentState.ASKED
    assert desk.count(cast.operator, cast.operator.user, clock.now()) == 1


def test_what_cannot_be_asked(cast):
    licence = UploadFactory()
    person = seated("person", kind="natural-person", organisation__uscc=None)
    with refused("Nothing would change"):
        ask(cast.agency, name=" Agency ", licence=licence)
    with refused("Say why it changes"):
        ask(cast.agency, reason="  ", licence=licence)
    with refused("register the other unit anew"):
        ask(cast.agency, kind="government", licence=licence)
    with refused("register the other unit anew"):
        ask(cast.owner, kind="enterprise", licence=licence)
    with refused("A natural person has no licence"):
        ask(person, licence=licence)


def test_a_second_request_waits_for_the_first_and_an_unverified_unit_asks_none(asked, cast):
    licence = UploadFactory()
    with refused("An earlier request waits"):
        ask(cast.agency, name="又一名称", licence=licence)
    rival = cast.rival.organisation
    rival.state, rival.verified_at = OrganisationState.SUBMITTED, None
    rival.save()
    with refused("is “%(now)s”"):
        ask(cast.rival, licence=licence)


def test_a_double_click_asks_once(cast):
    made = ask(cast.agency, key="K" * 20)
    amendments.withdraw(made, by=cast.agency, at=clock.now())
    with pytest.raises(AlreadyDone) as twin:
        ask(cast.agency, key="K" * 20)
    assert twin.value.subject_code == made.code


@pytest.mark.parametrize("decide", [amendments.grant, amendments.withdraw])
def test_what_was_decided_is_decided(asked, cast, decide):
    amendments.refuse(asked, reason="执照不清晰", by=cast.operator, at=clock.now())
    with refused("is “%(now)s”"):
        decide(asked, by=cast.operator, at=clock.now())


def test_nobody_decides_on_a_unit_in_which_he_sits(asked, cast):
    SeatFactory(user=cast.operator.user, organisation=cast.agency.organisation)
    with refused("somebody else must decide on it"):
        amendments.grant(asked, by=cast.operator, at=clock.now())
    with refused("somebody else must decide on it"):
        amendments.refuse(asked, reason="不符", by=cast.operator, at=clock.now())


def test_a_refusal_gives_its_reason(asked, cast):
    with refused("Say what is wrong"):
        amendments.refuse(asked, reason=" ", by=cast.operator, at=clock.now())


def test_the_database_lets_no_row_through_that_changes_nothing(asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        Amendment.objects.update(name_after="Agency")


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def typed(unit, **changes):
    return {
        "name": NEW,
        "kind": unit.kind,
        "legal_representative": "陈宁",
        "reason": "公司改制",
        "licence": files.upload("新执照.pdf", files.pdf()),
        "papers": files.upload("核准通知.pdf", files.pdf("2")),
        "once": "K" * 20,
        **changes,
    }


def fetched(client, code):
    answer = client.get(reverse("core:upload", args=[code]))
    if answer.streaming:
        b"".join(answer.streaming_content)  # to the end, which closes the file
    return answer.status_code


def test_a_unit_asks_and_the_operator_grants_through_the_pages(cast):
    client, unit = signed_in(cast.agency.user), cast.agency.organisation
    assert reverse("accounts:amendment-ask") in client.get(reverse("accounts:organisation")).text
    address = reverse("accounts:amendment-ask")
    page = client.post(address, typed(unit, reason=""))
    assert "新执照.pdf" in page.text  # received already, and kept
    held = Upload.objects.get(name="新执照.pdf").code
    again = typed(unit, **{"licence-held": held})
    again.pop("licence")
    answer = client.post(address, again)
    made = Amendment.objects.get()
    own_page = reverse("accounts:amendment", args=[made.code])
    assert answer.headers["Location"] == own_page
    assert "核准通知.pdf" in client.get(own_page).text
    assert (
        reverse("accounts:amendment-ask") not in client.get(reverse("accounts:organisation")).text
    )

    operator = signed_in(cast.operator.user)
    assert unit.name in operator.get(reverse("accounts:verifications")).text
    assert fetched(operator, held) == 200
    refusal = operator.post(reverse("accounts:amendment-refuse", args=[made.code]), {"reason": ""})
    assert refusal.status_code == 200
    assert operator.post(reverse("accounts:amendment-grant", args=[made.code])).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.legal_representative) == (NEW, "陈宁")
    assert "已核准" in client.get(own_page).text
    assert fetched(client, held) == 200
    assert fetched(signed_in(cast.rival.user), held) == 404


def test_a_kind_that_nothing_turns_into_is_not_offered(cast):
    page = signed_in(cast.agency.user).get(reverse("accounts:amendment-ask"))
    kinds = [value for value, _label in page.context["form"].fields["kind"].choices]
    assert "government" not in kinds
    assert "natural-person" not in kinds
    page = signed_in(cast.approver.user).get(reverse("accounts:amendment-ask"))
    assert [value for value, _label in page.context["form"].fields["kind"].choices] == [
        "government"
    ]


def test_the_agencys_public_page_tells_the_former_name(cast):
    agency = enlisted(cast.agency.organisation)
    assert "曾用名" not in Client().get(agency.get_absolute_url()).text
    amendments.grant(ask(cast.agency), by=cast.operator, at=clock.now())
    page = Client().get(agency.get_absolute_url()).text
    assert "曾用名 Agency" in page
    assert f"<h1>{NEW}</h1>" in page


def test_the_queue_runs_the_same_queries_for_1_request_and_for_20(asked, cast):
    client = signed_in(cast.operator.user)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("accounts:verifications")).status_code == 200
        return len(captured)

    queries()
    for_one = queries()
    for place in range(19):
        ask(seated(f"unit{place}"))
    assert queries() == for_one


def test_contacts_are_kept_by_the_unit_itself_with_an_event(cast):
    client = signed_in(cast.agency.user)
    address = reverse("accounts:contacts")
    fields = {
        "short_name": "衡准",
        "region": "360702",
        "address": "章贡区长征大道 9 号",
        "contact_name": "陈宁",
        "contact_phone": "13970700721",
        "contact_email": "office@example.com",
    }
    assert client.post(address, fields).status_code == 302
    cast.agency.organisation.refresh_from_db()
    assert cast.agency.organisation.address == "章贡区长征大道 9 号"
    assert "address" in Event.objects.get(name="organisation.kept").content
