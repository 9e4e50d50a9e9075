"""Doors of the registrar 登记机关: founding applications are returned, refused, registered."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from accounts.models import Deed
from accounts.stepup import kept, step_up
from alliance import foundings as rules
from alliance.forms.foundings import ReasonForm, RegisterForm, ReturnForm
from alliance.models import Alliance, Founding, FoundingState
from alliance.views.foundings import visible
from core import clock, paging
from core.lifecycle import RuleBroken
from core.views import asked, posted, refusal

MENU = {
    "wait": paging.Order(gettext_lazy("longest waiting first"), "submitted_at", "pk"),
    "new": paging.Order(gettext_lazy("newest first"), "-submitted_at", "-pk"),
}
SHOWN = (
    FoundingState.SUBMITTED,
    FoundingState.RETURNED,
    FoundingState.REGISTERED,
    FoundingState.REFUSED,
)


@require_seat(Deed.REGISTER_ALLIANCE)
@require_safe
def foundings(request):
    """All that was handed in for the unit's calls, by state and by words."""
    own = Founding.objects.handed_in().filter(call__regulator=request.seat.organisation)
    own = own.exclude(submitted_at=None).select_related("lead", "call").defer("draft")
    state, words = request.GET.get("state", ""), request.GET.get("q", "").strip()[:80]
    rows = own.filter(state=state) if state in SHOWN else own
    if words:
        rows = rows.filter(name__icontains=words) | rows.filter(lead__name__icontains=words)
    counted = {one: own.filter(state=one).count() for one in SHOWN}
    context = {
        "page": paging.page(rows, MENU, request.GET),
        "states": [(one, one.label, counted[one], one == state) for one in SHOWN],
        "q": words,
        "alliances": Alliance.objects.filter(
            founding__call__regulator=request.seat.organisation
        ).select_related("lead")[:20],
    }
    return render(request, "alliance/foundings.html", context)


@require_seat(Deed.REGISTER_ALLIANCE)
def return_(request, code):
    found = _under_review(request, code)
    form = ReturnForm(request.POST or None)
    if form.is_valid():
        try:
            rules.return_(
                found,
                reason=form.cleaned_data["reason"],
                comments=form.comments,
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=found, form=form)
        else:
            messages.success(request, _("The application went back to its lead unit."))
            return redirect("alliance:founding", code)
    return render(request, "alliance/founding-return.html", {"founding": found, "form": form})


@require_seat(Deed.REGISTER_ALLIANCE)
@step_up()
def refuse(request, code):
    found = _under_review(request, code)
    return asked(
        request,
        about=found,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(rules.refuse, found),
        done=_("The application is refused; its lead unit was told."),
        title=_("Refuse this application?"),
        text=str(found),
        warning=_("It cannot be taken back: the unit would have to apply anew."),
        verb=_("Refuse it"),
        danger=True,
    )


@require_seat(Deed.REGISTER_ALLIANCE)
@step_up()
def register(request, code):
    found = _under_review(request, code)
    met = all(check.met for check in rules.checks_of(found))
    units = found.units.filter(state="consented").count() + 1
    return asked(
        request,
        about=found,
        form=RegisterForm(posted(request), met=met, initial=kept(request)),
        rule=partial(rules.register, found),
        done=lambda made: (
            _("Registered as %(number)s; the notice is published.") % {"number": made.number}
        ),
        title=_("Register this alliance?"),
        text=str(found),
        consequences=[
            _("It gets its number; the notice of registration is published and never changed."),
            _("%(units)s founding units become members.") % {"units": units},
            _("Its charter is in force from today, and its officers are appointed."),
        ],
        verb=_("Register the alliance"),
    )


def _under_review(request, code):
    found = visible(request, code)
    may = found.call.regulator_id == request.seat.organisation_id
    if not may or found.state != FoundingState.SUBMITTED:
        raise Http404
    return found
