"""Doors to agreements: the desk's list and page, and the deeds of both sides."""

from functools import partial

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import require_seat
from accounts.models import Deed, Seat
from accounts.stepup import kept, step_up
from contracts import agreement_pdf as agreement_pdf_files
from contracts import agreements, changes, deliveries, history, papers
from contracts.forms import (
    AcceptForm,
    ExtensionForm,
    FilterForm,
    HandInForm,
    ReasonForm,
    ReturnForm,
    SignForm,
)
from contracts.models import (
    Agreement,
    AgreementState,
    Change,
    ChangeKind,
    Deliverable,
    DeliverableState,
    Milestone,
    Party,
    Side,
)
from contracts.offers import offers
from core import clock, paging
from core.lifecycle import RuleBroken
from core.models import Upload
from core.paper import Paper
from core.phrases import day, yuan
from core.views import asked, pdf_response, posted, refusal
from publication.notice_pdf import verify_url

MENU = {"newest": paging.Order(gettext_lazy("newest first"), "-drawn_up_at", "-pk")}


@require_seat()
@require_safe
def agreement_list(request):
    form = FilterForm(request.GET)
    rows = Agreement.objects.visible_to(request.seat).defer("paper")
    if form.is_valid():
        if state := form.cleaned_data["state"]:
            rows = rows.filter(state=state)
        if words := form.cleaned_data["q"]:
            rows = rows.filter(Q(number__icontains=words) | Q(title__icontains=words))
    rows = rows.prefetch_related(_parties())
    context = {
        "form": form,
        "page": paging.page(rows, MENU, request.GET),
        "is_filtered": any(form.cleaned_data.values()),
    }
    return render(request, "contracts/agreement-list.html", context)


@require_seat()
@require_safe
def agreement_detail(request, number):
    agreement = _shown(request, number)
    uploads = Upload.objects.filter(
        subject=Deliverable._meta.label_lower,
        subject_code__in=[
            one.code
            for milestone in agreement.milestones.all()
            for one in milestone.deliverables.all()
        ],
    )
    files: dict[str, list[Upload]] = {}
    for upload in uploads.order_by("pk"):
        files.setdefault(upload.subject_code, []).append(upload)
    context = {
        "agreement": agreement,
        "paper": Paper.from_json(agreement.paper),
        "offers": offers(agreement, request.seat, clock.now()),
        "stages": _course(agreement),
        "milestones": [
            {
                "milestone": milestone,
                "is_late": milestone.due_at is not None
                and not any(
                    one.state != DeliverableState.RETURNED for one in milestone.deliverables.all()
                )
                and agreement.state == AgreementState.CONCLUDED
                and milestone.due_at <= clock.now(),
                "rounds": [(one, files.get(one.code, [])) for one in milestone.deliverables.all()],
            }
            for milestone in agreement.milestones.all()
        ],
        "history": history.of(agreement),
        "verify_url": verify_url(agreement.number),
    }
    return render(request, "contracts/agreement-detail.html", context)


@require_seat()
@require_safe
def agreement_pdf(request, number):
    agreement = _shown(request, number)
    issued = agreement.papers.filter(deliverable=None).first()
    pdf = agreement_pdf_files.read(issued) if issued else agreement_pdf_files.draft(agreement)
    return pdf_response(pdf, f"{agreement.number} {agreement.title}.pdf")


@require_seat()
@require_safe
def deliverable_certificate(request, code):
    deliverable = _deliverable(request, code, state=DeliverableState.ACCEPTED)
    issued = deliverable.certificate
    return pdf_response(agreement_pdf_files.read(issued), f"{issued.number}.pdf")


