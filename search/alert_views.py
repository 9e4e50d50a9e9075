"""Doors to searches that are kept: following one, one's list, and the link in a digest."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.access import signed_in
from core import clock
from core.audit import Visitor
from core.lifecycle import RuleBroken
from core.views import public
from search import alerts, facets, query
from search.alert_forms import AskForm, SaveForm
from search.models import SavedSearch


@public
def follow(request):
    """Keep the search that the address tells: in one's list, or for a mail address."""
    asked = query.from_url(dict(request.GET.lists()), facets.understand)
    known = request.user.is_authenticated
    said = facets.said(asked)
    form = (SaveForm if known else AskForm)(
        request.POST or None, initial={"name": said[:80]} if known else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            if known:
                alerts.save(asked, **form.cleaned_data, by=request.user, at=clock.now())
                messages.success(request, _("Kept. Here are all searches that you keep."))
                return redirect("search:saved")
            visitor, at = Visitor(), clock.now()
            alerts.ask(asked, name=said[:80], **form.cleaned_data, by=visitor, at=at)
            return render(request, "search/asked.html", {"email": form.cleaned_data["email"]})
        except RuleBroken as refused:
            form.add_error(None, str(refused))
    context = {
        "asked": asked,
        "said": said,
        "form": form,
        "results": f"{reverse('search:results')}?{asked.to_url()}",
        "feeds": feeds(asked),
    }
    return render(request, "search/follow.html", context)


@signed_in
@require_safe
def saved(request):
    """The searches that one keeps."""
    mine = [
        {"saved": one, "said": facets.said(query.Query.from_json(one.query))}
        for one in SavedSearch.objects.of(request.user.code)
    ]
    return render(request, "search/saved.html", {"mine": mine, "tab": "saved"})


@signed_in
def saved_edit(request, code):
    kept = _mine(request, code)
    initial = {"name": kept.name, "rhythm_key": kept.rhythm}
    form = SaveForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        alerts.change(kept, **form.cleaned_data, by=request.user, at=clock.now())
        messages.success(request, _("Changed."))
        return redirect("search:saved")
    return render(request, "search/saved-edit.html", {"saved": kept, "form": form, "tab": "saved"})


@signed_in
@require_POST
def saved_end(request, code):
    kept = _mine(request, code)
    alerts.end(kept, by=request.user, at=clock.now())
    messages.success(request, _("“%(name)s” is kept no longer.") % {"name": kept.name})
    return redirect("search:saved")


@public
@require_safe
def saved_results(request, code):
    """What a digest leads to: the search as it is now, newest first."""
    kept = get_object_or_404(SavedSearch, code=code)
    found = query.Query.from_json(kept.query).to_url(sort="new")
    return redirect(f"{reverse('search:results')}?{found}")


@csrf_exempt  # the address is a key, and RFC 8058 has the reader's program send it
@public
def subscription(request, key):
    """Whoever reads the address says yes, or ends it: by button, or by one click of the program."""
    kept = alerts.find_by_key(key)
    if kept is None:
        return render(request, "search/ended.html", status=404)
    context = {"saved": kept, "said": facets.said(query.Query.from_json(kept.query))}
    if request.method == "POST":
        if request.POST.get("deed") == "confirm":
            try:
                alerts.confirm(kept, by=Visitor(), at=clock.now())
            except RuleBroken as refused:
                context["refused"] = str(refused)
            kept.refresh_from_db()
        elif request.POST.get("deed") == "end" or "List-Unsubscribe" in request.POST:
            alerts.end(kept, by=Visitor(), at=clock.now())
            return render(request, "search/ended.html")
        else:
            raise Http404
    return render(request, "search/subscription.html", context)


def feeds(asked):
    """Where a reader's program asks for the same search."""
    told = asked.to_url(sort="best", page=1)
    return {name: f"{reverse(f'search:{name}')}?{told}" for name in ("atom", "rss", "calendar")}


def _mine(request, code):
    return get_object_or_404(SavedSearch.objects.of(request.user.code), code=code)
