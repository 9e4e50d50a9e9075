"""Doors of experts, and of the owner who names them or enters what they signed on paper."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat, signed_in
from accounts.models import Deed
from accounts.stepup import kept, step_up
from core import clock
from core.lifecycle import RuleBroken
from core.views import asked, pdf_response, refusal
from procurement import archive_pack, opinions
from procurement.forms.arguments import ScanForm, SignForm
from procurement.models import ArgumentState, Expert, Opinion


@signed_in
def expert_enter(request, token):
    """Where an expert's link leads: he enters once, for good."""
    expert = opinions.find_expert(token)
    if expert is None:
        raise Http404
    argument = expert.argument
    return asked(
        request,
        about=argument,
        rule=lambda *, by, at: opinions.enter(argument, token, by=request.user, at=at),
        back=request.path,
        onward=reverse("procurement:opinion-sign", args=[expert.code]),
        alone=True,  # without the menu of the desk
        title=_("Give your opinion as an expert?"),
        text=f"{argument.need.title}　{argument.owner.name}",
        consequences=[
            _("You are named as: %(name)s, %(unit)s, %(title)s.")
            % {"name": expert.name, "unit": expert.unit, "title": expert.title},
            _("You have no seat at the purchaser or at the platform."),
            _("Your name, unit and opinion are published."),
        ],
        warning=_("The link works once, for the account with which you are signed in."),
        verb=_("Enter as this expert"),
    )


@signed_in
@step_up()
def opinion_sign(request, code):
    """The expert's form: written, shown as the paper it becomes, then signed."""
    shown = Expert.objects.select_related("argument__need", "argument__owner")
    expert = get_object_or_404(shown, code=code, user=request.user)
    opinion = Opinion.objects.filter(expert=expert).first()
    if opinion is not None:
        signed = {"expert": expert, "argument": expert.argument, "opinion": opinion}
        return render(request, "procurement/opinion-signed.html", signed)
    form = SignForm(request.POST or None, initial=kept(request), topics=expert.argument.topics)
    paper = None
    if form.is_valid() and "change" not in request.POST:
        paper = opinions.opinion_form(expert, form.answers(), form.cleaned_data["remark"])
        form.fields["typed"].required = True  # from here on: the page says so
        if form.cleaned_data["typed"]:
            try:
                opinions.sign(
                    expert,
                    form.answers(),
                    remark=form.cleaned_data["remark"],
                    typed=form.cleaned_data["typed"],
                    digest=form.cleaned_data["digest"],
                    by=request.user,
                    at=clock.now(),
                )
            except RuleBroken as refused:
                refusal(request, refused, about=expert.argument, form=form)
            else:
                messages.success(request, _("Your opinion is signed."))
                return redirect("procurement:opinion-sign", expert.code)
    context = {
        "expert": expert,
        "argument": expert.argument,
        "form": form,
        "paper": paper,
        "digest": paper.digest() if paper else "",
        "typed_fields": [
            (name, value)
            for name, value in form.data.items()
            if name not in ("csrfmiddlewaretoken", "typed", "digest", "change")
        ],
        "is_open": expert.argument.state == ArgumentState.DRAFT,
    }
    return render(request, "procurement/opinion-sign.html", context)


@signed_in
@require_safe
def expert_opinion(request, code):
    """The signed form, to the expert himself and to the owner, before it is published too."""
    shown = Opinion.objects.select_related("expert__argument__owner", "expert__argument__need")
    opinion = get_object_or_404(shown, expert__code=code)
    mine = opinion.expert.user_id == request.user.pk
    own = request.seat and request.seat.organisation_id == opinion.expert.argument.owner_id
    if not (mine or own):
        raise Http404
    name = f"专家意见表-{opinion.expert.name}.pdf"
    return pdf_response(archive_pack.opinion_pdf(opinion), name)


@require_seat(Deed.WRITE_NEED)
@require_POST
def expert_invite(request, code):
    """A one-time link for an expert, shown this once."""
    expert = _own(request, code)
    try:
        token = opinions.invite(expert, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=expert.argument)
        return redirect("procurement:desk-argument", expert.argument.code)
    link = reverse("procurement:expert-enter", args=[token])
    context = {
        "argument": expert.argument,
        "expert": expert,
        "link": request.build_absolute_uri(link),
    }
    return render(request, "procurement/expert-invite.html", context)


@require_seat(Deed.WRITE_NEED)
def expert_drop(request, code):
    expert = _own(request, code)
    argument = expert.argument
    return asked(
        request,
        about=argument,
        rule=partial(opinions.drop_expert, expert),
        back=reverse("procurement:desk-argument", args=[argument.code]),
        title=_("Take this expert off?"),
        text=f"{expert.name}　{expert.unit}",
        verb=_("Take off"),
        danger=True,
    )


@require_seat(Deed.WRITE_NEED)
def opinion_scan(request, code):
    """The owner enters what an expert signed on paper."""
    expert = _own(request, code)
    form = ScanForm(
        request.POST or None,
        request.FILES or None,
        by=request.seat,
        topics=expert.argument.topics,
    )
    if form.is_valid():
        typed = form.cleaned_data
        try:
            opinions.enter_scan(
                expert,
                form.answers(),
                remark=typed["remark"],
                signed_on=typed["signed_on"],
                scan=typed["scan"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=expert.argument, form=form)
        else:
            messages.success(request, _("The opinion is entered."))
            return redirect("procurement:desk-argument", expert.argument.code)
    context = {"expert": expert, "argument": expert.argument, "form": form}
    return render(request, "procurement/opinion-scan.html", context)


def _own(request, code):
    own = Expert.objects.filter(argument__owner=request.seat.organisation)
    return get_object_or_404(own.select_related("argument__need", "argument__owner"), code=code)