@require_seat(Deed.SIGN)
@step_up(two_factors=True)
def agreement_sign(request, number):
    agreement = _own(request, number)
    form = SignForm(
        posted(request),
        initial=kept(request),
        agreement=agreement,
        unit=request.seat.organisation.name,
    )
    if form.is_valid():
        try:
            _within_ceiling(request.seat, Deed.SIGN, agreement.amount)
            signed = agreements.sign(
                agreement, **form.cleaned_data, by=request.seat, at=clock.now()
            )
        except RuleBroken as refused:
            refusal(request, refused, about=agreement, form=form)
        else:
            messages.success(
                request,
                _("Signed. All partners have signed: the agreement is in force.")
                if signed.is_joint and signed.state == AgreementState.CONCLUDED
                else _("Signed. The contract is concluded: the time for the service has begun.")
                if signed.state == AgreementState.CONCLUDED
                else _("Signed. The agreement is in force when the last partner has signed.")
                if signed.is_joint
                else _("Signed. The other side has been told."),
            )
            return redirect(agreement)
    context = {
        "agreement": agreement,
        "form": form,
        "paper": Paper.from_json(agreement.paper),
        "is_last": agreement.parties.filter(signed_at=None).count() == 1,
        "is_signable": agreement.is_signable(clock.now()),
    }
    return render(request, "contracts/agreement-sign.html", context)


@require_seat(Deed.SIGN)
@step_up(two_factors=True)
def agreement_decline(request, number):
    agreement = _own(request, number)
    return asked(
        request,
        about=agreement,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(agreements.decline, agreement),
        done=_("Declined. The other side has been told."),
        title=_("Decline to sign %(number)s?") % {"number": agreement.number},
        text=agreement.title,
        consequences=[
            _("No contract comes about between the two sides."),
            _("The other side reads your reason, and so may the public in what follows."),
            _("Who declines without good reason may lose credit."),
        ],
        warning=_("This cannot be undone."),
        verb=_("Decline to sign"),
        danger=True,
    )


@require_seat(Deed.SIGN)
@step_up(two_factors=True)
def agreement_terminate(request, number):
    agreement = _own(request, number)
    return asked(
        request,
        about=agreement,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=_within(partial(changes.ask_termination, agreement), Deed.SIGN, agreement.amount),
        done=_("Proposed. The contract ends once the other side agrees."),
        title=_("Propose to end %(number)s?") % {"number": agreement.number},
        text=agreement.title,
        consequences=[
            _("The other side is asked; until it agrees, the contract goes on."),
            _("What was accepted before is paid; nothing more is handed in afterwards."),
        ],
        verb=_("Propose to end the contract"),
    )


@require_seat(Deed.DELIVER)
def milestone_hand_in(request, number):
    milestone = _milestone(request, number)
    form = HandInForm(posted(request), posted(request) and request.FILES, by=request.seat)
    if form.is_valid():
        try:
            deliveries.hand_in(milestone, **form.cleaned_data, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=milestone.agreement, form=form)
        else:
            messages.success(request, _("Handed in. The client has been told."))
            if request.htmx:  # sent with a progress bar: the browser goes there by itself
                return HttpResponseClientRedirect(milestone.agreement.get_absolute_url())
            return redirect(milestone.agreement)
    context = {"milestone": milestone, "agreement": milestone.agreement, "form": form}
    return render(request, "contracts/milestone-hand-in.html", context)


@require_seat(Deed.DELIVER)
def milestone_extend(request, number):
    milestone = _milestone(request, number)
    return asked(
        request,
        about=milestone.agreement,
        form=ExtensionForm(posted(request)),
        rule=partial(changes.ask_extension, milestone),
        done=_("Asked. The client has been told."),
        title=_("Ask for a later date"),
        text=f"{milestone.agreement.title} · {milestone.title}",
        consequences=[
            _("The date changes only if the client agrees."),
            _("Until then the present due date counts."),
        ],
        verb=_("Ask for a later date"),
    )


@require_seat()
@require_safe
def deliverable_detail(request, code):
    deliverable = _deliverable(request, code)
    agreement = deliverable.milestone.agreement
    party = agreement.side_of(request.seat.organisation)
    context = {
        "deliverable": deliverable,
        "milestone": deliverable.milestone,
        "agreement": agreement,
        "files": Upload.objects.filter(
            subject=deliverable._meta.label_lower, subject_code=deliverable.code
        ).order_by("pk"),
        "may_decide": party is not None
        and party.side == Side.OWNER
        and request.seat.may(Deed.ACCEPT)
        and deliverable.state == DeliverableState.HANDED_IN
        and agreement.state == AgreementState.CONCLUDED,
    }
    return render(request, "contracts/deliverable-detail.html", context)


