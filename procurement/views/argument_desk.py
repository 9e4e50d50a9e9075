"""Doors to the owner's deeds of an argument: preparing, publishing, answering, closing."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from accounts.models import Deed, Standing
from accounts.stepup import kept, step_up
from core import clock, paging
from core.forms import OnceForm
from core.lifecycle import RuleBroken
from core.phrases import instant
from core.views import asked, posted, refusal
from procurement import argument_course, argument_papers, arguments, comments, opinions
from procurement.forms.arguments import (
    CloseForm,
    ExpertForm,
    PaperCommentForm,
    ReasonForm,
    ReplyForm,
    TermsForm,
)
from procurement.models import Argument, ArgumentState, Comment, Need
from publication.models import Notice

SORTS = {"new": paging.Order("", "-created_at", "-pk")}


@require_seat()
@require_safe
def desk_arguments(request):
    """The arguments of the unit's own needs; of all published ones for supervisors."""
    at, seat = clock.now(), request.seat
    shown = Argument.objects.owned_by(seat.organisation)
    if seat.may(Deed.SUPERVISE):
        shown = Argument.objects.public()
    page = paging.page(shown.select_related("need", "owner"), SORTS, request.GET)
    context = {"page": page, "rows": [(one, one.phase(at)) for one in page]}
    return render(request, "procurement/desk-arguments.html", context)


@require_seat(Deed.WRITE_NEED)
def argument_new(request, need):
    """Begin to argue a need: asked once more on GET, so that a link makes no row."""
    row = get_object_or_404(Need.objects.owned_by(request.seat.organisation), code=need)
    return asked(
        request,
        about=row,
        form=OnceForm(posted(request)),
        rule=lambda *, once, **how: arguments.begin(row, key=once, **how),
        onward=_desk,
        title=_("Argue this need in public?"),
        text=f"{row.number}　{row.title}",
        consequences=[
            _("You name the experts, who give their opinion on six topics."),
            _("The notice lets everybody comment; each comment is answered."),
            _("With the result the need is settled, and its procurement may begin."),
        ],
        verb=_("Begin"),
    )


@require_seat()
@require_safe
def desk_argument(request, code):
    argument, at = _visible(request, code), clock.now()
    own = argument.owner_id == request.seat.organisation_id
    draft = argument.state == ArgumentState.DRAFT
    follows = arguments.what_follows(argument, at)
    said = list(argument.comments.select_related("reply", "user"))
    context = {
        "argument": argument,
        "phase": argument.phase(at),
        "own": own,
        "may_write": own and request.seat.may(Deed.WRITE_NEED),
        "may_publish": draft and arguments.may_publish(argument, request.seat, at),
        "missing": _missing(argument, follows, at) if draft else "",
        "follows": follows,
        "experts": argument_course.opinions_of(argument),
        "comments": said,
        "unanswered": sum(not hasattr(one, "reply") for one in said),
        "form": ExpertForm(),
        "paper": argument_papers.notice(argument),
        "notices": list(Notice.objects.about(argument).in_list()),
        "is_over": bool(argument.closes_at and argument.closes_at <= at),
    }
    return render(request, "procurement/desk-argument.html", context)


