import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.management import call_command

from accounts import adapter
from core.fields import Undecipherable
from tests.accounts.test_sign_in import format_code
from tests.factories import UserFactory

OLD, NEW = {1: b"1" * 32}, {2: b"2" * 32}


@pytest.mark.django_db
def test_rotation_reaches_second_factors_which_then_need_the_new_key_only(settings, capsys):
    settings.FIELD_KEYS = OLD
    user = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user)
    used, *rest = codes.generate_codes()
    assert codes.validate_code(used)
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "v1:钥匙"}
    )

    settings.FIELD_KEYS = OLD | NEW
    call_command("rotate_field_keys")
    assert "mfa_authenticator.data: 2 rewritten" in capsys.readouterr().out
    assert adapter.rotate_second_factors() == 0

    settings.FIELD_KEYS = NEW  # the old key may go
    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert app.data["secret"].startswith("v2:")
    assert app.wrap().validate_code(format_code(secret))
    kept = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap()
    assert kept.get_unused_codes() == rest
    key = Authenticator.objects.get(type=Authenticator.Type.WEBAUTHN)
    assert key.data == {"name": "v1:钥匙"}  # nothing secret: untouched


@pytest.mark.django_db
def test_rotation_stops_at_what_no_key_opens_and_changes_nothing(settings):
    settings.FIELD_KEYS = OLD
    TOTP.activate(UserFactory(), generate_totp_secret())
    before = Authenticator.objects.get().data
    settings.FIELD_KEYS = NEW
    with pytest.raises(Undecipherable):
        adapter.rotate_second_factors()
    assert Authenticator.objects.get().data == before


@pytest.mark.django_db
def test_imported_recovery_codes_are_rotated_too(settings):
    settings.FIELD_KEYS = OLD
    mine = adapter.SecondFactorAdapter()
    data = {"migrated_codes": [mine.encrypt("11112222"), mine.encrypt("33334444")]}
    Authenticator.objects.create(
        user=UserFactory(), type=Authenticator.Type.RECOVERY_CODES, data=data
    )
    settings.FIELD_KEYS = OLD | NEW
    assert adapter.rotate_second_factors() == 1
    settings.FIELD_KEYS = NEW
    assert Authenticator.objects.get().wrap().get_unused_codes() == ["11112222", "33334444"]
