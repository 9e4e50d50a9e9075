"""Doors to the next version of a charter, for the secretariat: text, terms; the council adopts."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from alliance import charter_text, enforcement
from alliance import charters as rules
from alliance.access import require_post
from alliance.forms.charters import TermsForm, TextForm
from alliance.models import SECRETARIAT, CharterState
from core import clock
from core.lifecycle import RuleBroken
from core.views import asked, autosaved, refusal


@require_post(*SECRETARIAT)
def edit(request, number):
    """The text: of the draft, or of the version in force as the next one's beginning."""
    alliance = request.alliance
    draft, start = _draft(alliance), _start(alliance)
    initial = {"title": start.title, "text": charter_text.write(start.chapters)}
    form = TextForm(request.POST or None, initial=initial)
    if form.is_valid():
        wording = rules.Wording(
            title=form.cleaned_data["title"],
            source=start.source,
            chapters=form.cleaned_data["text"],
            terms=start.terms,
        )
        try:
            rules.write(alliance, wording, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=alliance, form=form)
        else:
            messages.success(request, _("The draft is kept."))
            return redirect("alliance:charter-terms", number)
    in_force = rules.in_force(alliance)
    changes = charter_text.compare(in_force.chapters, draft.chapters) if in_force and draft else []
    context = {
        "alliance": alliance,
        "form": form,
        "draft": draft,
        "motion": rules.on_agenda(draft) if draft else None,
        "in_force": in_force,
        "changed": [one for one in changes if one.kind != "same"],
    }
    return render(request, "alliance/charter-edit.html", context)


@require_post(*SECRETARIAT)
def terms(request, number):
    alliance = request.alliance
    draft = get_object_or_404(alliance.charters, state=CharterState.DRAFT)
    articles = len(charter_text.articles_of(draft.chapters))
    typed = rules.typed_of(draft, request.seat)
    form = TermsForm(
        request.POST or None,
        terms=draft.terms,
        articles=articles,
        initial=typed.typed if typed else None,
    )
    if form.is_valid():
        try:
            rules.write_terms(draft, form.terms(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=alliance, form=form)
        else:
            messages.success(request, _("The terms are kept. The council adopts them by a motion."))
            return redirect("alliance:charter-terms", number)
    said = enforcement.of(rules.terms_of(draft))
    context = {
        "alliance": alliance,
        "form": form,
        "draft": draft,
        "typed": typed,
        "motion": rules.on_agenda(draft),
        "enforced": sorted(said.items()),
    }
    return render(request, "alliance/charter-terms.html", context)


@require_post(*SECRETARIAT)
@require_POST
def terms_autosave(request, number):
    """What was typed so far, without a word about whether it is right."""
    draft = get_object_or_404(request.alliance.charters, state=CharterState.DRAFT)
    articles = len(charter_text.articles_of(draft.chapters))
    form = TermsForm(request.POST, terms=draft.terms, articles=articles)
    return autosaved(request, rules.save_typed, draft, form.typed())


@require_post(*SECRETARIAT)
def discard(request, number):
    draft = get_object_or_404(request.alliance.charters, state=CharterState.DRAFT)
    return asked(
        request,
        about=draft,
        rule=partial(rules.discard, draft),
        done=_("The draft was deleted."),
        back=reverse("alliance:charter-edit", args=[number]),
        title=_("Delete this draft?"),
        text=str(draft),
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


def _draft(alliance):
    return alliance.charters.filter(state=CharterState.DRAFT).first()


def _start(alliance):
    """What the next version begins with. An alliance is registered with a charter."""
    start = _draft(alliance) or alliance.charters.order_by("-version").first()
    if start is None:
        raise Http404
    return start
