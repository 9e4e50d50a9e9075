"""Who may call a door of an alliance: `@require_post(post, …)`, `@require_member(deed, …)`.

Both take the alliance's `number` from the address and hand on `request.alliance`. Posts and
membership are looked up at every request; who has none learns not even that the door exists.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404  # noqa: TID251  # a door's guard, like accounts.access

from accounts.models import Deed
from alliance.models import Alliance, Member, Officer, Post
from core import clock
from core.views import declare

View = Callable[..., Any]


def require_post(*posts: Post) -> Callable[[View], View]:
    """Only who acts from a seat that holds one of `posts` in the alliance; any when none is named.

    The view finds `request.alliance` and `request.posts`, all posts that the seat holds there.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: Any, number: str, *args: Any, **kwargs: Any) -> Any:
            held = _posts(request, number)
            if not (held & set(posts) if posts else held):
                raise Http404
            request.alliance = Alliance.objects.select_related("lead", "region").get(number=number)
            request.posts = held
            return view(request, number, *args, **kwargs)

        return declare(login_required(door), "post: " + (", ".join(posts) or "any"))

    return decorate


def require_member(*deeds: Deed) -> Callable[[View], View]:
    """Only who acts for a member unit, from a seat whose scope holds one of `deeds`.

    The view finds `request.alliance` and `request.member`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def door(request: Any, number: str, *args: Any, **kwargs: Any) -> Any:
            seat = request.seat
            if seat is None or (deeds and not any(seat.may(deed) for deed in deeds)):
                raise Http404
            members = Member.objects.current().select_related("alliance__lead", "organisation")
            member = members.filter(
                alliance__number=number, organisation=seat.organisation_id
            ).first()
            if member is None:
                raise Http404
            request.member, request.alliance = member, member.alliance
            return view(request, number, *args, **kwargs)

        return declare(login_required(door), "member: " + (", ".join(deeds) or "any"))

    return decorate


def _posts(request: Any, number: str) -> set[str]:
    if request.seat is None:
        return set()
    held = Officer.objects.held_at(clock.now()).of(request.seat).filter(alliance__number=number)
    return set(held.values_list("post", flat=True))
