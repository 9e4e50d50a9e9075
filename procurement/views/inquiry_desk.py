"""Doors to the owner's deeds of an inquiry before its notice: writing, approving, ending."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed, Standing
from accounts.stepup import kept, step_up
from core import clock, paging
from core.forms import new_once
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.phrases import instant
from core.views import asked, autosaved, posted, refusal
from procurement import inquiries, inquiry_guard, inquiry_offers, inquiry_papers
from procurement.forms.arguments import ReasonForm
from procurement.forms.inquiries import TermsForm, bound
from procurement.models import Need, Procedure, ProcedureState, Quote
from procurement.views.inquiries import open_when_due
from publication.models import Notice
from selection.models import Witness

SORTS = {"new": paging.Order("", "-draft_saved_at", "-pk")}


@require_seat()
@require_safe
def desk_inquiries(request):
    """The unit's own inquiries, and its quotes; all published ones for supervisors."""
    at, seat = clock.now(), request.seat
    shown = Procedure.objects.owned_by(seat.organisation)
    if seat.may(Deed.SUPERVISE):
        shown = Procedure.objects.public()
    shown = shown.select_related("owner").defer("content", "witnesses", "figures", "proof")
    page = paging.page(shown, SORTS, request.GET)
    mine = Quote.objects.of(seat.organisation).select_related("procedure__owner")
    context = {
        "page": page,
        "rows": [(one, one.phase(at)) for one in page],
        "quotes": [(one, one.procedure.phase(at)) for one in mine.order_by("-received_at")[:50]],
        "supervises": seat.may(Deed.SUPERVISE),
    }
    return render(request, "procurement/desk-inquiries.html", context)


@require_seat(Deed.RUN_PROCEDURE)
def inquiry_new(request, need):
    """Begin the inquiry of a settled need, or read why there can be none."""
    row = get_object_or_404(Need.objects.owned_by(request.seat.organisation), code=need)
    if request.method == "POST":
        try:
            key = request.POST.get("once", "")[:32]
            procedure = inquiries.begin(row, key=key, by=request.seat, at=clock.now())
        except AlreadyDone as begun:
            return redirect("procurement:inquiry-edit", begun.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=row)
            return redirect("procurement:inquiry-new", row.code)
        return redirect("procurement:inquiry-edit", procedure.code)
    context = {
        "need": row,
        "against": inquiry_guard.reasons_against(row),
        "is_settled": row.state == "settled",
        "once": new_once(),
    }
    return render(request, "procurement/inquiry-new.html", context)


@require_seat()
@require_safe
def desk_inquiry(request, code):
    procedure, at = open_when_due_here(_visible(request, code)), clock.now()
    own = procedure.owner_id == request.seat.organisation_id
    draft = procedure.state == ProcedureState.DRAFT
    context = {
        "procedure": procedure,
        "phase": procedure.phase(at),
        "offers": inquiry_offers.desk(procedure, request.seat, at),
        "paper": None if draft else _paper(procedure),
        "notices": list(Notice.objects.about(procedure).in_list()),
        "corrections": list(procedure.corrections.select_related("notice")) if own else [],
        "witnesses": list(
            Witness.objects.filter(draw__number=procedure.number).select_related("named_by")
        ),
        "archives": list(procedure.archives.all()),
        "may_archive": own or request.seat.may(Deed.SUPERVISE),
        "own": own,
        "at": at,
    }
    return render(request, "procurement/desk-inquiry.html", context)


