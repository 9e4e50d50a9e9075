"""Doors of the desk: what waits, drafts, what was done, and the inbox."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat, signed_in
from cms import desk
from core import clock, letters, paging
from core.models import Letter

INBOX = {"newest": paging.Order(_("newest first"), "-posted_at", "-id")}
DONE = {"newest": paging.Order(_("newest first"), "-id")}


@signed_in
@require_safe
def waiting(request):
    """The first screen of whoever signs in."""
    now = clock.now()
    rows = desk.waiting(request.seat, request.user, now)
    context = {
        "rows": rows,
        "late": sum(row.is_late for row in rows),
        "figures": desk.figures(request.seat, now) if request.seat else [],
        "todo_count": len(rows),
        "tab": "waiting",
    }
    return render(request, "cms/desk.html", context)


@require_seat()
@require_safe
def drafts(request):
    rows = desk.drafts(request.seat, clock.now())
    return render(request, "cms/drafts.html", {"rows": rows, "tab": "drafts"})


@require_seat()
@require_safe
def done(request):
    page = paging.page(desk.deeds(request.seat), DONE, request.GET)
    context = {"rows": desk.done(page.rows), "page": page, "tab": "done"}
    return render(request, "cms/done.html", context)


@signed_in
@require_safe
def inbox(request):
    """What was posted to this user, as whoever of whichever unit."""
    mine = Letter.objects.of(request.user.code).defer("body")
    unread_only = "unread" in request.GET
    page = paging.page(mine.unread() if unread_only else mine, INBOX, request.GET)
    context = {"page": page, "unread_only": unread_only, "tab": "inbox"}
    return render(request, "cms/inbox.html", context)


@signed_in
@require_safe
def letter(request, code):
    """A letter, which counts as read from now on."""
    found = get_object_or_404(Letter.objects.of(request.user.code), code=code)
    found = letters.read(found, at=clock.now())
    return render(request, "cms/letter.html", {"letter": found, "tab": "inbox"})


@signed_in
@require_POST
def inbox_read(request):
    """Whatever was posted until now counts as read."""
    letters.read_all(request.user.code, at=clock.now())
    messages.success(request, _("All letters are marked as read."))
    return redirect("cms:inbox")
