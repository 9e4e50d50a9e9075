import pytest
from django.db import IntegrityError, transaction

from contracts.drafting import names
from contracts.models import AgreementTemplate


@pytest.mark.django_db
def test_the_seeded_template_names_every_value_that_its_text_wants():
    template = AgreementTemplate.objects.get(slug="service-agreement", version=1)
    ours = {"number", "amount", "amount_in_words", "acceptance_days", "sign_until"} | {
        f"{side}_{fact}" for side in ("owner", "agency") for fact in ("name", "uscc", "address")
    }
    assert names(template.body) == {value["name"] for value in template.values} | ours


@pytest.mark.django_db
def test_a_template_cannot_have_one_version_twice():
    template = AgreementTemplate.objects.get()
    template.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        template.save()
