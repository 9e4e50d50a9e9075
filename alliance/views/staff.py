"""Doors to the staff of member units: the unit keeps its own, the secretariat reads all."""

from functools import partial

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import disclosure
from accounts.models import Deed
from alliance import roll_sheet, staff
from alliance.access import require_member, require_post
from alliance.forms.membership import StaffFilter, StaffForm
from alliance.models import SECRETARIAT, Post, StaffPerson
from alliance.models.membership import DelegateState
from core import clock, paging
from core.calendar import day_of
from core.views import asked, posted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BY_UNIT = {
    "unit": paging.Order(gettext_lazy("by unit"), "member_id", "name", "pk"),
    "new": paging.Order(gettext_lazy("newest first"), "-entered_at", "-pk"),
}
officer = require_post(*SECRETARIAT, Post.ACADEMIC_CHAIR)


@require_member()
@require_safe
def staff_own(request, number):
    """Whom the unit has named to act in the alliance, former ones below."""
    rows = request.member.staff.prefetch_related("delegates")
    on = day_of(clock.now())
    people = [(one, one.is_acting(on), _roles(one)) for one in rows]
    context = {
        "alliance": request.alliance,
        "member": request.member,
        "acting": [one for one in people if one[1]],
        "former": [one for one in people if not one[1]],
        "may_join": request.seat.may(Deed.JOIN_ALLIANCE),
    }
    return render(request, "alliance/staff-own.html", context)


@require_member(Deed.JOIN_ALLIANCE)
def staff_enter(request, number):
    initial = {"acts_from": day_of(clock.now())}
    return _kept(
        request,
        StaffForm(posted(request), initial=initial),
        partial(staff.enter, request.member),
        title=_("Name a person who acts in the alliance"),
        verb=_("Enter the person"),
    )


@require_member(Deed.JOIN_ALLIANCE)
def staff_change(request, number, code):
    person = get_object_or_404(request.member.staff.select_related("member"), code=code)
    initial = {
        **{name: getattr(person, name) for name in StaffForm.base_fields if hasattr(person, name)},
        "until": person.last_day,
        "consents": person.consented_at is not None,
    }
    return _kept(
        request,
        StaffForm(posted(request), initial=initial),
        partial(staff.change, person),
        title=_("Change the entry of %(name)s") % {"name": person.name},
        verb=_("Keep the entry"),
    )


@require_member(Deed.JOIN_ALLIANCE)
def staff_end(request, number, code):
    person = get_object_or_404(request.member.staff.select_related("member"), code=code)
    return asked(
        request,
        about=request.member,
        rule=partial(staff.end, person),
        done=_("%(name)s acts no more.") % {"name": person.name},
        back=reverse("alliance:staff-own", args=[number]),
        title=_("%(name)s acts no more from today on?") % {"name": person.name},
        consequences=[_("The entry stays in the record; the public reads it no longer.")],
        verb=_("End it"),
        desk=True,
    )


@require_member()
@require_safe
def staff_own_export(request, number):
    rows = request.member.staff.select_related("member__organisation")
    return _sheet(request, rows, about=request.member, name=request.member.number)


@officer
@require_safe
def staff_list(request, number):
    """Everybody who acts for member units, as the secretariat reads it."""
    form, rows = _found(request)
    page = paging.page(rows, BY_UNIT, request.GET)
    on = day_of(clock.now())
    context = {
        "alliance": request.alliance,
        "form": form,
        "page": page,
        "rows": [(one, one.is_acting(on), _roles(one)) for one in page],
        "query": request.GET.urlencode(),
        "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
    }
    return render(request, "alliance/staff.html", context)


@officer
@require_safe
def staff_export(request, number):
    _form, rows = _found(request)
    rows = rows.order_by("member__number", "name", "pk")
    return _sheet(request, rows, about=request.alliance, name=request.alliance.number)


@officer
@require_POST
def staff_show(request, number, code):
    """A telephone number in full: recorded, with who saw it."""
    rows = StaffPerson.objects.filter(member__alliance=request.alliance)
    person = get_object_or_404(rows, code=code)
    phone = disclosure.show(person, "phone", by=request.seat, at=clock.now())
    if request.htmx:
        return HttpResponse(escape(phone))
    messages.info(request, f"{person.name} {phone}")
    return redirect("alliance:staff", number)


# ── what they share ──────────────────────────────────────────────────────────────────────────────


def _kept(request, form, rule, **page):
    return asked(
        request,
        about=request.member,
        form=form,
        rule=lambda *, by, at, **typed: rule(staff.Entry(**typed), by=by, at=at),
        done=_("Kept."),
        back=reverse("alliance:staff-own", args=[request.alliance.number]),
        text=request.alliance.name,
        desk=True,
        **page,
    )


def _found(request):
    form = StaffFilter(request.GET)
    rows = StaffPerson.objects.filter(member__in=request.alliance.members.current())
    rows = rows.select_related("member__organisation").prefetch_related("delegates")
    asked_for = form.cleaned_data if form.is_valid() else {}
    if asked_for.get("acting") != "all":
        rows = rows.acting_on(day_of(clock.now()))
    for word in asked_for.get("q", "").split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(group__icontains=word)
            | Q(member__organisation__name__icontains=word)
        )
    return form, rows


def _roles(person):
    """The roles that the alliance has confirmed, or is to confirm."""
    held = (DelegateState.NOMINATED, DelegateState.CONFIRMED)
    return [one for one in person.delegates.all() if one.state in held]


def _sheet(request, rows, *, about, name):
    people = [(one, _roles(one)) for one in rows.prefetch_related("delegates")]
    staff.note_export(about, count=len(people), by=request.seat, at=clock.now())
    response = HttpResponse(roll_sheet.staff_workbook(people), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}-staff.xlsx"'
    return response
