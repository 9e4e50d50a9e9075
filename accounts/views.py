"""Doors of people and organisations."""

from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.access import SESSION_KEY, signed_in
from accounts.models import Seat
from core import clock


@signed_in
@require_POST
def switch_seat(request):
    """Act from another of one's own seats, from the next request on."""
    own = Seat.objects.held_at(clock.now()).filter(user=request.user)
    seat = get_object_or_404(own, code=request.POST.get("seat", ""))
    request.session[SESSION_KEY] = seat.code
    onward = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(onward, {request.get_host()}, request.is_secure()):
        return redirect(onward)
    return redirect("/desk/")
