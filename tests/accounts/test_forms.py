import pytest

from accounts.forms import RegistrationForm, SignupForm, UsccField
from accounts.passwords import VarietyValidator
from core.models import Region
from tests.factories import UserFactory, uscc

DATA = {
    "kind": "enterprise",
    "uscc": uscc(777),
    "name": "衡准工程咨询有限公司",
    "legal_representative": "陈宁",
    "authority": "in-person",
    "region": "章贡区",
    "address": "长征大道 1 号",
    "contact_name": "陈宁",
    "contact_phone": "0797-8123456",
}


@pytest.fixture
def region(db):
    wanted = {"name": "章贡区", "full_name": "江西省赣州市章贡区"}
    return Region.objects.get_or_create(code="360702", defaults=wanted)[0]


def filled(**changes):
    return RegistrationForm({**DATA, **changes}, by=UserFactory(), has_licence=True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("91440300192203821", "应为 18 位，现为 17 位"),
        ("91440300192203821O", "第 18 位的“O”"),
        ("914403001922038217", "校验码“7”"),
        ("", "请填写 18 位"),
    ],
)
def test_a_wrong_code_is_told_beside_its_field(typed, sentence, region):
    form = filled(uscc=typed)
    assert sentence in form.errors["uscc"][0]


def test_a_code_typed_full_width_and_small_is_read(region):
    assert UsccField().clean("９１４４０３００７１５２６７２６xg") == "9144030071526726XG"
    assert filled().is_valid()


def test_an_older_code_is_warned_of_and_passes(region):
    from accounts.identity import check_letter

    body = "91440300192203829"
    form = filled(uscc=body + check_letter(body))
    assert form.is_valid()
    assert form.warns
    fine = filled()
    assert fine.is_valid()
    assert not fine.warns


def test_a_unit_needs_a_licence_and_a_deputy_an_authorisation(region):
    form = RegistrationForm(
        {**DATA, "authority": "in-writing"}, by=UserFactory(), has_licence=False
    )
    assert set(form.errors) == {"licence", "authorisation"}


def test_a_natural_person_has_neither_code_nor_licence(region):
    person = {**DATA, "kind": "natural-person"}
    form = RegistrationForm({**person, "id_number": "11010519491231002x"}, by=UserFactory())
    assert form.is_valid()
    assert form.details().uscc is None
    assert form.details().id_number == "11010519491231002X"
    for wrong in ("", "110105194912310021"):
        form = RegistrationForm({**person, "id_number": wrong}, by=UserFactory())
        assert list(form.errors) == ["id_number"]


@pytest.mark.parametrize("typed", ["360702", "章贡区", "江西省赣州市章贡区"])
def test_a_region_is_known_by_code_and_by_name(typed, region):
    form = filled(region=typed)
    assert form.is_valid()
    assert form.details().region == region


def test_an_unknown_region_is_refused(region):
    assert "没有“月球区”" in filled(region="月球区").errors["region"][0]


@pytest.mark.parametrize("typed", ["12345678901", "1397070072", "8123456"])
def test_a_phone_that_cannot_be_is_refused(typed, region):
    assert "contact_phone" in filled(contact_phone=typed).errors
    assert "phone" in SignupForm({"name": "陈宁", "phone": typed}).errors


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("onlysmallletters"[:12], False),
        ("smallAndCapitals"[:12], False),
        ("smallAnd1Capital"[:12], True),
        ("small-and-1"[:12], True),
        ("a phrase of small letters", True),
    ],
)
def test_a_password_is_varied_or_long(password, good):
    from django.core.exceptions import ValidationError

    try:
        VarietyValidator().validate(password)
    except ValidationError:
        assert not good
    else:
        assert good
