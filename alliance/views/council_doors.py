"""What the doors of meetings, fees and leaving share: who is inside, and asking before a deed."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from alliance.models import Member, Officer
from core import clock
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.views import refusal


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


def posted(request):
    """What was sent: a form without fields is sent empty, and is sent all the same."""
    return request.POST if request.method == "POST" else None


def asked(request, *, about, form, rule, done, back, **page):
    """Show a form with what its deed does, do it, and say so; a refusal comes back into it."""
    if form.is_valid():
        try:
            made = rule(by=request.seat, at=clock.now())
        except AlreadyDone:
            return redirect(back)
        except RuleBroken as refused:
            refusal(request, refused, about=about, form=form)
        else:
            messages.success(request, done)
            return redirect(made if made is not None and "onwards" in page else back)
    page |= {"form": form, "back": back, "keep": _("Not yet"), "desk": True}
    page["has_files"] = form.is_multipart()
    return render(request, "alliance/council-form.html", page)
