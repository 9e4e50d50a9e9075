"""Step-up 再次核验: before a deed that binds a unit, who acts proves once more who it is.

    @require_seat(Deed.SIGN)
    @step_up(two_factors=True)
    def agreement_sign(request, number):
        form = SignForm(request.POST or None, initial=kept(request))

Who has a second factor shows it, all others their password, by allauth's own pages; it counts for
`settings.STEP_UP_WITHIN`, and so does the sign-in itself. What was sent too late is not done, and
waits in the session, encrypted, until its form is shown again.
"""

import json
import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages  # noqa: TID251 — access checks are doors
from django.shortcuts import redirect  # noqa: TID251
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.sessions import FACTORS
from core import fields

View = Callable[..., Any]
KEPT = "kept"
ROOM = 20_000  # characters of what was typed: forms of deeds are short
DEMO = "demo"  # how the demo's people sign in, who have no password to show again


def step_up(*, two_factors: bool = False) -> Callable[[View], View]:
    """Let in only who has proved the identity lately; goes below the decorator that lets in.

    With `two_factors`, where settings.SIGNING_NEEDS_MFA, only by a second factor.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: Any, *args: Any, **kwargs: Any) -> Any:
            has_factor = is_mfa_enabled(request.user, FACTORS)
            must = two_factors and settings.SIGNING_NEEDS_MFA
            if (has_factor or not must) and _is_fresh(request, has_factor):
                return view(request, *args, **kwargs)
            if request.method == "POST":
                _keep(request)
            return _led_away(request, has_factor, must=must)

        return door

    return decorate


def kept(request: Any) -> dict[str, Any]:
    """What was typed here before the step-up, as a form's initial values; handed out once."""
    if request.method != "GET" or KEPT not in request.session:
        return {}
    try:
        stored = json.loads(fields.decrypt(request.session[KEPT], _label(request)))
    except fields.Undecipherable:  # of another person, or its key is gone
        del request.session[KEPT]
        return {}
    if stored["path"] != request.path:
        return {}
    del request.session[KEPT]
    typed: dict[str, Any] = stored["typed"]
    return typed


def _is_fresh(request: Any, has_factor: bool) -> bool:
    counted = {"mfa"} if has_factor else {"mfa", "password"}
    records = get_authentication_records(request, request.user)
    if settings.DEMO and not has_factor and any(one["method"] == DEMO for one in records):
        return True
    # allauth's records bear the machine's time, not our clock's, which a rehearsal shifts.
    since = time.time() - settings.STEP_UP_WITHIN.total_seconds()
    return any(one["method"] in counted and one["at"] > since for one in records)


def _keep(request: Any) -> None:
    typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    text = json.dumps({"path": request.path, "typed": typed})
    if len(text) <= ROOM:  # a bid's price is nobody's to read in the table of sessions
        request.session[KEPT] = fields.encrypt(text, _label(request))


def _label(request: Any) -> str:
    return f"session.kept:{request.user.code}"


def _led_away(request: Any, has_factor: bool, *, must: bool) -> Any:
    if must and not has_factor:
        messages.warning(
            request,
            _(
                "Who signs or publishes for a unit shows a second factor: set up an authenticator"
                " app or a passkey first. Nothing has been done yet."
            ),
        )
        return redirect("mfa_index")
    messages.info(
        request,
        _("Nothing has been done yet: confirm that it is you. What you typed is kept.")
        if request.method == "POST"
        else _("This binds your unit: confirm first that it is you; then you come back."),
    )
    page = "mfa_reauthenticate" if has_factor else "account_reauthenticate"
    return redirect(f"{reverse(page)}?{urlencode({'next': request.get_full_path()})}")