@require_seat(Deed.WRITE_NEED)
def argument_edit(request, code):
    argument = _draft(request, code)
    names = TermsForm.base_fields
    initial = {name: getattr(argument, name) for name in names}
    form = TermsForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            arguments.prepare(argument, form.terms(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=argument, form=form)
        else:
            messages.success(request, _("Kept."))
            return redirect("procurement:desk-argument", argument.code)
    follows = arguments.what_follows(argument, clock.now())
    context = {"argument": argument, "form": form, "follows": follows}
    return render(request, "procurement/argument-edit.html", context)


@require_seat(Deed.WRITE_NEED)
def expert_name(request, code):
    argument = _draft(request, code)
    form = ExpertForm(request.POST or None)
    if form.is_valid():
        try:
            opinions.name_expert(argument, form.person(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=argument, form=form)
        else:
            return redirect("procurement:desk-argument", argument.code)
    context = {"argument": argument, "form": form}
    return render(request, "procurement/expert-name.html", context)


@require_seat(Deed.WRITE_NEED)
def argument_discard(request, code):
    argument = _draft(request, code)
    return asked(
        request,
        about=argument,
        rule=partial(arguments.discard, argument),
        done=_("The draft was deleted."),
        back=_desk(argument),
        onward="procurement:desk-arguments",
        title=_("Delete this draft?"),
        text=argument.need.title,
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


@require_seat(Deed.APPROVE_NEED)
@step_up()
def argument_publish(request, code):
    argument = _draft(request, code)
    opens, closes = argument.opens_at, argument.closes_at
    period = {"opens": instant(opens), "closes": instant(closes)} if opens and closes else None
    return asked(
        request,
        about=argument,
        rule=partial(arguments.publish, argument),
        done=lambda made: _("Published as %(number)s.") % {"number": made.number},
        back=_desk(argument),
        title=_("Publish this argument?"),
        text=argument.need.title,
        consequences=[
            _("The notice and the experts' opinions are published at once, and never changed."),
            _("Everybody may comment from %(opens)s until %(closes)s.") % period
            if period
            else _("The time for comments is missing."),
        ],
        warning=_("What is published can only be ended by another notice."),
        verb=_("Publish the argument"),
    )


@require_seat(Deed.APPROVE_NEED)
@step_up()
def argument_withdraw(request, code):
    argument = _own(request, code)
    return asked(
        request,
        about=argument,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(arguments.withdraw, argument),
        done=_("The argument is ended; the notice is published."),
        back=_desk(argument),
        title=_("End this argument?"),
        text=argument.need.title,
        warning=_("This is published with the reason, and cannot be taken back."),
        verb=_("End the argument"),
        danger=True,
    )


@require_seat(Deed.WRITE_NEED, Deed.APPROVE_NEED)
@step_up()
def argument_close(request, code):
    argument = _own(request, code)
    if argument.state != ArgumentState.PUBLISHED:
        raise Http404
    return asked(
        request,
        about=argument,
        form=CloseForm(posted(request), initial=kept(request)),
        rule=partial(arguments.close, argument),
        done=_("The result is published."),
        back=_desk(argument),
        title=_("Publish the result of the argument?"),
        text=argument.need.title,
        warning=_("The result is published with all comments and answers, and never changed."),
        verb=_("Publish the result"),
    )


@require_seat(Deed.WRITE_NEED)
def comment_enter(request, code):
    """The owner enters a comment that came on paper."""
    argument = _own(request, code)
    if argument.state != ArgumentState.PUBLISHED:
        raise Http404
    form = PaperCommentForm(
        posted(request), request.FILES or None, by=request.seat, topics=argument.topics
    )
    return asked(
        request,
        about=argument,
        form=form,
        rule=lambda *, once, **typed: comments.enter(argument, key=once, **typed),
        done=_("The comment is published."),
        back=_desk(argument),
        title=_("Enter a comment that came on paper"),
        text=argument.need.title,
        consequences=[
            _("It is published at once under the name on the paper, as one that came on paper."),
            _("It is answered like any other; its scan stays with your unit and supervisors."),
        ],
        warning=_("A comment is published at once and never changed."),
        verb=_("Publish the comment"),
    )


@require_seat(Deed.WRITE_NEED)
def comment_reply(request, code):
    own = Comment.objects.filter(argument__owner=request.seat.organisation)
    comment = get_object_or_404(own.select_related("argument__need"), code=code)
    form = ReplyForm(request.POST or None)
    if form.is_valid():
        try:
            comments.reply(comment, **form.cleaned_data, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=comment.argument, form=form)
        else:
            messages.success(request, _("The answer is published."))
            return redirect("procurement:desk-argument", comment.argument.code)
    context = {"comment": comment, "argument": comment.argument, "form": form}
    return render(request, "procurement/comment-reply.html", context)


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def _own(request, code):
    own = Argument.objects.owned_by(request.seat.organisation)
    return get_object_or_404(_whole(own), code=code)


def _draft(request, code):
    argument = _own(request, code)
    if argument.state != ArgumentState.DRAFT:
        raise Http404
    return argument


def _visible(request, code):
    """The unit's own; the published ones for staff."""
    argument = get_object_or_404(_whole(Argument.objects.all()), code=code)
    if argument.owner_id == request.seat.organisation_id:
        return argument
    if request.seat.organisation.standing != Standing.PARTICIPANT and argument.number:
        return argument
    raise Http404


def _whole(rows):
    return rows.select_related(
        "need__region", "owner", "version", "created_by__user", "published_by__user"
    )


def _missing(argument, follows, at):
    """The first thing that keeps the argument from being published."""
    try:
        arguments.check(argument, follows, at)
    except RuleBroken as refused:
        return str(refused)
    return ""


def _desk(argument):
    return reverse("procurement:desk-argument", args=[argument.code])