@require_seat(Deed.ACCEPT)
def deliverable_accept(request, code):
    deliverable = _deliverable(request, code, side=Side.OWNER)
    milestone = deliverable.milestone
    return asked(
        request,
        about=milestone.agreement,
        form=AcceptForm(posted(request)),
        rule=_within(partial(deliveries.accept, deliverable), Deed.ACCEPT, milestone.amount),
        done=_("Accepted. The certificate can be downloaded."),
        title=_("Accept “%(title)s”?") % {"title": milestone.title},
        text=milestone.agreement.title,
        consequences=[
            _("You confirm that the deliverable is what was agreed."),
            _("Its share of the price becomes due: %(amount)s.")
            % {"amount": yuan(milestone.amount)},
            _("Once the last milestone is accepted the contract is fulfilled."),
        ],
        warning=_("This cannot be undone."),
        verb=_("Accept the deliverable"),
    )


@require_seat(Deed.ACCEPT)
def deliverable_return(request, code):
    deliverable = _deliverable(request, code, side=Side.OWNER)
    milestone = deliverable.milestone
    return asked(
        request,
        about=milestone.agreement,
        form=ReturnForm(posted(request), initial={"days": 5}),
        rule=partial(deliveries.return_, deliverable),
        done=_("Returned. The agency has been told what to correct."),
        title=_("Return “%(title)s”?") % {"title": milestone.title},
        text=milestone.agreement.title,
        consequences=[
            _("The agency reads your reasons and hands in again within the days you give."),
            _("The hand-in and its return stay in the record."),
        ],
        verb=_("Return the deliverable"),
    )


@require_seat(Deed.ACCEPT, Deed.SIGN)
@step_up(two_factors=True)
def change_grant(request, code):
    change = _change(request, code, is_mine=False)
    is_end = change.kind == ChangeKind.TERMINATION
    agreement = change.agreement
    grant = partial(changes.grant, change)
    return asked(
        request,
        about=agreement,
        rule=_within(grant, Deed.SIGN, agreement.amount) if is_end else grant,
        done=_("Granted. The other side has been told."),
        title=_("End the contract %(number)s?") % {"number": agreement.number}
        if is_end
        else _("Grant the later date?"),
        text=change.reason,
        consequences=[
            _("The contract ends at once; what was accepted before is paid.")
            if is_end
            else _("The milestone is then due at the end of %(day)s.")
            % {"day": papers.last_day(change.due_after)}
        ],
        warning=_("This cannot be undone."),
        verb=_("End the contract") if is_end else _("Grant the later date"),
        danger=is_end,
    )


@require_seat(Deed.ACCEPT, Deed.SIGN)
def change_refuse(request, code):
    change = _change(request, code, is_mine=False)
    return asked(
        request,
        about=change.agreement,
        form=ReasonForm(posted(request)),
        rule=partial(changes.refuse, change),
        done=_("Refused. The other side has been told why."),
        title=_("Refuse the request?"),
        text=change.reason,
        consequences=[_("Everything stays as it was agreed.")],
        verb=_("Refuse the request"),
    )


@require_seat(Deed.DELIVER, Deed.SIGN)
def change_withdraw(request, code):
    change = _change(request, code, is_mine=True)
    return asked(
        request,
        about=change.agreement,
        rule=partial(changes.withdraw, change),
        done=_("Withdrawn."),
        title=_("Withdraw the request?"),
        text=change.reason,
        consequences=[_("Everything stays as it was agreed.")],
        verb=_("Withdraw the request"),
    )


def _within(rule, deed, amount):
    """The rule, refused to a seat for an amount above what it may decide about."""

    def within(*, by, at, **typed):
        _within_ceiling(by, deed, amount)
        return rule(by=by, at=at, **typed)

    return within


