"""Doors of the desk: what waits, drafts, what was done, and the inbox."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat, signed_in
from cms import desk
from core import clock, letters
from core.models import Letter

INBOX_PAGE = 30


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
    rows = desk.done(request.seat)
    return render(request, "cms/done.html", {"rows": rows, "tab": "done"})


@signed_in
@require_safe
def inbox(request):
    """Newest first; `before` is the code of the last letter on the page before."""
    mine = Letter.objects.of(request.user.code)
    before = request.GET.get("before", "")
    if before:
        last = get_object_or_404(mine, code=before)
        older = mine.filter(posted_at=last.posted_at, pk__lt=last.pk)
        rows = older | mine.filter(posted_at__lt=last.posted_at)
    else:
        rows = mine
    rows = list(rows.order_by("-posted_at", "-pk")[: INBOX_PAGE + 1])
    more = rows[INBOX_PAGE - 1].code if len(rows) > INBOX_PAGE else ""
    context = {"letters": rows[:INBOX_PAGE], "more": more, "before": before, "tab": "inbox"}
    return render(request, "cms/inbox.html", context)


@signed_in
@require_safe
def letter(request, code):
    """A letter, which counts as read from now on."""
    found = get_object_or_404(Letter.objects.of(request.user.code), code=code)
    if found.read_at is None:
        letters.read(found, at=clock.now())
    return render(request, "cms/letter.html", {"letter": found, "tab": "inbox"})


@signed_in
@require_POST
def inbox_read(request):
    letters.read_all(request.user.code, at=clock.now())
    return redirect("cms:inbox")
