import pytest
from django.core.management import CommandError, call_command

from accounts import registration
from accounts.models import Deed, Organisation, Standing, User
from core import clock
from core.audit import Console
from core.models import Event, Region
from tests.factories import UserFactory, uscc
from tests.witness import refused


def establish(**changes):
    arguments = {
        "uscc": uscc(77),
        "name": "云江市公共资源交易中心",
        "region": Region.objects.first().code,
        "person": "何清源",
        "email": "he@example.com",
    }
    call_command("establish", "operator", **(arguments | changes))


def test_the_operator_is_established_verified_with_its_first_seat(db):
    establish()
    unit = Organisation.objects.get(standing=Standing.OPERATOR)
    seat = unit.seats.get()
    assert unit.state == "verified"
    assert seat.user.email == "he@example.com"
    assert seat.may(Deed.VERIFY_ORGANISATION)
    assert '"actor":"console"' in Event.objects.get(name="organisation.established").content


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"uscc": "123"}, "wrong in its length"), ({"region": "000000"}, "no such region")],
)
def test_a_wrong_code_or_region_is_told(db, changes, sentence):
    with pytest.raises(CommandError, match=sentence):
        establish(**changes)
    assert not User.objects.exists()


def test_twice_and_a_participant_are_refused(db):
    establish()
    with pytest.raises(CommandError):
        establish()
    details = registration.Details(
        kind="enterprise",
        uscc=uscc(78),
        name="x",
        short_name="",
        authority="",
        legal_representative="",
        region=None,
        address="",
        contact_name="",
        contact_phone="",
        contact_email="",
    )
    user = UserFactory()
    with refused("A participant registers on the site"):
        registration.establish(
            details, Standing.PARTICIPANT, user=user, by=Console(), at=clock.now()
        )
