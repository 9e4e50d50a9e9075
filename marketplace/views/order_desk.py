"""Doors to the deeds of orders on the desk: writing, approving, ending, evaluating."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import approval
from accounts.access import require_seat
from accounts.models import Deed, Standing
from accounts.stepup import kept, step_up
from core import clock, paging
from core.calendar import day_of
from core.forms import new_once
from core.lifecycle import RuleBroken
from core.models import Region, Upload
from core.once import AlreadyDone
from core.phrases import instant
from core.views import asked, autosaved, posted, refusal
from credit.forms import MarksForm
from credit.models import Scheme
from marketplace import closing, evaluations, offers, order_papers, orders, outlook
from marketplace.filters import SORTS
from marketplace.forms.order_deeds import ReasonForm
from marketplace.forms.orders import STEPS, bound, terms_of
from marketplace.models import Bid, OrderState, ServiceOrder
from publication.models import Notice
from selection.models import Witness

DESK_SORTS = {"new": paging.Order(SORTS["new"].label, "-draft_saved_at", "-pk")}


@require_seat()
@require_safe
def desk_orders(request):
    """The unit's own orders, and its bids."""
    at, seat = clock.now(), request.seat
    own = ServiceOrder.objects.owned_by(seat.organisation)
    own = own.defer("content", "requirement", "witnesses", "figures", "proof")
    page = paging.page(own, DESK_SORTS, request.GET)
    mine = Bid.objects.of(seat.organisation).select_related("order__owner").order_by("-received_at")
    context = {
        "page": page,
        "rows": [(order, order.phase_shown(at)) for order in page],
        "bids": [(bid, bid.order.phase_shown(at)) for bid in mine[:50]],
        "may_write": seat.may(Deed.WRITE_ORDER),
        "once": new_once(),
    }
    return render(request, "marketplace/desk-orders.html", context)


@require_seat(Deed.WRITE_ORDER)
def order_new(request):
    """Begin a draft: asked once more on GET, so that a link makes no row."""
    if request.method == "POST":
        key = request.POST.get("once", "")[:32]
        try:
            order = orders.begin(
                request.seat.organisation, key=key, by=request.seat, at=clock.now()
            )
        except AlreadyDone as begun:
            return redirect("marketplace:order-edit", begun.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=request.seat.organisation)
            return redirect("marketplace:desk-orders")
        return redirect("marketplace:order-edit", order.code)
    return render(request, "marketplace/order-new.html", {"once": new_once()})


@require_seat()
@require_safe
def desk_order(request, code):
    order, at = _visible(request, code), clock.now()
    context = {
        "order": order,
        "phase": order.phase_shown(at),
        "offers": offers.desk(order, request.seat, at),
        "paper": None if order.state == OrderState.DRAFT else _paper(order),
        "files": _files(order),
        "notices": list(Notice.objects.about(order).in_list()),
        "witnesses": list(
            Witness.objects.filter(draw__number=order.number).select_related("named_by")
        ),
        "own": order.owner_id == request.seat.organisation_id,
    }
    return render(request, "marketplace/desk-order.html", context)


@require_seat(Deed.WRITE_ORDER)
@require_safe
def order_edit(request, code):
    """The first step that is not right yet, else the preview."""
    order = _writable(request, code)
    _terms, wrong = terms_of(order, request.seat)
    first = wrong[0].slug if wrong else None
    if first is None:
        return redirect("marketplace:order-submit", order.code)
    return redirect("marketplace:order-step", order.code, first)


@require_seat(Deed.WRITE_ORDER)
def order_step(request, code, step):
    order = _writable(request, code)
    if step not in STEPS:
        raise Http404
    kind = STEPS[step]
    if request.method == "POST":
        form = kind(request.POST, request.FILES, by=request.seat, order=order)
        well = form.is_valid()
        try:
            orders.save_draft(
                order, {**form.typed(), **form.received()}, by=request.seat, at=clock.now()
            )
        except RuleBroken as refused:
            refusal(request, refused, about=order)
            return redirect("marketplace:desk-order", order.code)
        if "leave" in request.POST:
            return redirect("marketplace:desk-order", order.code)
        if well:
            return redirect(_after(order, step))
    elif "check" in request.GET:
        form = bound(kind, order, request.seat)
    else:
        form = kind(by=request.seat, order=order, initial=_initial(order))
    context = {
        "order": order,
        "form": form,
        "steps": _steps(order, request.seat, step),
        "number": list(STEPS).index(step) + 1,
        "total": len(STEPS) + 1,
        "back": _before(order, step),
        "outlook": outlook.of(order, clock.now()),
    }
    return render(request, "marketplace/order-step.html", context)


