"""What the doors of meetings, fees and leaving share: who is inside."""

from django.http import Http404

from alliance.models import Member, Officer
from core import clock


def enter(request, alliance, *posts, unit=None, deed=None):
    """Let in an officer with one of `posts`, or who acts for a member unit; for all others 404.

    With `posts` only those officers; with `unit` (an organisation) only that unit's seats, with
    `deed` only those whose scope holds it. Sets `request.posts` and `request.member`.
    """
    held = Officer.objects.held_at(clock.now()).of(request.seat).filter(alliance=alliance)
    request.posts = set(held.values_list("post", flat=True))
    members = Member.objects.filter(alliance=alliance, organisation=request.seat.organisation)
    request.member = members.order_by("-joined_on", "-pk").first()
    request.alliance = alliance
    if posts:
        inside = bool(request.posts & set(posts))
    elif unit is not None:
        inside = request.seat.organisation_id == unit.pk
    else:
        inside = bool(request.posts or request.member)
    if not inside or (deed is not None and not request.seat.may(deed)):
        raise Http404
