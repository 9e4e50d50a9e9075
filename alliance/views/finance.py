"""Doors to fees and books: the officers' pages, a member's own fees, what the public reads."""

import csv
from datetime import date, timedelta
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from alliance import fees, ledger, meetings, receipt_pdf, tabs
from alliance.access import require_post
from alliance.forms.council import EntryForm, PeriodForm, RaiseForm, ReasonForm, ScaleForm
from alliance.models import SECRETARIAT, Alliance, Due, LedgerEntry, Post, Receipt, Statement
from alliance.models.fees import Direction, EntryState, StatementState
from alliance.terms import CharterTerms
from alliance.views.council_doors import enter
from core import cache, clock, paging
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.paper import Paper
from core.views import asked, pdf_response, posted, public, refusal

MENU = {"new": paging.Order(gettext_lazy("newest first"), "-happened_on", "-pk")}
DUES_MENU = {"new": paging.Order(gettext_lazy("newest first"), "-period_from", "-pk")}
RAISERS = (Post.ACCOUNTANT, *SECRETARIAT)
CONFIRMERS = (Post.CASHIER, Post.SECRETARY_GENERAL)
PUBLISHERS = (Post.SECRETARY_GENERAL, Post.CHAIR)


@require_post()
@require_safe
def books(request, number):
    """The ledger of an alliance, its balance, and the accounts that were drawn up."""
    alliance = request.alliance
    rows = LedgerEntry.objects.filter(alliance=alliance).select_related(
        "due", "voucher", "entered_by__user", "decided_by__user"
    )
    if (wanted := request.GET.get("state")) in EntryState.values:
        rows = rows.filter(state=wanted)
    context = {
        "alliance": alliance,
        "page": paging.page(rows, MENU, request.GET),
        "states": EntryState.choices,
        "state": request.GET.get("state", ""),
        "balance": ledger.balance(alliance),
        "waiting": LedgerEntry.objects.filter(alliance=alliance, state=EntryState.ENTERED).count(),
        "statements": alliance.statements.exclude(state=StatementState.DISCARDED).select_related(
            "notice"
        ),
        "may_enter": Post.ACCOUNTANT in request.posts,
    }
    return render(request, "alliance/ledger.html", context)


@require_post(Post.ACCOUNTANT)
def entry_new(request, number):
    alliance, at = request.alliance, clock.now()
    dues = Due.objects.unpaid().filter(alliance=alliance).select_related("member__organisation")
    income = ledger.categories(alliance, Direction.INCOME, at)
    spent = ledger.categories(alliance, Direction.EXPENDITURE, at)
    form = EntryForm(
        posted(request),
        request.FILES or None,
        by=request.seat,
        dues=dues,
        income=income,
        spent=spent,
        initial={"direction": Direction.INCOME, **_of_due(request, dues)},
    )

    def enter_(*, voucher, once, by, at, **moved):
        if moved["due"]:
            moved["direction"] = Direction.INCOME
        movement = ledger.Movement(**moved)
        ledger.enter(alliance, movement, voucher=voucher, key=once, by=by, at=at)

    return asked(
        request,
        about=alliance,
        form=form,
        rule=enter_,
        done=_("Entered. It counts once another person has confirmed it."),
        back=reverse("alliance:ledger", args=[number]),
        title=_("Enter a movement of money"),
        text=alliance.name,
        verb=_("Enter"),
    )


def _of_due(request, dues):
    """What a transfer for the due that the address names most likely says."""
    wanted = request.GET.get("due", "")
    due = dues.filter(pk=wanted).first() if wanted.isdecimal() else None
    if due is None:
        return {}
    return {
        "due": due.pk,
        "amount": due.rest,
        "counterparty": due.member.organisation.name,
        "memo": f"{due.period}会费",
    }


@require_seat()
@require_safe
def entry(request, code):
    found = _entry(request, code)
    context = {
        "entry": found,
        "alliance": found.alliance,
        "reversed_by": LedgerEntry.objects.filter(reverses=found).first(),
        "receipt": Receipt.objects.filter(entry=found).first(),
        "may_confirm": found.state == EntryState.ENTERED
        and bool(request.posts & set(CONFIRMERS))
        and found.entered_by.user_id != request.user.pk,
        "may_reverse": found.state == EntryState.CONFIRMED
        and found.reverses_id is None
        and Post.ACCOUNTANT in request.posts,
    }
    return render(request, "alliance/entry.html", context)


@require_seat()
def entry_confirm(request, code):
    found = _entry(request, code, *CONFIRMERS)
    return asked(
        request,
        about=found,
        rule=partial(ledger.confirm, found),
        done=_("Confirmed. It counts from now on."),
        back=reverse("alliance:entry", args=[code]),
        title=_("Confirm this entry?"),
        text=f"{found.counterparty} · {found.memo} · ¥{found.amount:,.2f}",
        consequences=[
            _("You have compared amount, day and payer with the voucher and the bank's record."),
            _("A fee for which it was paid goes down by it; its receipt is numbered and sent."),
        ],
        warning=_("A confirmed entry is never edited, only reversed."),
        verb=_("Confirm"),
    )


