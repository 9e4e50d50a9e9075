"""Doors to the official forms, empty, for anybody; and to the page on how to join an alliance."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from alliance import admission, applications, charters, forms_pdf, official, tabs
from alliance.models import Alliance, AllianceState, UnitKind
from core import cache, clock
from core.views import pdf_response, public

WHO = {
    official.FOUNDING: _("by the lead unit that founds an alliance"),
    official.APPLICATION: _("by every unit that joins an alliance"),
    official.PROFILE: _("by enterprises, beside the application"),
}


@public
@require_safe
def official_forms(request):
    """The three forms with their sources, to be read and downloaded."""
    cache.finished(request)
    forms = [
        {"form": form, "title": form.titled({}), "who": WHO[form.key]}
        for form in map(official.load, official.KEYS)
    ]
    return render(request, "alliance/official-forms.html", {"forms": forms})


@public
@require_safe
def official_form(request, key):
    """An empty form as the original has it."""
    return _drawn(key, {})


@public
@require_safe
def alliance_form(request, number, key):
    """An empty form with the names of this alliance."""
    alliance = get_object_or_404(Alliance, number=number)
    if key == official.FOUNDING:
        raise Http404
    return _drawn(key, applications.words(alliance))


def _drawn(key, words):
    if key not in official.KEYS:
        raise Http404
    form = official.load(key)
    return pdf_response(forms_pdf.draw(forms_pdf.Sheet(form, words=words)), f"{key}.pdf")


@public
@require_safe
def join(request, number):
    """Who may join, how it goes by the charter in force, and the forms."""
    cache.finished(request)
    alliance = get_object_or_404(Alliance.objects.select_related("lead"), number=number)
    at = clock.now()
    charter = charters.in_force(alliance)
    terms = charters.terms_of(charter) if charter else None
    context = {
        "alliance": alliance,
        "tabs": tabs.of(number, "join"),
        "open": alliance.state == AllianceState.REGISTERED,
        "joining": terms.joining if terms else None,
        "kinds": [UnitKind(kind).label for kind in terms.joining.kinds] if terms else [],
        "body": admission.decided_by(alliance, at),
        "forms": [
            {"form": form, "title": form.titled(applications.words(alliance)), "who": WHO[form.key]}
            for form in map(official.load, (official.APPLICATION, official.PROFILE))
        ],
    }
    return render(request, "alliance/join.html", context)
