"""What the database refuses, whoever asks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from contracts.drafting import names
from contracts.models import (
    Agreement,
    AgreementTemplate,
    Change,
    Deliverable,
    Milestone,
    Party,
)
from core import clock
from tests.contracts import drawing

pytestmark = pytest.mark.django_db


def test_the_seeded_template_names_every_value_that_its_text_wants():
    template = AgreementTemplate.objects.get(slug="service-agreement", version=1)
    ours = {"number", "amount", "amount_in_words", "acceptance_days", "sign_until"} | {
        f"{side}_{fact}" for side in ("owner", "agency") for fact in ("name", "uscc", "address")
    }
    assert names(template.body) == {value["name"] for value in template.values} | ours


def test_the_version_in_force_is_found_by_the_day():
    first = AgreementTemplate.objects.get(slug="service-agreement")
    first.valid_until = "2026-06-01"
    first.save()
    second = AgreementTemplate.objects.create(
        slug=first.slug, version=2, name="v2", source="", body=[], valid_from="2026-06-01"
    )
    found = AgreementTemplate.objects.in_force
    assert (found("service-agreement", "2026-05-31"), found("service-agreement", "2026-06-01")) == (
        first,
        second,
    )
    with pytest.raises(AgreementTemplate.DoesNotExist):
        found("service-agreement", "2025-12-31")
    second.version = 1
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"state": "concluded"},
        {"state": "declined", "ended_at": clock.now()},
        {"state": "lapsed", "ended_at": clock.now()},  # before the time to sign is over
        {"concluded_at": clock.now()},
        {"sign_until": clock.now() - timedelta(days=1)},
        {"amount": 0},
        {"number": "GXHT-2026-99999"},
        {"digest": "0" * 64},
        {"paper": {}},
        {"title": "另一个合同"},
        {"acceptance_days": 99},
    ],
)
def test_an_agreement_never_becomes_what_it_must_not(drawn_up, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.update(**change)


@pytest.mark.parametrize("model", [Agreement, Party, Milestone, Deliverable])
def test_nothing_of_an_agreement_is_deleted_even_by_sql(cast, model):
    drawing.handed_in(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.all()._raw_delete("default")


@pytest.mark.parametrize("change", [{"signer": "别人"}, {"signed_at": None}, {"side": "agency"}])
def test_a_signature_is_never_changed(agreement, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.filter(side="owner").update(**change)


@pytest.mark.parametrize(
    "change",
    [{"amount": 1}, {"title": "终稿"}, {"days": 99}, {"place": 7}, {"in_working_days": True}],
)
def test_a_milestone_keeps_what_was_signed(agreement, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        agreement.milestones.filter(place=1).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"note": "另一份"},
        {"digest": "0" * 64},
        {"days_late": 9},
        {"state": "accepted"},
        {"state": "lost"},
        {"decided_at": clock.now()},
    ],
)
def test_a_deliverable_keeps_what_was_handed_in_and_how_it_was_decided(cast, change):
    drawing.handed_in(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deliverable.objects.update(**change)


def test_a_milestone_has_one_standing_hand_in(cast):
    twin = drawing.handed_in(cast)
    twin.pk, twin.code, twin.round = None, "TWIN", 2
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "gift"},
        {"state": "granted"},
        {"state": "refused", "decided_at": clock.now()},
        {"milestone": None},
        {"due_after": None},
        {"due_after": clock.now()},
        {"reason": ""},
        {"kind": "termination"},
    ],
)
def test_a_change_is_whole_and_never_shortens(cast, change):
    drawing.extension_asked(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.update(**change)
