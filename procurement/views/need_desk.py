"""Doors to needs on the desk: the list, the page, approving, correcting, ending."""

from functools import partial

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_seat, staff
from accounts.models import Deed, Standing
from core import clock, paging
from core.forms import new_once
from core.views import asked, posted
from procurement import composing, need_drafts, need_papers, needs
from procurement.forms.needs import ReasonForm
from procurement.models import Answer, Need, NeedState
from procurement.splittings import split_groups, splitting_of
from publication.models import Notice

DESK_SORTS = {"new": paging.Order("", "-draft_saved_at", "-pk")}


@require_seat()
@require_safe
def desk_needs(request):
    seat = request.seat
    own = Need.objects.owned_by(seat.organisation).defer("proposal")
    context = {
        "page": paging.page(own, DESK_SORTS, request.GET),
        "may_write": seat.may(Deed.WRITE_NEED),
        "once": new_once(),
    }
    return render(request, "procurement/desk-needs.html", context)


@require_seat()
@require_safe
def desk_need(request, code):
    need, at, seat = _visible(request, code), clock.now(), request.seat
    own = need.owner_id == seat.organisation_id
    context = {
        "need": need,
        "own": own,
        "waits": needs.is_waiting(need),
        "may_approve": needs.is_waiting(need) and needs.may_approve(need, seat, at),
        "may_write": own and seat.may(Deed.WRITE_NEED),
        "may_run": own and seat.may(Deed.APPROVE_NEED),
        "may_announce": composing.may_announce(need, seat),
        "paper": _paper(need),
        "warnings": list(need.warnings.exclude(answer=Answer.CHANGED)),
        "changed": need.warnings.filter(answer=Answer.CHANGED).count(),
        "splitting": splitting_of(need, at),
        "notices": list(Notice.objects.about(need).in_list()),
        "versions": list(need.versions.all()),
    }
    return render(request, "procurement/desk-need.html", context)


# ── approving, correcting, ending ────────────────────────────────────────────────────────────────


@require_seat(Deed.APPROVE_NEED)
def need_publish(request, code):
    need = own_need(request, code)
    return asked(
        request,
        about=need,
        rule=partial(needs.publish, need),
        done=lambda made: _("Published as %(number)s.") % {"number": made.number},
        back=desk(need),
        title=_("Publish this need?"),
        text=str(need),
        consequences=[
            _("The notice is published at once, numbered, and never changed."),
            _("The answers to the requirement check are published with it."),
        ],
        warning=_("What is published can only be corrected or ended by another notice."),
        verb=_("Publish the need"),
    )


@require_seat(Deed.APPROVE_NEED)
def need_return(request, code):
    need = own_need(request, code)
    return asked(
        request,
        about=need,
        form=ReasonForm(posted(request)),
        rule=partial(needs.return_, need),
        back=desk(need),
        text=str(need),
        done=_("The need went back to its writer."),
        title=_("Return the need for correction"),
        verb=_("Return for correction"),
    )


@require_seat(Deed.WRITE_NEED)
def need_correct(request, code):
    need = own_need(request, code)
    return asked(
        request,
        about=need,
        form=ReasonForm(posted(request)),
        rule=partial(needs.begin_correction, need),
        back=desk(need),
        text=str(need),
        done=_("Write the correction; a second person publishes it as the next version."),
        title=_("Correct this need?"),
        warning=_("The reason is published with the correction; the earlier version stays."),
        verb=_("Begin the correction"),
    )


@require_seat(Deed.WRITE_NEED)
def need_correct_drop(request, code):
    need = own_need(request, code)
    return asked(
        request,
        about=need,
        rule=partial(needs.drop_correction, need),
        done=_("The correction was given up."),
        back=desk(need),
        title=_("Give the correction up?"),
        text=str(need),
        warning=_("What was written of it is lost; the published version stays."),
        verb=_("Give the correction up"),
        danger=True,
    )


@require_seat(Deed.APPROVE_NEED)
def need_withdraw(request, code):
    need = own_need(request, code)
    return asked(
        request,
        about=need,
        form=ReasonForm(posted(request)),
        rule=partial(needs.withdraw, need),
        back=desk(need),
        text=str(need),
        done=_("The need is ended; the notice is published."),
        title=_("End this need?"),
        warning=_("This is published with the reason, and cannot be taken back."),
        verb=_("End the need"),
        danger=True,
    )


@require_seat(Deed.APPROVE_NEED)
def need_settle(request, code):
    need = own_need(request, code)
    return asked(
        request,
        about=need,
        form=ReasonForm(posted(request)),
        rule=partial(needs.settle, need),
        back=desk(need),
        text=str(need),
        done=_("The need is settled: a procedure may begin."),
        title=_("Go on without an argument?"),
        warning=_("The reason is published. The need can no longer be corrected."),
        verb=_("No argument is needed"),
    )


@staff(Deed.SUPERVISE)
@require_safe
def splittings(request):
    """Needs of one owner, item and year that together reach a limit which each evades."""
    groups = split_groups(clock.now())
    return render(request, "procurement/splittings.html", {"groups": groups})


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def own_need(request, code):
    own = Need.objects.owned_by(request.seat.organisation)
    return get_object_or_404(_whole(own), code=code)


def _visible(request, code):
    """The unit's own; all published for staff."""
    need = get_object_or_404(_whole(Need.objects.all()), code=code)
    seat = request.seat
    if need.owner_id == seat.organisation_id:
        return need
    if seat.organisation.standing != Standing.PARTICIPANT and need.state != NeedState.DRAFT:
        return need
    raise Http404


def _whole(rows):
    return rows.select_related(
        "owner",
        "region",
        "submitted_by__user",
        "published_by__user",
        "correction_submitted_by__user",
    )


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _paper(need):
    """What is before the approver or was published; None for a draft."""
    if need.state == NeedState.DRAFT or "facts" not in need.draft:
        return None
    if needs.is_waiting(need) or not need.number:
        return need_papers.notice(
            need,
            need.draft["facts"],
            need_drafts.draft_of(need),
            answers=needs.answers_of(need),
            reason=need.correction_reason,
            version=need.versions.count() + 1,
        )
    return needs.notice_of(need).document


def desk(need):
    return reverse("procurement:desk-need", args=[need.code])