@require_seat(Deed.WRITE_ORDER)
@require_POST
def order_autosave(request, code, step):
    """What was typed so far, without a word about whether it is right."""
    order = _writable(request, code)
    if step not in STEPS:
        raise Http404
    form = STEPS[step](request.POST, by=request.seat, order=order)
    return autosaved(request, orders.save_draft, order, form.typed())


@require_seat(Deed.WRITE_ORDER)
@require_POST
def order_outlook(request, code, step):
    """What follows from the choices on the page, saved or not."""
    order = _writable(request, code)
    if step not in STEPS:
        raise Http404
    form = STEPS[step](request.POST, by=request.seat, order=order)
    order.draft = {**order.draft, **form.typed()}
    return render(
        request, "marketplace/order-outlook.html", {"outlook": outlook.of(order, clock.now())}
    )


@require_seat(Deed.WRITE_ORDER)
def order_submit(request, code):
    """The preview: the very notice; then, to the approver."""
    order = _writable(request, code)
    terms, wrong = terms_of(order, request.seat)
    at = clock.now()
    paper, refused_because = None, ""
    if terms is not None:
        region = Region.objects.get(code=terms.region)
        try:
            orders.check(terms, order.owner, orders.what_follows(terms, region, at))
        except RuleBroken as broken:
            refused_because = str(broken)
        paper = orders.previewed(order, terms, at)
    if request.method == "POST" and terms is not None:
        try:
            orders.submit(order, terms, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=order)
            return redirect("marketplace:order-submit", order.code)
        messages.success(request, _("The order is with its approver now."))
        return redirect("marketplace:desk-order", order.code)
    context = {
        "order": order,
        "paper": paper,
        "wrong": wrong,
        "refused_because": refused_because,
        "steps": _steps(order, request.seat, "submit"),
        "alone": approval.is_alone(order.owner, at),
        "outlook": outlook.of(order, at),
        "back": reverse("marketplace:order-step", args=[order.code, list(STEPS)[-1]]),
    }
    return render(request, "marketplace/order-submit.html", context)


