"""How allauth behaves here: growing delay, letters in our name, secrets encrypted at rest."""

from math import ceil
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import throttle
from core import clock, fields


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        """In place of allauth's fixed windows, which lock an account for whoever owns it."""
        account, place = self._place(request, credentials)
        wait = throttle.take(account, place, again=self._again(request), at=clock.now())
        if wait:
            seconds = ceil(wait.total_seconds())
            raise ValidationError(
                ngettext(
                    "Too many wrong attempts from here: try again in %(seconds)s second.",
                    "Too many wrong attempts from here: try again in %(seconds)s seconds.",
                    seconds,
                )
                % {"seconds": seconds}
            )

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user:
            throttle.forget(*self._place(request, credentials), again=self._again(request))
        return user

    def _place(self, request: Any, credentials: Any) -> tuple[str, str]:
        return credentials.get("email") or "", self.get_client_ip(request) or ""

    def _again(self, request: Any) -> bool:
        return bool(request.user.is_authenticated)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        site = SimpleNamespace(name=_("Gongxin"), domain=settings.SITE_URL.partition("://")[2])
        super().send_mail(template_prefix, email, {**context, "current_site": site})

    def format_email_subject(self, subject: str) -> str:
        return "【公信】" + subject


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    LABEL = "mfa_authenticator.data"

    def encrypt(self, text: str) -> str:
        return fields.encrypt(text, self.LABEL)

    def decrypt(self, encrypted_text: str) -> str:
        return fields.decrypt(encrypted_text, self.LABEL)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "公信"}


SECRETS = ("secret", "seed", "migrated_codes")  # what allauth encrypts of an authenticator's data


def rotate_second_factors() -> int:
    """Encrypt anew, with the newest key, apps and recovery codes; how many rows.

    Each row under its own lock: a code that is used meanwhile is not forgotten.
    """
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    count = 0
    for pk in rows.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            row = rows.select_for_update(no_key=True).filter(pk=pk).first()
            if row is not None and _is_stale(row.data):
                row.data = {name: _anew(name, value) for name, value in row.data.items()}
                row.save(update_fields=["data"])
                count += 1
    return count


def _is_stale(data: dict[str, Any]) -> bool:
    return any(fields.is_stale(text) for name in SECRETS for text in _texts(data.get(name, [])))


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


def _anew(name: str, value: Any) -> Any:
    if name not in SECRETS:
        return value
    label = SecondFactorAdapter.LABEL
    anew = [fields.encrypt(fields.decrypt(text, label), label) for text in _texts(value)]
    return anew[0] if isinstance(value, str) else anew
