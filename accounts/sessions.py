"""What a session must be, request by request: not idle for too long; of staff, with two factors.

Rights are no part of it: `accounts.access` looks them up anew each time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages  # noqa: TID251 — middlewares are doors
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect  # noqa: TID251
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Seat, Standing
from core import clock

View = Callable[..., Any]
# Who else may enter the staff's pages, as upper packages know of a user and the seats held now.
admitting: list[Callable[[Any, list[Seat]], bool]] = []
SEEN = "seen"
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def end_idle_session(get_response: View) -> View:
    """Middleware: who did nothing for SESSION_IDLE is signed out.

    Pages that ask for news by themselves are no deed of the user's, and keep nobody signed in.
    """

    def ended(request: Any) -> Any:
        if request.user.is_authenticated:
            now = clock.now()
            seen = request.session.get(SEEN)
            if seen and now - datetime.fromisoformat(seen) > settings.SESSION_IDLE:
                logout(request)
            elif not _asks_by_itself(request) and _is_stale(seen, now):
                request.session[SEEN] = now.isoformat()
        return get_response(request)

    return ended


def _asks_by_itself(request: Any) -> bool:
    return request.method == "GET" and "HX-Request" in request.headers


def _is_stale(seen: str | None, now: datetime) -> bool:
    """Written once a minute at most: a session saved at each request would cost a write each."""
    return not seen or abs((now - datetime.fromisoformat(seen)).total_seconds()) >= 60


def guard_staff(get_response: View) -> View:
    """Middleware: the staff's pages are closed to others, and staff show a second factor."""

    def guarded(request: Any) -> Any:
        path = request.path.removeprefix("/en")
        if request.user.is_authenticated and not path.startswith("/accounts/"):
            at_staff = path.startswith("/staff/") and not _is_public(path)
            if at_staff and not _is_staff(request):
                raise PermissionDenied
            if settings.STAFF_NEEDS_MFA and (at_staff or _acts_as_staff(request)):
                missing = _missing_factor(request)
                if missing:
                    return missing
        return get_response(request)

    return guarded


def _is_staff(request: Any) -> bool:
    """By a group, and by a seat that is held now: the group outlives a seat that ran out.

    Beside them, whoever an upper package admits.
    """
    if request.user.is_superuser:
        return True
    seated = any(seat.organisation.standing != Standing.PARTICIPANT for seat in request.seats)
    if seated and request.user.has_perm("wagtailadmin.access_admin"):
        return True
    return any(admits(request.user, request.seats) for admits in admitting)


def _is_public(path: str) -> bool:
    return path.startswith(("/staff/login/", "/staff/password_reset/", "/staff/sprite/"))


def _acts_as_staff(request: Any) -> bool:
    seat = request.seat
    return (
        seat is not None
        and seat.organisation.standing != Standing.PARTICIPANT
        and request.path != reverse("accounts:switch-seat")
    )


def _missing_factor(request: Any) -> Any:
    """Where to go for the second factor; None when this session has shown it."""
    records = get_authentication_records(request, request.user)
    if any(record["method"] == "mfa" for record in records):
        return None
    onward = urlencode({"next": request.get_full_path()})
    if is_mfa_enabled(request.user, FACTORS):
        return redirect(f"{reverse('mfa_reauthenticate')}?{onward}")
    messages.warning(
        request,
        _("Staff sign in with a second factor: set up an authenticator app or a passkey first."),
    )
    return redirect("mfa_index")
