"""allauth's forms in our words, where its own are English."""

from typing import Any

from allauth.account.forms import AddEmailForm as TheirAddEmailForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm as TheirAddWebAuthnForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# In allauth's templates, half translated by its own catalogue; ours comes first.
gettext_noop("Sign in with a passkey")
gettext_noop("Email Address")
gettext_noop("Current email")
gettext_noop("Change Email")


class AddEmailForm(TheirAddEmailForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")


class AddWebAuthnForm(TheirAddWebAuthnForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of this key")