def _within_ceiling(seat, deed, amount):
    """Refuse an amount above what the seat may decide about, and say who may."""
    if seat.may(deed, amount):
        return
    held = Seat.objects.held_at(clock.now()).filter(organisation=seat.organisation)
    able = [
        str(one.user)
        for one in held.select_related("user", "organisation")
        if one.may(deed, amount)
    ]
    raise RuleBroken(
        "%(amount)s is above your ceiling of %(ceiling)s: ask %(able)s to do it.",
        amount=yuan(amount),
        ceiling=yuan(seat.amount_ceiling),
        able="、".join(able) or "——",
    )


def _parties():
    return Prefetch("parties", Party.objects.select_related("organisation", "release"))


def _shown(request, number):
    """An agreement that the seat may see, with all that its page shows."""
    rows = Agreement.objects.visible_to(request.seat).select_related("template")
    rows = rows.prefetch_related(
        _parties(),
        Prefetch("milestones", Milestone.objects.select_related("agreement")),
        Prefetch(
            "milestones__deliverables",
            Deliverable.objects.select_related("handed_in_by__user", "decided_by__user"),
        ),
        Prefetch("changes", Change.objects.select_related("milestone", "asked_by__user")),
    )
    return get_object_or_404(rows, number=number)


def _own(request, number):
    return get_object_or_404(Agreement.objects.of(request.seat.organisation), number=number)


def _milestone(request, number):
    """A milestone that the seat's unit delivers, by its agreement's number and its place."""
    agreement, _dash, place = number.rpartition("-")
    if not place.isdecimal():
        raise Http404
    rows = Milestone.objects.select_related("agreement").filter(
        agreement__parties__organisation=request.seat.organisation,
        agreement__parties__side=Side.AGENCY,
    )
    return get_object_or_404(rows, agreement__number=agreement, place=place)


def _deliverable(request, code, *, side=None, **facts):
    rows = Deliverable.objects.select_related(
        "milestone__agreement", "handed_in_by__user", "decided_by__user"
    )
    deliverable = get_object_or_404(rows, code=code, **facts)
    visible = Agreement.objects.visible_to(request.seat)
    get_object_or_404(visible, pk=deliverable.milestone.agreement_id)
    if side is not None:
        party = deliverable.milestone.agreement.side_of(request.seat.organisation)
        if party is None or party.side != side:
            raise Http404
    return deliverable


def _change(request, code, *, is_mine):
    rows = Change.objects.select_related("agreement", "milestone")
    change = get_object_or_404(rows, code=code)
    party = change.agreement.side_of(request.seat.organisation)
    if party is None or (party.side == change.side) is not is_mine:
        raise Http404
    return change


def _course(agreement):
    """The stages of an agreement's life, with their instants."""
    signed = [one for one in agreement.parties.all() if one.signed_at]
    accepted = [
        one
        for milestone in agreement.milestones.all()
        for one in milestone.deliverables.all()
        if one.state == DeliverableState.ACCEPTED
    ]
    total = len(agreement.milestones.all())
    is_over = agreement.state not in (AgreementState.DRAWN_UP, AgreementState.CONCLUDED)
    is_concluded = agreement.concluded_at is not None
    signing = [
        {
            "label": _("drawn up"),
            "text": day(agreement.drawn_up_at),
            "state": "done",
        },
        {
            "label": _("signed by all") if agreement.is_joint else _("signed by both sides"),
            "text": day(agreement.concluded_at)
            if is_concluded
            else _("%(signed)s of %(parties)s signed")
            % {"signed": len(signed), "parties": len(agreement.parties.all())},
            "state": "done" if is_concluded else "todo" if is_over else "now",
        },
    ]
    if agreement.is_joint and not is_over:
        return signing
    if agreement.is_joint:
        return [*signing, _end(agreement)]
    return [
        *signing,
        {
            "label": _("milestones accepted"),
            "text": _("%(accepted)s of %(total)s") % {"accepted": len(accepted), "total": total},
            "state": "done"
            if len(accepted) == total
            else "now"
            if agreement.state == AgreementState.CONCLUDED
            else "todo",
        },
        _end(agreement),
    ]


def _end(agreement):
    is_over = agreement.ended_at is not None
    return {
        "label": agreement.get_state_display() if is_over else pgettext("contract", "fulfilled"),
        "text": day(agreement.ended_at) if is_over else "",
        "state": "done" if is_over else "todo",
    }
