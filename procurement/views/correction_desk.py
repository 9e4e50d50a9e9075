"""Doors to the corrections of a running inquiry: writing, approving, returning, publishing."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed
from accounts.stepup import kept, step_up
from core import clock
from core.lifecycle import RuleBroken
from core.phrases import instant
from core.views import asked, autosaved, posted, refusal
from procurement import corrections
from procurement.forms.arguments import ReasonForm
from procurement.forms.corrections import BeginForm, CorrectionForm, bound, typed_of
from procurement.inquiry_terms import Amendable
from procurement.models import Correction, CorrectionState, Procedure


@require_seat(Deed.RUN_PROCEDURE)
def correction_new(request, code):
    """Begin a correction, or go on with the one that is under way."""
    own = Procedure.objects.public().owned_by(request.seat.organisation)
    procedure = get_object_or_404(own.select_related("owner", "region"), code=code)
    going = procedure.corrections.exclude(state=CorrectionState.PUBLISHED).first()
    if going is not None:
        return redirect(going)
    return asked(
        request,
        about=procedure,
        form=BeginForm(posted(request)),
        rule=partial(corrections.begin, procedure, typed_of(procedure)),
        back=_inquiry(procedure),
        onward=lambda made: reverse("procurement:correction-edit", args=[made.code]),
        title=_("Correct this inquiry, or let quotes in longer?"),
        text=f"{procedure.number} {procedure}",
        consequences=[
            _("A second person approves it; then it is published in the place of the notice."),
            _("What is bought and who may quote stay: to change those, end the inquiry."),
            _("Quotes that are sealed already stay valid; whoever has quoted is told by letter."),
        ],
        verb=_("Write the correction"),
    )


@require_seat(Deed.RUN_PROCEDURE)
def correction_edit(request, code):
    correction = _draft(request, code)
    if request.method == "POST":
        form = CorrectionForm(request.POST)
        well = form.is_valid()
        try:
            corrections.save(correction, form.typed(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=correction)
            return redirect(correction)
        if "leave" in request.POST:
            return redirect(correction)
        if well:
            return redirect("procurement:correction-submit", correction.code)
    elif "check" in request.GET:
        form = bound(correction)
    else:
        form = CorrectionForm(initial=correction.typed)
    context = {
        "correction": correction,
        "procedure": correction.procedure,
        "form": form,
        "least": corrections.limit(correction.procedure, clock.now()),
    }
    return render(request, "procurement/correction-edit.html", context)


@require_seat(Deed.RUN_PROCEDURE)
@require_POST
def correction_autosave(request, code):
    """What was typed so far, without a word about whether it is right."""
    correction = _draft(request, code)
    return autosaved(request, corrections.save, correction, CorrectionForm(request.POST).typed())


@require_seat(Deed.RUN_PROCEDURE)
def correction_submit(request, code):
    """The preview: the very notice; then, to the approver."""
    correction, at = _draft(request, code), clock.now()
    procedure, form = correction.procedure, bound(correction)
    if not form.is_valid():
        return redirect(reverse("procurement:correction-edit", args=[correction.code]) + "?check=1")
    terms, reason, against = form.amended(), form.cleaned_data["reason"], ""
    try:
        corrections.check(procedure, corrections.normal(terms), at)
    except RuleBroken as broken:
        against = str(broken)
    if request.method == "POST":
        try:
            corrections.submit(correction, terms, reason, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=correction)
            return redirect("procurement:correction-submit", correction.code)
        messages.success(request, _("The correction is with its approver now."))
        return redirect(correction)
    context = {
        "correction": correction,
        "procedure": procedure,
        "paper": corrections.previewed(procedure, correction, terms, reason, at),
        "against": against,
    }
    return render(request, "procurement/correction-submit.html", context)


@require_seat()
@require_safe
def desk_correction(request, code):
    """A correction as it would be published, and what can be done about it."""
    correction, seat, at = _visible(request, code), request.seat, clock.now()
    procedure, paper = correction.procedure, None
    if correction.notice is not None:
        paper = correction.notice.document
    elif correction.terms is not None:
        terms = Amendable.from_json(correction.terms)
        paper = corrections.previewed(procedure, correction, terms, correction.reason, at)
    own = procedure.owner_id == seat.organisation_id
    context = {
        "correction": correction,
        "procedure": procedure,
        "paper": paper,
        "is_alive": procedure.is_open(at),
        "may_write": own and seat.may(Deed.RUN_PROCEDURE),
        "may_approve": corrections.may_approve(correction, seat, at),
    }
    return render(request, "procurement/desk-correction.html", context)


@require_seat(Deed.APPROVE_NEED, Deed.REVIEW_ORDER)
@step_up()
def correction_publish(request, code):
    correction = _visible(request, code)
    procedure = correction.procedure
    if procedure.owner_id == request.seat.organisation_id and not request.seat.may(
        Deed.APPROVE_NEED, procedure.budget
    ):
        raise PermissionDenied
    until = Amendable.from_json(correction.terms).open_until if correction.terms else None
    return asked(
        request,
        about=correction,
        rule=partial(corrections.publish, correction),
        done=lambda made: _("Published as %(number)s.") % {"number": made.notice.number},
        back=correction.get_absolute_url(),
        onward=_inquiry(procedure),
        title=_("Publish this correction?"),
        text=f"{procedure.number} {procedure}",
        consequences=[
            _("It takes the place of the notice at once, is numbered, and is never changed."),
            _("Quotes are let in until %(until)s; those that are sealed stay valid.")
            % {"until": instant(until)}
            if until
            else "",
            _("Everybody who has quoted is told by letter; neither of us learns who that is."),
        ],
        warning=_("It cannot be taken back, only corrected again or ended."),
        verb=_("Publish the correction"),
    )


@require_seat(Deed.APPROVE_NEED, Deed.REVIEW_ORDER)
def correction_return(request, code):
    correction = _visible(request, code)
    return asked(
        request,
        about=correction,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(corrections.return_, correction),
        done=_("The correction went back to its writer."),
        back=_inquiry(correction.procedure),
        title=_("Return the correction"),
        text=f"{correction.procedure.number} {correction}",
        verb=_("Return the correction"),
    )


@require_seat(Deed.RUN_PROCEDURE)
def correction_discard(request, code):
    correction = _draft(request, code)
    return asked(
        request,
        about=correction,
        rule=partial(corrections.discard, correction),
        done=_("The draft was deleted."),
        back=correction.get_absolute_url(),
        onward=_inquiry(correction.procedure),
        title=_("Delete this draft?"),
        text=f"{correction.procedure.number} {correction}",
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def _visible(request, code):
    """The unit's own; for the operator's reviewer those that it may approve."""
    rows = Correction.objects.select_related(
        "procedure__owner",
        "procedure__region",
        "procedure__need",
        "procedure__version",
        "submitted_by__user",
        "published_by__user",
        "created_by__user",
        "notice",
    )
    correction = get_object_or_404(rows, code=code)
    own = correction.procedure.owner_id == request.seat.organisation_id
    if own or corrections.may_approve(correction, request.seat, clock.now()):
        return correction
    raise Http404


def _draft(request, code):
    correction = _visible(request, code)
    own = correction.procedure.owner_id == request.seat.organisation_id
    if not own or correction.state != CorrectionState.DRAFT:
        raise Http404
    return correction


def _inquiry(procedure):
    return reverse("procurement:desk-inquiry", args=[procedure.code])