@require_seat()
def entry_refuse(request, code):
    found = _entry(request, code, *CONFIRMERS)
    form = ReasonForm(posted(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(ledger.refuse, found),
        done=_("Refused. The accountant enters a right one."),
        back=reverse("alliance:entry", args=[code]),
        title=_("Refuse this entry?"),
        text=found.memo,
        verb=pgettext("an entry", "Refuse"),
        danger=True,
    )


@require_seat()
def entry_reverse(request, code):
    found = _entry(request, code, Post.ACCOUNTANT)
    form = ReasonForm(posted(request))
    return asked(
        request,
        about=found,
        form=form,
        rule=partial(ledger.reverse, found),
        done=_("The reversal is entered and waits for another person."),
        back=reverse("alliance:ledger", args=[found.alliance.number]),
        title=_("Reverse this entry?"),
        text=f"{found.number} · {found.memo}",
        consequences=[
            _("A second entry with the negative amount is made, of today."),
            _("Once confirmed, a fee for which it was paid is owed again; its receipt is void."),
        ],
        verb=_("Reverse"),
        danger=True,
    )


@require_post()
@require_safe
def ledger_csv(request, number):
    """All entries, as spreadsheets read them."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{number}-ledger.csv"'
    response.write("\ufeff")  # Excel takes a file without it for GBK
    writer = csv.writer(response)
    writer.writerow(
        [
            "凭证号",
            "日期",
            "收支",
            "科目",
            "金额",
            "对方",
            "摘要",
            "银行流水号",
            "状态",
            "记账",
            "复核",
        ]
    )
    rows = LedgerEntry.objects.filter(alliance=request.alliance).select_related(
        "entered_by__user", "decided_by__user"
    )
    for one in rows.order_by("happened_on", "pk"):
        writer.writerow(
            [
                one.number or "",
                one.happened_on,
                one.get_direction_display(),
                _plain(one.category),
                one.amount,
                _plain(one.counterparty),
                _plain(one.memo),
                _plain(one.bank_reference),
                one.get_state_display(),
                _plain(str(one.entered_by.user)),
                _plain(str(one.decided_by.user)) if one.decided_by else "",
            ]
        )
    return response


@require_seat()
@require_safe
def desk_dues(request, number):
    """A member's own fees; for the officers of the alliance all of them."""
    alliance = get_object_or_404(Alliance, number=number)
    enter(request, alliance)
    rows = Due.objects.filter(alliance=alliance).select_related("member__organisation")
    is_officer = bool(request.posts)
    if not is_officer:
        rows = rows.filter(member__organisation=request.seat.organisation)
    today = day_of(clock.now())
    wanted = request.GET.get("show", "")
    if wanted == "overdue":
        rows = rows.overdue_on(today)
    elif wanted == "unpaid":
        rows = rows.unpaid()
    page = paging.page(rows.with_payments(), DUES_MENU, request.GET)
    terms = CharterTerms.from_json(meetings.charter_of(alliance, clock.now()).terms)
    scale = fees.scale_of(alliance, terms)
    context = {
        "alliance": alliance,
        "page": page,
        "rows": [(one, one.is_overdue(today), one.is_in_grace(today)) for one in page],
        "is_officer": is_officer,
        "show": wanted,
        "levels": [(level.label, scale[key]) for key, level in terms.levels.items()],
        "may_raise": bool(request.posts & set(RAISERS)),
        "may_enter": Post.ACCOUNTANT in request.posts,
    }
    return render(request, "alliance/desk-dues.html", context)


@require_post(*RAISERS)
def dues_raise(request, number):
    """First the preview of a period, then the deed with the total that was looked at."""
    alliance, at = request.alliance, clock.now()
    today = day_of(at)
    asked_for = request.POST if request.method == "POST" else request.GET or None
    initial = {
        "period_from": date(today.year, 1, 1),
        "last_day": date(today.year, 12, 31),
        "due_on": today + timedelta(days=fees.PAY_DAYS),
    }
    form = RaiseForm(asked_for, initial=initial)
    lines, total = [], None
    if form.is_valid():
        start, until = form.period
        lines = fees.preview(alliance, period_from=start, period_until=until, at=at)
        total = sum((one.amount for one in lines if one.is_due), start=0)
        if request.method == "POST" and form.cleaned_data["expected"] is not None:
            try:
                made = fees.raise_(
                    alliance,
                    period_from=start,
                    period_until=until,
                    due_on=form.cleaned_data["due_on"],
                    expected=form.cleaned_data["expected"],
                    by=request.seat,
                    at=at,
                )
            except RuleBroken as refused:
                refusal(request, refused, about=alliance, form=form)
            else:
                done = _("Raised for %(count)s members; each has been written to.")
                messages.success(request, done % {"count": len(made)})
                return redirect("alliance:desk-dues", number)
    context = {"alliance": alliance, "form": form, "lines": lines, "total": total}
    return render(request, "alliance/dues-raise.html", context)


@require_seat()
def due_waive(request, code):
    due = get_object_or_404(
        Due.objects.select_related("alliance", "member__organisation"), code=code
    )
    enter(request, due.alliance, *RAISERS)
    form = ReasonForm(posted(request))
    return asked(
        request,
        about=due,
        form=form,
        rule=partial(fees.ask_waiver, due),
        done=_("The waiver waits for an agenda."),
        back=reverse("alliance:desk-dues", args=[due.alliance.number]),
        title=_("Propose to waive this fee?"),
        text=f"{due.member.organisation.name} · {due.period} · ¥{due.rest:,.2f}",
        consequences=[_("The body that the charter names decides; until then it is owed.")],
        verb=_("Propose"),
    )


@require_post(*RAISERS)
def scale_propose(request, number):
    alliance = request.alliance
    terms = CharterTerms.from_json(meetings.charter_of(alliance, clock.now()).terms)
    scale = fees.scale_of(alliance, terms)
    form = ScaleForm(
        posted(request),
        terms=terms,
        initial={f"fee_{key}": fee for key, fee in scale.items() if fee is not None},
    )
    return asked(
        request,
        about=alliance,
        form=form,
        rule=lambda *, by, at, **typed: fees.propose_scale(
            alliance, form.fees(), reason=typed["reason"], by=by, at=at
        ),
        done=_("The proposal waits for an agenda."),
        back=reverse("alliance:desk-dues", args=[number]),
        title=_("Propose the fees by level"),
        text=alliance.name,
        consequences=[
            _("They are in force once the body that the charter names has carried them.")
        ],
        verb=_("Propose"),
    )


@require_post(Post.ACCOUNTANT)
def statement_prepare(request, number):
    alliance = request.alliance
    form = PeriodForm(posted(request))
    return asked(
        request,
        about=alliance,
        form=form,
        rule=lambda *, by, at, **_days: ledger.prepare(
            alliance, period_from=form.period[0], period_until=form.period[1], by=by, at=at
        ),
        done=_("Drawn up. Another person reads and publishes them."),
        back=reverse("alliance:ledger", args=[number]),
        title=_("Draw up the accounts of a period"),
        text=alliance.name,
        consequences=[_("Every confirmed entry of the period is in them; none may wait.")],
        verb=_("Draw up"),
    )


@require_seat()
def statement(request, code):
    found = _statement(request, code)
    may = found.state == StatementState.PREPARED and bool(request.posts & set(PUBLISHERS))
    context = {
        "statement": found,
        "alliance": found.alliance,
        "paper": Paper.from_json(found.paper),
        "may_publish": may and found.prepared_by.user_id != request.user.pk,
        "may_discard": found.state == StatementState.PREPARED
        and bool(request.posts & {Post.ACCOUNTANT, *PUBLISHERS}),
    }
    return render(request, "alliance/statement.html", context)


@require_seat()
def statement_publish(request, code):
    found = _statement(request, code, *PUBLISHERS)
    return asked(
        request,
        about=found,
        rule=partial(ledger.publish, found),
        done=_("Published."),
        back=reverse("alliance:statement", args=[code]),
        title=_("Publish the accounts?"),
        text=str(found),
        consequences=[
            _("They are published as a notice, with a number."),
            _("The period is closed: nothing can be entered into it any more."),
        ],
        warning=_("This cannot be undone."),
        verb=_("Publish the accounts"),
    )


@require_seat()
def statement_discard(request, code):
    found = _statement(request, code, Post.ACCOUNTANT, *PUBLISHERS)
    return asked(
        request,
        about=found,
        rule=partial(ledger.discard, found),
        done=_("Discarded."),
        back=reverse("alliance:ledger", args=[found.alliance.number]),
        title=_("Discard this draft?"),
        text=str(found),
        verb=pgettext("accounts", "Discard"),
        danger=True,
    )


@require_seat()
@require_safe
def receipt(request, code):
    found = get_object_or_404(
        Receipt.objects.select_related("due__alliance", "due__member__organisation"), code=code
    )
    enter(request, found.due.alliance)
    own = found.due.member.organisation_id == request.seat.organisation_id
    if not own and not request.posts:
        raise Http404
    return pdf_response(receipt_pdf.read(found), f"{found.number}.pdf")


@public
@require_safe
def accounts(request, number):
    """The published accounts of an alliance, newest first."""
    cache.finished(request)
    alliance = get_object_or_404(Alliance.objects.select_related("lead"), number=number)
    rows = alliance.statements.filter(state=StatementState.PUBLISHED).select_related("notice")
    context = {"alliance": alliance, "statements": rows, "tabs": tabs.of(number, "accounts")}
    return render(request, "alliance/accounts.html", context)


def _entry(request, code, *posts):
    rows = LedgerEntry.objects.select_related(
        "alliance",
        "due__member__organisation",
        "voucher",
        "reverses",
        "entered_by__user",
        "decided_by__user",
    )
    found = get_object_or_404(rows, code=code)
    enter(request, found.alliance, *(posts or Post))
    return found


def _statement(request, code, *posts):
    rows = Statement.objects.select_related("alliance", "prepared_by__user", "notice")
    found = get_object_or_404(rows, code=code)
    enter(request, found.alliance, *(posts or Post))
    return found


def _plain(text):
    """A cell that a spreadsheet would run as a formula is told as text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
