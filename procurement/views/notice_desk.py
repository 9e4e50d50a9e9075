"""Doors to the composed notices on the desk: writing, approving, correcting, ending."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed, Standing
from core import clock, paging
from core.forms import new_once
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.views import asked, autosaved, posted, refusal
from procurement import composing, notice_kinds
from procurement.forms.needs import ReasonForm
from procurement.forms.notices import KindForm, NoticeForm
from procurement.models import Composition, CompositionState, Need
from procurement.notice_kinds import TERMINATION
from publication.kinds import kinds
from publication.models import Notice, Relation

SORTS = {"new": paging.Order("", "-saved_at", "-pk")}
WRITERS = (Deed.RUN_PROCEDURE, Deed.SUPERVISE)


@require_seat()
@require_safe
def desk_notices(request):
    own = Composition.objects.issued_by(request.seat.organisation)
    page = paging.page(own.select_related("need", "notice"), SORTS, request.GET)
    context = {"page": page, "rows": [(one, kinds[one.kind].label) for one in page]}
    return render(request, "procurement/desk-notices.html", context)


@require_seat(*WRITERS)
def notice_new(request, need):
    """Choose the kind of a notice about a need, or a notice to correct or end."""
    row = _need(request, need)
    table = notice_kinds.table()
    offered = [one for one in table.values() if composing.may_compose(one, row, request.seat)]
    if not offered:
        raise PermissionDenied
    form = KindForm(
        request.POST or None,
        choices=[(one.name, kinds[one.name].label) for one in offered if one.name != TERMINATION],
        hints={one.name: one.source for one in offered},
    )
    if form.is_valid():
        return _begun(request, row, form.cleaned_data["kind"], None)
    context = {
        "need": row,
        "form": form,
        "once": new_once(),
        "published": composing.composed(row, request.seat.organisation),
    }
    return render(request, "procurement/notice-new.html", context)


@require_seat(*WRITERS)
@require_POST
def notice_follow(request, need, number):
    """Begin the correction of a notice, or its end."""
    row = _need(request, need)
    followed = get_object_or_404(Notice.objects.about(row), number=number)
    kind = TERMINATION if request.POST.get("do") == "end" else followed.kind
    if kind not in notice_kinds.table():
        raise Http404
    return _begun(request, row, kind, followed)


def _begun(request, need, kind, follows):
    try:
        key = request.POST.get("once", "")[:32]
        made = composing.begin(
            need, kind, follows=follows, key=key, by=request.seat, at=clock.now()
        )
    except AlreadyDone as begun:
        return redirect("procurement:notice-edit", begun.subject_code)
    except RuleBroken as refused:
        refusal(request, refused, about=need)
        return redirect("procurement:desk-notices")
    return redirect("procurement:notice-edit", made.code)


@require_seat(*WRITERS)
def notice_edit(request, code):
    composition = _draft(request, code)
    asked = composing.fields_of(composition)
    if request.method == "POST":
        form = NoticeForm(request.POST, asked=asked)
        try:
            composing.save(composition, form.typed(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=composition)
            return redirect(composition.get_absolute_url())
        if "leave" in request.POST or form.is_valid():
            return redirect(composition.get_absolute_url())
    else:
        form = NoticeForm.of(asked, composition.typed)
    context = {"composition": composition, "form": form, "kind": composing.kind_of(composition)}
    return render(request, "procurement/notice-edit.html", context)


@require_seat(*WRITERS)
@require_POST
def notice_autosave(request, code):
    composition = _draft(request, code)
    form = NoticeForm(request.POST, asked=composing.fields_of(composition))
    return autosaved(request, composing.save, composition, form.typed())


@require_seat()
@require_safe
def desk_notice(request, code):
    composition, seat, at = _own(request, code), request.seat, clock.now()
    kind = composing.kind_of(composition)
    notice = composition.notice
    context = {
        "composition": composition,
        "kind": kind,
        "label": kinds[kind.name].label,
        "paper": notice.document if notice else composing.paper_of(composition, at),
        "late": [] if notice else composing.late(composition, at),
        "may_write": composing.may_compose(kind, composition.need, seat),
        "may_approve": composing.may_approve(composition, seat, at),
        "may_follow": notice is not None
        and composition.relation != Relation.WITHDRAWS
        and notice.superseded_by is None,
        "once": new_once(),
    }
    return render(request, "procurement/desk-notice.html", context)


@require_seat(*WRITERS)
@require_POST
def notice_submit(request, code):
    composition = _own(request, code)
    try:
        composing.submit(composition, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=composition)
    else:
        messages.success(request, _("A second person of your unit approves it now."))
    return redirect(composition.get_absolute_url())


@require_seat(Deed.APPROVE_NEED, Deed.SUPERVISE)
def notice_publish(request, code):
    composition = _own(request, code)
    return asked(
        request,
        about=composition,
        rule=partial(composing.publish, composition),
        done=_("The notice is published."),
        title=_("Publish this notice?"),
        text=_named(composition),
        consequences=[
            _("The notice is published at once, numbered, and never changed."),
            _("Its time limits are counted from today."),
        ],
        warning=_("What is published can only be corrected or ended by another notice."),
        verb=_("Publish the notice"),
    )


@require_seat(Deed.APPROVE_NEED, Deed.SUPERVISE)
def notice_return(request, code):
    composition = _own(request, code)
    return asked(
        request,
        about=composition,
        form=ReasonForm(posted(request)),
        rule=partial(composing.return_, composition),
        done=_("The notice went back to its writer."),
        title=_("Return the notice for correction"),
        text=_named(composition),
        verb=_("Return for correction"),
    )


@require_seat(*WRITERS)
def notice_discard(request, code):
    composition = _draft(request, code)
    return asked(
        request,
        about=composition,
        rule=partial(composing.discard, composition),
        done=_("The draft is deleted."),
        onward="procurement:desk-notices",
        title=_("Delete this draft?"),
        text=_named(composition),
        warning=_("What was typed is lost."),
        verb=_("Delete the draft"),
        danger=True,
    )


def _need(request, code):
    """The unit's own need; any published one for a supervisor."""
    rows = Need.objects.public().select_related("owner")
    if request.seat.organisation.standing != Standing.REGULATOR:
        rows = rows.owned_by(request.seat.organisation)
    return get_object_or_404(rows, code=code)


def _own(request, code):
    own = Composition.objects.issued_by(request.seat.organisation)
    whole = own.select_related(
        "need__owner", "need__region", "issuer", "follows", "notice", "submitted_by__user"
    )
    return get_object_or_404(whole, code=code)


def _draft(request, code):
    composition = _own(request, code)
    if composition.state != CompositionState.DRAFT:
        raise Http404
    return composition


def _named(composition):
    return f"{kinds[composition.kind].label}　{composition}"
