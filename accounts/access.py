"""Who may call a door: `@signed_in`, `@require_seat(deed, …)`, `@staff(deed, …)`.

The middleware finds the seat a request acts from, anew each time, and names the actor.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied

from accounts.models import Deed, Seat, Standing
from core import clock
from core.audit import Visitor
from core.views import declare

View = Callable[..., Any]
SESSION_KEY = "seat"


def name_actor(get_response: View) -> View:
    """Middleware: `request.seat` (or None), and `request.actor`: a seat, a user or a visitor."""

    def named(request: Any) -> Any:
        request.seat = None
        if request.user.is_authenticated:
            request.seat = _seat(request)
            request.actor = request.seat or request.user
        else:
            request.actor = Visitor()
        return get_response(request)

    return named


def _seat(request: Any) -> Seat | None:
    """The seat chosen in the switcher, else the one held longest."""
    held = Seat.objects.held_at(clock.now()).filter(user=request.user)
    held = held.select_related("organisation").order_by("held_from", "pk")
    seats = list(held)
    chosen = request.session.get(SESSION_KEY)
    for seat in seats:
        seat.user = request.user
    request.seats = seats
    return next((seat for seat in seats if seat.code == chosen), seats[0] if seats else None)


def signed_in(view: View) -> View:
    """Whoever is signed in, with or without a seat."""
    return declare(login_required(view), "signed in")


def require_seat(*deeds: Deed) -> Callable[[View], View]:
    """Only who acts from a seat whose scope holds one of `deeds`; any seat when none is named."""

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: Any, *args: Any, **kwargs: Any) -> Any:
            seat = request.seat
            if seat is None or (deeds and not any(seat.may(deed) for deed in deeds)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return declare(login_required(door), "seat: " + (", ".join(deeds) or "any"))

    return decorate


def staff(*deeds: Deed) -> Callable[[View], View]:
    """Only who acts from a seat of the operator or regulator whose scope holds one of `deeds`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: Any, *args: Any, **kwargs: Any) -> Any:
            seat = request.seat
            if seat is None or seat.organisation.standing == Standing.PARTICIPANT:
                raise PermissionDenied
            if deeds and not any(seat.may(deed) for deed in deeds):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return declare(login_required(door), "staff: " + (", ".join(deeds) or "any"))

    return decorate