@require_seat(Deed.RUN_PROCEDURE)
def inquiry_edit(request, code):
    procedure = _writable(request, code)
    if request.method == "POST":
        form = TermsForm(request.POST)
        well = form.is_valid()
        try:
            inquiries.save_draft(procedure, form.typed(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=procedure)
            return redirect("procurement:desk-inquiry", procedure.code)
        if "leave" in request.POST:
            return redirect("procurement:desk-inquiry", procedure.code)
        if well:
            return redirect("procurement:inquiry-submit", procedure.code)
    elif "check" in request.GET:
        form = bound(procedure)
    else:
        form = TermsForm(initial=procedure.draft)
    follows = inquiries.what_follows(procedure, clock.now())
    context = {"procedure": procedure, "form": form, "follows": follows}
    return render(request, "procurement/inquiry-edit.html", context)


@require_seat(Deed.RUN_PROCEDURE)
@require_POST
def inquiry_autosave(request, code):
    """What was typed so far, without a word about whether it is right."""
    procedure = _writable(request, code)
    return autosaved(request, inquiries.save_draft, procedure, TermsForm(request.POST).typed())


@require_seat(Deed.RUN_PROCEDURE)
def inquiry_submit(request, code):
    """The preview: the very notice; then, to the approver."""
    procedure, at = _writable(request, code), clock.now()
    form = bound(procedure)
    if not form.is_valid():
        return redirect(reverse("procurement:inquiry-edit", args=[procedure.code]) + "?check=1")
    terms, against = form.terms(), ""
    try:
        inquiries.check(procedure, terms, inquiries.what_follows(procedure, at))
        inquiry_guard.check(procedure.need)
    except RuleBroken as broken:
        against = str(broken)
    if request.method == "POST":
        try:
            inquiries.submit(procedure, terms, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=procedure)
            return redirect("procurement:inquiry-submit", procedure.code)
        messages.success(request, _("The inquiry is with its approver now."))
        return redirect("procurement:desk-inquiry", procedure.code)
    context = {
        "procedure": procedure,
        "paper": inquiries.previewed(procedure, terms, at),
        "against": against,
    }
    return render(request, "procurement/inquiry-submit.html", context)


@require_seat(Deed.RUN_PROCEDURE)
def inquiry_discard(request, code):
    procedure = _writable(request, code)
    return asked(
        request,
        about=procedure,
        rule=partial(inquiries.discard, procedure),
        done=_("The draft was deleted."),
        back=_desk(procedure),
        onward="procurement:desk-inquiries",
        title=_("Delete this draft?"),
        text=str(procedure),
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


@require_seat(Deed.APPROVE_NEED, Deed.REVIEW_ORDER)
@step_up()
def inquiry_publish(request, code):
    procedure = _visible(request, code)
    if procedure.owner_id == request.seat.organisation_id and not request.seat.may(
        Deed.APPROVE_NEED, procedure.budget
    ):
        raise PermissionDenied
    return asked(
        request,
        about=procedure,
        rule=partial(inquiries.publish, procedure),
        done=lambda made: _("Published as %(number)s.") % {"number": made.number},
        back=_desk(procedure),
        title=_("Publish this notice?"),
        text=str(procedure),
        consequences=[
            _("The notice is published at once, numbered, and never changed."),
            _("The platform commits to the secret number that decides between equal prices."),
            _("Suppliers may quote until %(until)s; nobody sees who has.")
            % {"until": instant(procedure.open_until)}
            if procedure.open_until
            else "",
        ],
        warning=_("What is published can only be ended by another notice."),
        verb=_("Publish the notice"),
    )


@require_seat(Deed.APPROVE_NEED, Deed.REVIEW_ORDER)
def inquiry_return(request, code):
    procedure = _visible(request, code)
    return asked(
        request,
        about=procedure,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(inquiries.return_, procedure),
        done=_("The inquiry went back to its writer."),
        back=_desk(procedure),
        title=_("Return the inquiry for correction"),
        text=str(procedure),
        verb=_("Return for correction"),
    )


@require_seat(Deed.APPROVE_NEED)
@step_up()
def inquiry_withdraw(request, code):
    procedure = _own(request, code)
    return asked(
        request,
        about=procedure,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(inquiries.withdraw, procedure),
        done=_("The inquiry is ended; the notice is published."),
        back=_desk(procedure),
        title=_("End this inquiry?"),
        text=str(procedure),
        warning=_("This is published with the reason, and cannot be taken back."),
        verb=_("End the inquiry"),
        danger=True,
    )


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def open_when_due_here(procedure):
    """As on the public page, for a row that may have no number yet."""
    if procedure.number is None:
        return procedure
    opened = open_when_due(procedure)
    return (
        procedure
        if opened is procedure
        else get_object_or_404(_whole(Procedure.objects), pk=opened.pk)
    )


def _paper(procedure):
    """The notice in force, the last of its kind; before there is one, what it would be."""
    published = Notice.objects.about(procedure).filter(kind="inquiry-notice").order_by("pk").last()
    return published.document if published else inquiry_papers.notice(procedure)


def _own(request, code):
    own = Procedure.objects.owned_by(request.seat.organisation)
    return get_object_or_404(_whole(own), code=code)


def _visible(request, code):
    """The unit's own; for the operator's reviewer those it may approve; all published for staff."""
    procedure = get_object_or_404(_whole(Procedure.objects.all()), code=code)
    seat = request.seat
    if procedure.owner_id == seat.organisation_id:
        return procedure
    if procedure.state == ProcedureState.SUBMITTED and inquiries.may_approve(
        procedure, seat, clock.now()
    ):
        return procedure
    if seat.organisation.standing != Standing.PARTICIPANT and procedure.number:
        return procedure
    raise Http404


def _writable(request, code):
    procedure = _own(request, code)
    if procedure.state not in (ProcedureState.DRAFT, ProcedureState.RETURNED):
        raise Http404
    return procedure


def _whole(rows):
    return rows.select_related(
        "owner",
        "region",
        "need",
        "version",
        "submitted_by__user",
        "published_by__user",
        "examined_by__user",
        "winner__supplier",
    )


def _desk(procedure):
    return reverse("procurement:desk-inquiry", args=[procedure.code])
