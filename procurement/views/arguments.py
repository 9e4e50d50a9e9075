"""Doors to arguments that everybody may open, and the comments of who is signed in."""

from django.contrib import messages
from django.db.models import Count, Min, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.access import signed_in
from core import cache, clock, paging
from core.lifecycle import RuleBroken
from core.once import AlreadyDone
from core.views import pdf_response, public, refusal
from procurement import archive_pack, argument_course, comments
from procurement.forms.arguments import CommentForm
from procurement.models import Argument, ArgumentPhase, Opinion
from publication.models import Notice

SORTS = {
    "new": paging.Order(gettext_lazy("newest first"), "-published_at", "-pk"),
    "deadline": paging.Order(gettext_lazy("by deadline"), "closes_at", "pk"),
}
PHASES = ("announced", "open", "answering", "closed", "withdrawn")


@public
@require_safe
def argument_list(request):
    at = clock.now()
    shown = Argument.objects.public().select_related("need", "owner")
    phase, words = request.GET.get("phase", ""), request.GET.get("q", "").strip()[:80]
    if phase in PHASES:
        shown = shown.where_phase(phase, at)
    if words:
        shown = shown.filter(
            Q(need__title__icontains=words)
            | Q(owner__name__icontains=words)
            | Q(number__icontains=words)
        )
    shown = shown.annotate(said=Count("comments")).defer("topics", "figures", "finding", "result")
    page = paging.page(shown, SORTS, request.GET)
    context = {
        "page": page,
        "rows": [(one, one.phase(at)) for one in page],
        "phases": [(one, ArgumentPhase(one).label) for one in PHASES],
        "phase": phase,
        "words": words,
    }
    cache.finished(request, until=_next_change(at))
    return render(request, "procurement/arguments.html", context)


@public
@require_safe
def argument_detail(request, number):
    argument, at = _found(number), clock.now()
    said = list(argument.comments.select_related("reply"))
    notices = list(Notice.objects.about(argument).in_list().prefetch_related("followers"))
    first = next((one for one in notices if one.kind == "argument-notice"), None)
    context = {
        "argument": argument,
        "phase": argument.phase(at),
        "stages": argument_course.of(argument, at),
        "experts": argument_course.opinions_of(argument),
        "comments": argument_course.by_topic(argument, said),
        "notices": notices,
        "notice": first,
        "paper": Notice.objects.get(pk=first.pk).document if first else None,
        "is_open": argument.is_open(at),
        "own": request.seat is not None and request.seat.organisation_id == argument.owner_id,
    }
    if request.seat is None:
        coming = [one for one in (argument.opens_at, argument.closes_at) if one and one > at]
        cache.finished(request, until=min(coming, default=None))
    return render(request, "procurement/argument-detail.html", context)


@signed_in
def argument_comment(request, number):
    argument = _found(number)
    form = CommentForm(
        request.POST or None, topics=argument.topics, initial={"topic": request.GET.get("topic")}
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            comments.comment(
                argument,
                topic=typed["topic"],
                text=typed["text"],
                contact=typed["contact"],
                key=typed["once"],
                by=request.seat or request.user,
                at=clock.now(),
            )
        except AlreadyDone:
            return redirect("procurement:argument-detail", argument.number)
        except RuleBroken as refused:
            refusal(request, refused, about=argument, form=form)
        else:
            messages.success(request, _("Your comment is published."))
            return redirect("procurement:argument-detail", argument.number)
    context = {
        "argument": argument,
        "form": form,
        "is_open": argument.is_open(clock.now()),
        "name": request.seat.organisation.name if request.seat else str(request.user),
    }
    return render(request, "procurement/argument-comment.html", context)


@public
@require_safe
def opinion_pdf(request, number, code):
    """The signed form of one expert, as it was signed."""
    shown = Opinion.objects.select_related("expert__argument__owner", "expert__argument__need")
    opinion = get_object_or_404(shown, code=code, expert__argument__number=number)
    name = f"专家意见表-{opinion.expert.name}.pdf"
    return pdf_response(archive_pack.opinion_pdf(opinion), name)


def _found(number):
    shown = Argument.objects.public().select_related("need__region", "owner", "version")
    found = shown.filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _next_change(at):
    coming = Argument.objects.filter(state="published").aggregate(
        opens=Min("opens_at", filter=Q(opens_at__gt=at)),
        closes=Min("closes_at", filter=Q(closes_at__gt=at)),
    )
    return min(filter(None, coming.values()), default=None)
