"""Doors to leaving and expulsion: the unit's, the secretariat's, the academic committee's."""

from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from accounts.models import Deed
from accounts.stepup import kept, step_up
from alliance import fees, leaving
from alliance.access import require_member, require_post
from alliance.forms.council import (
    RESULT_LABELS,
    CertificateForm,
    ChargeForm,
    HearingForm,
    LeaveForm,
    ReasonForm,
    ReviewForm,
    StatementForm,
)
from alliance.meetings import charter_of
from alliance.models import SECRETARIAT, Expulsion, Post, Withdrawal
from alliance.models.leaving import UNDECIDED, ExpulsionState, WithdrawalState
from alliance.models.meetings import Motion
from alliance.terms import CharterTerms
from alliance.views.council_doors import enter
from core import clock
from core.calendar import day_of
from core.views import asked, posted


@require_post()
@require_safe
def leavings(request, number):
    """Who wants to leave, and who is charged with a breach."""
    alliance = request.alliance
    context = {
        "alliance": alliance,
        "withdrawals": alliance.withdrawals.select_related("member__organisation"),
        "expulsions": alliance.expulsions.select_related("member__organisation"),
        "may_charge": bool(request.posts & set(SECRETARIAT)),
    }
    return render(request, "alliance/leavings.html", context)


@require_member(Deed.JOIN_ALLIANCE)
@step_up(two_factors=True)
def leave(request, number):
    member = request.member
    form = LeaveForm(posted(request), request.FILES or None, by=request.seat, initial=kept(request))
    terms = CharterTerms.from_json(charter_of(member.alliance, clock.now()).terms)
    return asked(
        request,
        about=member,
        form=form,
        rule=partial(leaving.apply, member),
        done=_("Sent to the secretariat."),
        back=reverse("alliance:detail", args=[number]),
        onward=lambda made: made.get_absolute_url(),
        title=_("Apply to leave %(alliance)s") % {"alliance": member.alliance.name},
        consequences=[
            _("The secretariat accepts it, the academic committee reviews it, a body decides."),
            _("Unpaid fees: ¥%(amount)s.") % {"amount": f"{fees.arrears(member):,.2f}"},
            *terms.leaving.duties,
        ],
        verb=_("Send the application"),
    )


@require_seat()
@require_safe
def withdrawal(request, code):
    found = _withdrawal(request, code)
    terms = CharterTerms.from_json(found.charter.terms)
    body, _rule = terms.rule(terms.leaving.decided_by)
    context = {
        "withdrawal": found,
        "alliance": found.alliance,
        "findings": [
            {**one, "label": RESULT_LABELS[one["result"]]} for one in found.findings or ()
        ],
        "arrears": fees.arrears(found.member) if found.arrears is None else found.arrears,
        "duties": terms.leaving.duties,
        "body": body.name,
        "motion": found.motion
        or Motion.objects.about(found).select_related("meeting").order_by("-pk").first(),
        "stages": _stages(found, body.name),
        "offers": _withdrawal_offers(request, found),
    }
    return render(request, "alliance/withdrawal.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
@step_up(two_factors=True)
def withdrawal_correct(request, code):
    found = _withdrawal(request, code, own=True)
    initial = {"reason": found.reason, "statement": found.statement, "scan": found.scan}
    form = LeaveForm(posted(request), request.FILES or None, by=request.seat, initial=initial)
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(leaving.resubmit, found),
        done=_("Sent again."),
        title=_("Correct the application"),
        text=found.return_reason,
        verb=_("Send the application"),
    )


@require_seat(Deed.JOIN_ALLIANCE)
def withdrawal_take_back(request, code):
    found = _withdrawal(request, code, own=True)
    return asked(
        request,
        about=found,
        rule=partial(leaving.take_back, found),
        done=_("Taken back. Your unit stays a member."),
        title=_("Take the application back?"),
        text=found.alliance.name,
        verb=pgettext("application to leave", "Take it back"),
    )


@require_seat()
def withdrawal_accept(request, code):
    found = _withdrawal(request, code, *SECRETARIAT)
    return asked(
        request,
        about=found,
        rule=partial(leaving.accept, found),
        done=_("Accepted. The review begins."),
        title=_("Accept this application?"),
        text=found.member.organisation.name,
        consequences=[_("The academic committee reviews intellectual property and archives.")],
        verb=_("Accept"),
    )


