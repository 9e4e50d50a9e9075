"""Doors to a running inquiry: its witnesses, opening, examining, assessing, archiving."""

from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed
from accounts.stepup import kept, step_up
from core import clock
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.views import refusal
from credit.forms import MarksForm
from credit.models import Scheme
from procurement import archive_pack, archives, opening, performance, witnessing
from procurement.forms.inquiries import ExaminationForm
from procurement.inquiry_terms import related
from procurement.models import Archive, ArchiveState, Procedure, ProcedureState
from selection.forms import WitnessesForm
from selection.models import Witness


@require_seat(Deed.RUN_PROCEDURE, Deed.APPROVE_NEED)
@require_POST
def inquiry_close(request, code):
    procedure = _own(request, code)
    try:
        opening.close(procedure, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=procedure)
    return redirect("procurement:desk-inquiry", procedure.code)


@require_seat(Deed.RUN_PROCEDURE)
@step_up()
def inquiry_examine(request, code):
    """One named person says of each opened quote whether it is valid, and why not."""
    procedure = _own(request, code)
    if procedure.state != ProcedureState.OPENED:
        raise Http404
    standing = list(procedure.quotes.standing().select_related("supplier", "envelope"))
    form = ExaminationForm(request.POST or None, initial=kept(request), quotes=standing)
    if form.is_valid():
        try:
            opening.examine(procedure, form.verdicts(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=procedure, form=form)
        else:
            messages.success(request, _("The examination is published in your name."))
            return redirect("procurement:desk-inquiry", procedure.code)
    names = {one.supplier.uscc: one.supplier.name for one in standing}
    heads = [(one.supplier.uscc, one.supplier.legal_representative) for one in standing]
    context = {
        "procedure": procedure,
        "form": form,
        "related": [[names[uscc] for uscc in group] for group in related(heads)],
    }
    return render(request, "procurement/inquiry-examine.html", context)


@require_seat(Deed.SUPERVISE)
def inquiry_witnesses(request, code):
    """Where a regulator names witnesses of an inquiry paid by public money."""
    paid = Procedure.objects.public().filter(public_funds__gt=0)
    rows = paid.select_related("owner", "region", "need", "version")
    procedure = get_object_or_404(rows, code=code)
    named = list(Witness.objects.standing().filter(draw__number=procedure.number))
    form = WitnessesForm(request.POST or None, named=named, limit=witnessing.limit(procedure))
    if form.is_valid():
        try:
            links = witnessing.change(
                procedure,
                leaving=form.cleaned_data["leaving"],
                coming=form.coming,
                reason=form.cleaned_data["reason"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=procedure, form=form)
        else:
            return _invited(request, procedure, links)
    context = {
        "procedure": procedure,
        "form": form,
        "named": named,
        "may_change": witnessing.may_change(procedure, clock.now()),
    }
    return render(request, "procurement/inquiry-witnesses.html", context)


@require_seat(Deed.RUN_PROCEDURE, Deed.APPROVE_NEED, Deed.SUPERVISE)
@require_POST
def inquiry_invite(request, code, witness):
    """A one-time link for a witness, shown this once to who named him."""
    own = Witness.objects.invited_by(request.seat.organisation)
    row = get_object_or_404(own, code=witness)
    procedure = get_object_or_404(Procedure.objects.public(), code=code, number=row.draw.number)
    try:
        token = opening.invite(procedure, row, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=procedure)
        return redirect("procurement:desk-inquiry", procedure.code)
    return _invited(request, procedure, [(row, token)])


def _invited(request, procedure, links):
    """The links, shown this once."""
    shown = [
        (row, request.build_absolute_uri(_link(procedure.number, token))) for row, token in links
    ]
    context = {"procedure": procedure, "links": shown}
    return render(request, "procurement/inquiry-invite.html", context)


def _link(number, token):
    return reverse("procurement:inquiry-witness", args=[number, token])


@require_seat(Deed.EVALUATE)
@step_up()
def inquiry_assess(request, code):
    procedure = _own(request, code)
    if procedure.state not in (ProcedureState.COMPLETED, ProcedureState.ASSESSED):
        raise Http404
    scheme = Scheme.objects.in_force(day_of(clock.now()))
    form = MarksForm(
        request.POST or None, initial=kept(request), dimensions=scheme.rules.dimensions
    )
    if form.is_valid():
        try:
            performance.assess(
                procedure,
                marks=form.marks,
                remark=form.cleaned_data["comment"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=procedure, form=form)
        else:
            messages.success(request, _("Your assessment is published."))
            return redirect("procurement:desk-inquiry", procedure.code)
    done = procedure.state == ProcedureState.ASSESSED
    context = {"procedure": procedure, "form": form, "scheme": scheme, "done": done}
    return render(request, "procurement/inquiry-assess.html", context)


# ── archives ─────────────────────────────────────────────────────────────────────────────────────


@require_seat(Deed.RUN_PROCEDURE)
@require_POST
def inquiry_archive(request, code):
    procedure = _own(request, code)
    try:
        archives.request(procedure, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=procedure)
    else:
        messages.success(request, _("The archive is being drawn: the page shows how far."))
    return redirect("procurement:desk-inquiry", procedure.code)


@require_seat()
@require_safe
def archive_rows(request, code):
    """The versions of an archive and how far the newest is drawn; the page polls it."""
    procedure = get_object_or_404(Procedure, code=code)
    _refuse_strangers(request, procedure)
    context = {"procedure": procedure, "archives": list(procedure.archives.all())}
    return render(request, "procurement/archive-rows.html", context)


@require_seat()
@require_safe
def archive_download(request, code):
    """The ZIP, to the owner and to supervisors."""
    drawn = Archive.objects.filter(state=ArchiveState.DRAWN).select_related("procedure")
    archive = get_object_or_404(drawn, code=code)
    _refuse_strangers(request, archive.procedure)
    name = archive_pack.name_of(archive)
    stream = storages["private"].open(name)
    return FileResponse(stream, as_attachment=True, filename=name.rpartition("/")[2])


def _refuse_strangers(request, procedure):
    own = procedure.owner_id == request.seat.organisation_id
    if not own and not request.seat.may(Deed.SUPERVISE):
        raise Http404


def _own(request, code):
    own = Procedure.objects.owned_by(request.seat.organisation)
    shown = own.select_related("owner", "need", "version", "winner__supplier", "examined_by__user")
    return get_object_or_404(shown, code=code)
