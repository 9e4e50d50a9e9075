"""How allauth behaves here: growing delay, letters in our name, secrets encrypted at rest."""

from math import ceil
from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
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
