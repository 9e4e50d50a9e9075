"""Doors to the officers of an alliance: by its chair and secretary-general, or by the registrar."""

from functools import partial

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import require_seat
from accounts.models import Deed
from alliance import charters
from alliance import officers as rules
from alliance.access import require_post
from alliance.forms.officers import AppointForm
from alliance.models import Alliance, Officer, Post
from core import clock
from core.lifecycle import RuleBroken
from core.views import asked, refusal

WITHIN, ABOVE = "alliance:officers", "alliance:registrar-officers"


@require_post(Post.CHAIR, Post.SECRETARY_GENERAL)
def officers(request, number):
    return _page(request, request.alliance, WITHIN)


@require_post(Post.CHAIR, Post.SECRETARY_GENERAL)
def relieve(request, number, code):
    return _relieve(request, request.alliance, code, WITHIN)


@require_seat(Deed.REGISTER_ALLIANCE)
def of_registrar(request, number):
    """Where nobody of the alliance can, because chair and secretary-general are gone."""
    return _page(request, _registered(request, number), ABOVE)


@require_seat(Deed.REGISTER_ALLIANCE)
def relieve_by_registrar(request, number, code):
    return _relieve(request, _registered(request, number), code, ABOVE)


def _page(request, alliance, here):
    form = AppointForm(request.POST or None, alliance=alliance)
    if form.is_valid():
        seat, post = form.cleaned_data["seat"], Post(form.cleaned_data["post"])
        try:
            rules.appoint(alliance, seat, post, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=alliance, form=form)
        else:
            messages.success(request, _("Appointed; the register shows it."))
            return redirect(here, alliance.number)
    rows = alliance.officers.select_related("seat__user", "seat__organisation")
    charter = charters.in_force(alliance)
    terms = charters.terms_of(charter) if charter else None
    context = {
        "alliance": alliance,
        "form": form,
        "held": rules.in_office(alliance, clock.now()),
        "past": rows.exclude(held_until=None).order_by("-held_until")[:20],
        "nominations": [
            (Post(post).label, one) for post, one in ((terms and terms.officers) or {}).items()
        ],
        "relieve": "alliance:registrar-relieve" if here == ABOVE else "alliance:officer-relieve",
    }
    return render(request, "alliance/officers.html", context)


def _relieve(request, alliance, code, here):
    rows = Officer.objects.select_related("alliance", "seat__user")
    officer = get_object_or_404(rows, alliance=alliance, code=code)
    return asked(
        request,
        about=officer,
        rule=partial(rules.relieve, officer),
        done=_("The term is ended; the register shows it."),
        back=reverse(here, args=[alliance.number]),
        title=_("End this term?"),
        text=f"{officer.seat.user} · {officer.get_post_display()}",
        consequences=[_("The person can no longer act for the alliance in this post.")],
        verb=_("End the term"),
        danger=True,
    )


def _registered(request, number):
    own = Alliance.objects.filter(founding__call__regulator=request.seat.organisation)
    return get_object_or_404(own.select_related("lead", "region"), number=number)