@require_seat(Deed.WRITE_ORDER)
def order_discard(request, code):
    order = _writable(request, code)
    return asked(
        request,
        about=order,
        rule=partial(orders.discard, order),
        done=_("The draft was deleted."),
        back=_desk(order),
        onward="marketplace:desk-orders",
        title=_("Delete this draft?"),
        text=str(order),
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


@require_seat(Deed.APPROVE_ORDER, Deed.REVIEW_ORDER)
@step_up(two_factors=True)
def order_publish(request, code):
    order = _visible(request, code)
    _refuse_above(request, order)
    return asked(
        request,
        about=order,
        rule=partial(orders.publish, order),
        done=lambda made: _("Published as %(number)s.") % {"number": made.number},
        back=_desk(order),
        title=_("Publish this notice?"),
        text=str(order),
        consequences=[
            _("The notice is published at once, numbered, and never changed."),
            _("The platform commits to the secret number of the draw."),
            _("Agencies may bid until %(until)s; nobody sees who has.")
            % {"until": instant(order.open_until)}
            if order.open_until
            else "",
        ],
        warning=_("What is published can only be corrected or ended by another notice."),
        verb=_("Publish the notice"),
    )


@require_seat(Deed.APPROVE_ORDER, Deed.REVIEW_ORDER)
def order_return(request, code):
    order = _visible(request, code)
    return asked(
        request,
        about=order,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(orders.return_, order),
        done=_("The order went back to its writer."),
        back=_desk(order),
        title=_("Return the order for correction"),
        text=str(order),
        verb=_("Return for correction"),
    )


@require_seat(Deed.APPROVE_ORDER)
@step_up(two_factors=True)
def order_withdraw(request, code):
    order = _own(request, code)
    return asked(
        request,
        about=order,
        form=ReasonForm(posted(request), initial=kept(request)),
        rule=partial(orders.withdraw, order),
        done=_("The order is ended; the notice is published."),
        back=_desk(order),
        title=_("End this order?"),
        text=str(order),
        warning=_("This is published with the reason, and cannot be taken back. Bids stay sealed."),
        verb=_("End the order"),
        danger=True,
    )


@require_seat(Deed.WRITE_ORDER, Deed.APPROVE_ORDER)
@require_POST
def order_close(request, code):
    order = _own(request, code)
    try:
        closing.close(order, by=request.seat, at=clock.now())
    except RuleBroken as refused:
        refusal(request, refused, about=order)
    return redirect("marketplace:desk-order", order.code)


@require_seat(Deed.EVALUATE)
def order_evaluate(request, code):
    order = _own(request, code)
    try:
        scheme = Scheme.objects.in_force(day_of(clock.now()))
    except RuleBroken as refused:
        refusal(request, refused, about=order)
        return redirect("marketplace:desk-order", order.code)
    form = MarksForm(request.POST or None, dimensions=scheme.rules.dimensions)
    if form.is_valid():
        try:
            evaluations.evaluate(
                order,
                marks=form.marks,
                comment=form.cleaned_data["comment"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=order, form=form)
        else:
            messages.success(request, _("Your evaluation is published."))
            return redirect("marketplace:desk-order", order.code)
    if order.state not in (OrderState.COMPLETED, OrderState.EVALUATED):
        raise Http404
    context = {"order": order, "form": form, "scheme": scheme, "done": order.state == "evaluated"}
    return render(request, "marketplace/order-evaluate.html", context)


# ── who may see what ─────────────────────────────────────────────────────────────────────────────


def _own(request, code):
    own = ServiceOrder.objects.owned_by(request.seat.organisation)
    return get_object_or_404(_whole(own), code=code)


def _visible(request, code):
    """The unit's own; for the operator's reviewer those it may approve; all published for staff."""
    order = get_object_or_404(_whole(ServiceOrder.objects.all()), code=code)
    seat = request.seat
    if order.owner_id == seat.organisation_id:
        return order
    if orders.may_approve(order, seat, clock.now()) and order.state == OrderState.SUBMITTED:
        return order
    if seat.organisation.standing != Standing.PARTICIPANT and order.number:
        return order
    raise Http404


def _writable(request, code):
    order = _own(request, code)
    if order.state not in (OrderState.DRAFT, OrderState.RETURNED):
        raise Http404
    return order


def _whole(rows):
    return rows.select_related(
        "owner", "region", "submitted_by__user", "published_by__user", "winner__bidder"
    ).prefetch_related("items", "avoidances")


def _refuse_above(request, order):
    deed = (
        Deed.APPROVE_ORDER if order.owner_id == request.seat.organisation_id else Deed.REVIEW_ORDER
    )
    if not request.seat.may(deed, order.worth):
        raise PermissionDenied


# ── pieces ───────────────────────────────────────────────────────────────────────────────────────


def _paper(order):
    return order_papers.notice(order, items=order.items.all(), avoidances=order.avoidances.all())


def _files(order):
    return Upload.objects.filter(subject=order._meta.label_lower, subject_code=order.code).order_by(
        "pk"
    )


def _initial(order):
    initial = dict(order.draft)
    held = order.draft.get("files-held") or []
    initial["files"] = list(Upload.objects.filter(code__in=held))
    return initial


def _steps(order, seat, current):
    """The steps as components/steps.html shows them."""
    shown = []
    for slug, kind in STEPS.items():
        form = bound(kind, order, seat)
        done = any(order.draft.get(name) for name in form.fields) and form.is_valid()
        href = reverse("marketplace:order-step", args=[order.code, slug])
        state = "now" if slug == current else "done" if done else "todo"
        shown.append({"label": kind.heading, "href": href, "state": state})
    last = reverse("marketplace:order-submit", args=[order.code])
    state = "now" if current == "submit" else "todo"
    return [*shown, {"label": _("Preview and submit"), "href": last, "state": state}]


def _after(order, step):
    slugs = list(STEPS)
    place = slugs.index(step) + 1
    if place == len(slugs):
        return reverse("marketplace:order-submit", args=[order.code])
    return reverse("marketplace:order-step", args=[order.code, slugs[place]])


def _before(order, step):
    slugs = list(STEPS)
    place = slugs.index(step)
    return reverse("marketplace:order-step", args=[order.code, slugs[place - 1]]) if place else ""


def _desk(order):
    return reverse("marketplace:desk-order", args=[order.code])
