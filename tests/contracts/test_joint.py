"""Joint agreements: many partners sign one text, and each may be released from it."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from contracts import agreements, changes
from contracts.models import AgreementState, AgreementTemplate, Release
from core import clock
from core.models import Event, Letter
from tests.cast import signed_in
from tests.contracts import drawing
from tests.factories import SeatFactory
from tests.witness import refused

pytestmark = pytest.mark.django_db

BODY = [
    {"kind": "paragraph", "text": "全体缔约方就组建{alliance}达成本协议（编号 {number}）。"},
    {"kind": "partners"},
    {"kind": "paragraph", "text": "请在 {sign_until} 前签署。"},
]


@pytest.fixture
def template():
    return AgreementTemplate.objects.create(
        slug="pact",
        version=1,
        name="联盟协议书",
        source="测试",
        valid_from="2026-01-01",
        values=[{"name": "alliance", "label": "联盟名称"}],
        body=BODY,
    )


@transaction.atomic(durable=True)
def drawn_up(cast, template, **changed):
    given = {
        "template": template,
        "about": cast.owner.organisation,
        "title": "智慧水务产业技术创新联盟协议书",
        "partners": [one.organisation for one in (cast.owner, cast.agency, cast.rival)],
        "values": {"alliance": "智慧水务产业技术创新联盟"},
        "by": cast.operator,
        "at": clock.now(),
    }
    return agreements.draw_up_joint(**given | changed)


@transaction.atomic(durable=True)
def released(agreement, partner, reason="自愿退出", by=None):
    return agreements.release(agreement, partner, reason=reason, by=by, at=clock.now())


@pytest.fixture
def pact(cast, template):
    return drawn_up(cast, template)


@pytest.fixture
def in_force(cast, pact):
    for seat in (cast.approver, cast.agency, cast.rival):
        pact = drawing.sign(pact, seat)
    return pact


def test_the_text_names_every_partner_in_order(cast, pact):
    assert pact.is_joint
    (table,) = [one for one in pact.paper["blocks"] if one["kind"] == "table"]
    names = [row[1] for row in table["rows"]]
    assert names == [one.organisation.name for one in (cast.owner, cast.agency, cast.rival)]
    assert [one.place for one in pact.parties.all()] == [1, 2, 3]
    assert {letter.organisation_code for letter in Letter.objects.all()} >= {
        one.organisation.code for one in (cast.owner, cast.agency, cast.rival)
    }


def test_it_is_in_force_when_the_last_partner_has_signed(cast, pact):
    drawing.sign(pact, cast.agency)
    Letter.objects.all().delete()
    assert drawing.sign(pact, cast.rival).state == AgreementState.DRAWN_UP
    # Only the last partner is written to: all the others wait for it.
    assert {letter.organisation_code for letter in Letter.objects.all()} == {
        cast.owner.organisation.code
    }
    signed = drawing.sign(pact, cast.approver)
    assert (signed.state, signed.milestones.count()) == (AgreementState.CONCLUDED, 0)
    assert signed.papers.get().digest == signed.digest
    assert Event.objects.filter(name="agreement.concluded").count() == 1
    assert not Event.objects.filter(name="notice.published").exists()


def test_nobody_signs_for_two_partners(cast, pact):
    drawing.sign(pact, cast.agency)
    both = SeatFactory(organisation=cast.rival.organisation, user=cast.agency.user)
    with refused("You have signed for another party"):
        drawing.sign(pact, both)


def test_one_partner_who_declines_ends_it_for_all(cast, pact):
    agreements.decline(pact, reason="暂不参加", by=cast.rival, at=clock.now())
    with refused("This is “%(now)s” by now"):
        drawing.sign(pact, cast.agency)


def test_a_released_partner_is_free_and_the_last_two_end_it(cast, in_force):
    released(in_force, cast.rival.organisation, by=cast.operator)
    in_force.refresh_from_db()
    assert in_force.state == AgreementState.CONCLUDED
    with refused("is not bound by this agreement"):
        released(in_force, cast.rival.organisation, by=cast.operator)
    released(in_force, cast.agency.organisation, by=cast.operator)
    in_force.refresh_from_db()
    assert in_force.state == AgreementState.TERMINATED
    assert in_force.end_reason == "自愿退出"


def test_a_release_before_the_agreement_is_in_force_is_refused(cast, pact):
    with refused("This is “%(now)s” by now"):
        released(pact, cast.rival.organisation, by=cast.operator)


def test_partners_have_no_other_side_to_end_it_with(cast, in_force):
    with refused("A joint agreement has no other side"):
        changes.ask_termination(in_force, reason="不再合作", by=cast.agency, at=clock.now())


@pytest.mark.parametrize("partners", [1, "twice"])
def test_it_takes_two_different_partners(cast, template, partners):
    one = cast.owner.organisation
    with pytest.raises(ValueError, match="at least two partners"):
        drawn_up(cast, template, partners=[one] if partners == 1 else [one, one])


def test_a_release_is_never_changed_nor_deleted(cast, in_force):
    released(in_force, cast.rival.organisation, by=cast.operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(reason="另一个理由")
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.all()._raw_delete("default")


def test_a_price_and_its_days_go_together(cast, pact):
    with pytest.raises(IntegrityError), transaction.atomic():
        type(pact).objects.update(acceptance_days=10)


def test_its_pages_show_partners_and_no_price(cast, in_force, client):
    client.force_login(cast.agency.user)
    page = client.get(in_force.get_absolute_url()).content.decode()
    assert cast.rival.organisation.name in page
    assert "¥" not in page
    assert "¥" not in client.get(reverse("contracts:agreement-list")).content.decode()
    assert client.get(reverse("contracts:agreement-pdf", args=[in_force.number])).status_code == 200


def test_a_partner_signs_on_its_page(cast, pact):
    client = signed_in(cast.agency.user)
    url = reverse("contracts:agreement-sign", args=[pact.number])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"typed": "同意签署", "digest": pact.digest})
    assert answer.status_code == 302
    assert pact.parties.get(organisation=cast.agency.organisation).signed_at