@require_seat()
def withdrawal_return(request, code):
    found = _withdrawal(request, code, *SECRETARIAT)
    form = ReasonForm(posted(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(leaving.return_, found),
        done=_("Returned. The unit has been told what is missing."),
        title=_("Return this application?"),
        text=found.member.organisation.name,
        verb=_("Return"),
    )


@require_seat()
def withdrawal_review(request, code):
    found = _withdrawal(request, code, Post.ACADEMIC_CHAIR)
    form = ReviewForm(posted(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=lambda *, by, at, **typed: leaving.review(
            found, form.findings(), opinion=typed["opinion"], by=by, at=at
        ),
        done=_("The review is noted; the application waits for an agenda."),
        title=_("Review of intellectual property and technical archives"),
        text=f"{found.member.organisation.name}：{found.statement}",
        verb=_("Note the review"),
    )


@require_seat()
def withdrawal_certificate(request, code):
    found = _withdrawal(request, code, *SECRETARIAT)
    form = CertificateForm(posted(request), initial={"returned_on": day_of(clock.now())})
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(leaving.note_certificate, found),
        done=_("Noted."),
        title=_("Note the return of the certificate"),
        text=found.member.organisation.name,
        verb=_("Note"),
    )


@require_post(*SECRETARIAT)
def charge(request, number):
    alliance = request.alliance
    members = alliance.members.current().select_related("organisation")
    form = ChargeForm(posted(request), members=members)

    return asked(
        request,
        about=alliance,
        form=form,
        rule=lambda *, member, **typed: leaving.charge(member, **typed),
        done=_("The unit has been called to its hearing."),
        back=reverse("alliance:leavings", args=[number]),
        onward=lambda made: made.get_absolute_url(),
        title=_("Charge a member with a breach"),
        text=alliance.name,
        consequences=[
            _("The unit reads the charge, may answer in writing, and is heard."),
            _("Only the body that the charter names can expel it."),
        ],
        verb=_("Call to a hearing"),
        danger=True,
    )


@require_seat()
@require_safe
def expulsion(request, code):
    found = _expulsion(request, code)
    context = {
        "expulsion": found,
        "alliance": found.alliance,
        "motion": found.motion
        or Motion.objects.about(found).select_related("meeting").order_by("-pk").first(),
        "offers": _expulsion_offers(request, found),
    }
    return render(request, "alliance/expulsion.html", context)


@require_seat(Deed.JOIN_ALLIANCE)
@step_up(two_factors=True)
def expulsion_state(request, code):
    found = _expulsion(request, code, own=True)
    form = StatementForm(posted(request), initial=kept(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(leaving.state, found),
        done=_("Your statement is on record."),
        title=_("Statement of your unit"),
        text=found.breach,
        warning=_("It is put before the council as you send it, and cannot be changed."),
        verb=_("Send the statement"),
    )


@require_seat()
def expulsion_hear(request, code):
    found = _expulsion(request, code, *SECRETARIAT)
    form = HearingForm(posted(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(leaving.hear, found),
        done=_("The hearing is on record; the case waits for an agenda."),
        title=_("Record the hearing"),
        text=found.breach,
        verb=_("Record"),
    )


@require_seat()
def expulsion_drop(request, code):
    found = _expulsion(request, code, *SECRETARIAT)
    form = ReasonForm(posted(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(leaving.drop, found),
        done=_("Dropped. The unit has been told."),
        title=_("Let the charge fall?"),
        text=found.breach,
        verb=_("Let it fall"),
    )


def _withdrawal(request, code, *posts, own=False):
    rows = Withdrawal.objects.select_related(
        "alliance",
        "member__organisation",
        "charter",
        "scan",
        "motion__meeting",
        "reviewed_by__user",
    )
    return _inside(request, get_object_or_404(rows, code=code), posts, own)


def _expulsion(request, code, *posts, own=False):
    rows = Expulsion.objects.select_related(
        "alliance", "member__organisation", "motion__meeting", "stated_by__user"
    )
    return _inside(request, get_object_or_404(rows, code=code), posts, own)


def _inside(request, row, posts, own):
    """The unit itself and the alliance's officers; nobody learns of it who is neither."""
    unit = row.member.organisation
    if own or (not posts and request.seat.organisation_id == unit.pk):
        enter(request, row.alliance, unit=unit)
    else:
        enter(request, row.alliance, *(posts or Post))
    return row


def _stages(row, body):
    order = [
        (_("applied for"), row.submitted_at, WithdrawalState.SUBMITTED),
        (_("accepted"), row.accepted_at, WithdrawalState.ACCEPTED),
        (_("reviewed"), row.reviewed_at, WithdrawalState.REVIEWED),
        (body, row.ended_at if row.motion_id else None, None),
    ]
    last = max(place for place, one in enumerate(order) if one[1])
    stages = [
        {
            "label": label,
            "text": f"{day_of(at):%Y-%m-%d}" if at else "",
            "state": "done" if at else "now" if place == last + 1 and not row.ended_at else "todo",
        }
        for place, (label, at, _state) in enumerate(order)
    ]
    returned = row.certificate_returned_on
    stages.append(
        {
            "label": _("certificate returned"),
            "text": f"{returned:%Y-%m-%d}" if returned else "",
            "state": "done"
            if returned
            else "now"
            if row.state == WithdrawalState.APPROVED
            else "todo",
        }
    )
    return stages


def _withdrawal_offers(request, row):
    found = []
    own = row.member.organisation_id == request.seat.organisation_id
    office = bool(request.posts & set(SECRETARIAT))

    def offer(verb, name):
        found.append((verb, reverse(f"alliance:withdrawal-{name}", args=[row.code])))

    if own and request.seat.may(Deed.JOIN_ALLIANCE):
        if row.state == WithdrawalState.RETURNED:
            offer(_("Correct the application"), "correct")
        if row.state in UNDECIDED:
            offer(pgettext("application to leave", "Take it back"), "take-back")
    if office and row.state == WithdrawalState.SUBMITTED:
        offer(_("Accept"), "accept")
        offer(_("Return"), "return")
    if Post.ACADEMIC_CHAIR in request.posts and row.state == WithdrawalState.ACCEPTED:
        offer(_("Review"), "review")
    if office and row.state == WithdrawalState.APPROVED and row.certificate_returned_on is None:
        offer(_("Note the return of the certificate"), "certificate")
    return found


def _expulsion_offers(request, row):
    found = []
    own = row.member.organisation_id == request.seat.organisation_id
    charged = row.state == ExpulsionState.CHARGED

    def offer(verb, name):
        found.append((verb, reverse(f"alliance:expulsion-{name}", args=[row.code])))

    if own and charged and not row.statement and request.seat.may(Deed.JOIN_ALLIANCE):
        offer(_("Write your statement"), "state")
    if request.posts & set(SECRETARIAT):
        if charged and clock.now() >= row.hearing_at:
            offer(_("Record the hearing"), "hear")
        if row.ended_at is None:
            offer(_("Let the charge fall"), "drop")
    return found
