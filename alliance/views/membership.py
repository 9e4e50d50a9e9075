"""Doors to members: the public directory, a member's own page, the secretariat's roll."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Deed
from alliance import certificate_pdf, certificates, charters, delegates, directory, staff, tabs
from alliance import levels as level_rules
from alliance.access import require_member, require_post
from alliance.forms.membership import (
    EntryForm,
    PersonForm,
    ReasonForm,
    RollFilter,
    StaffRollFilter,
)
from alliance.models import SECRETARIAT, Alliance, Post
from alliance.models.membership import (
    CertificateState,
    Delegate,
    DelegateRole,
    DelegateState,
    MemberCertificate,
)
from alliance.roll_sheet import workbook
from contracts.models import Agreement
from core import cache, clock, figures, paging
from core.calendar import day_of
from core.lifecycle import RuleBroken
from core.models import Region
from core.views import asked, pdf_response, posted, public, refusal
from publication.notice_pdf import verify_url

MENU = {
    "number": paging.Order(gettext_lazy("by number"), "number"),
    "new": paging.Order(gettext_lazy("newest first"), "-joined_on", "-pk"),
}
BULK = 200


@public
@require_safe
def members(request, number):
    cache.finished(request)
    alliance = get_object_or_404(Alliance.objects.select_related("lead", "region"), number=number)
    rows = alliance.members.current().select_related("organisation__region")
    choices = _choices(alliance)
    form = RollFilter(request.GET, **choices)
    page = paging.page(_narrowed(rows, form), MENU, request.GET)
    levels = dict(choices["levels"])
    context = {
        "alliance": alliance,
        "tabs": tabs.of(number, "members"),
        "form": form,
        "page": page,
        "rows": _with_people(page, levels, day_of(clock.now())),
        "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
    }
    return render(request, "alliance/members.html", context)


@require_member()
@require_safe
def membership(request, number):
    member, at = request.member, clock.now()
    held = list(member.delegates.select_related("nominated_by__user"))
    context = {
        "alliance": request.alliance,
        "member": member,
        "level": certificates.level_of(member, day_of(at)),
        "certificates": list(member.certificates.all()),
        "agreements": Agreement.objects.about(member).defer("paper").order_by("-pk"),
        "roles": [
            {
                "role": role,
                "confirmed": _one(held, role, DelegateState.CONFIRMED),
                "nominated": _one(held, role, DelegateState.NOMINATED),
                "refused": _last_refused(held, role),
            }
            for role in DelegateRole
        ],
        "level_changes": list(member.level_changes.all()),
        "staff": member.staff.acting_on(day_of(at)).count(),
        "may_join": request.seat.may(Deed.JOIN_ALLIANCE),
        "on": day_of(at),
    }
    return render(request, "alliance/membership.html", context)


@require_member(Deed.JOIN_ALLIANCE)
def nominate(request, number, role):
    if role not in DelegateRole.values:
        raise Http404
    form = PersonForm(request.POST or None, role=role)
    if form.is_valid():
        person = delegates.Person(**form.cleaned_data)
        try:
            delegates.nominate(request.member, role, person, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=request.member, form=form)
        else:
            messages.success(request, _("Named. The alliance has been told."))
            return redirect("alliance:membership", number)
    context = {
        "alliance": request.alliance,
        "title": DelegateRole(role).label,
        "form": form,
        "verb": _("Name this person"),
        "note": _("The contact person holds at once.")
        if role == DelegateRole.CONTACT
        else _("Whoever holds the role now keeps it until the new person is confirmed."),
    }
    return render(request, "alliance/membership-form.html", context)


@require_member(Deed.JOIN_ALLIANCE)
@require_POST
def nomination_withdraw(request, number, code):
    delegate = get_object_or_404(request.member.delegates, code=code)
    return _done(
        request,
        lambda: delegates.withdraw(delegate, by=request.seat, at=clock.now()),
        about=request.member,
        said=_("Withdrawn."),
        back="alliance:membership",
    )


@require_member(Deed.JOIN_ALLIANCE)
def entry(request, number):
    member = request.member
    initial = {
        "website": member.website,
        "business": member.business,
        "fields_of_work": member.fields,
        "products": member.products,
    }
    form = EntryForm(request.POST or None, initial=initial)
    if form.is_valid():
        said = {**form.cleaned_data}
        said["fields"] = said.pop("fields_of_work")
        try:
            directory.show(member, **said, by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=member, form=form)
        else:
            messages.success(request, _("The directory shows your entry."))
            return redirect("alliance:membership", number)
    context = {
        "alliance": request.alliance,
        "title": _("Entry in the public directory"),
        "form": form,
        "verb": _("Publish the entry"),
        "note": _(
            "With this you consent that anybody reads it. You can take the consent back at any"
            " time; name, number and level of a member are always public."
        ),
    }
    return render(request, "alliance/membership-form.html", context)


@require_member(Deed.JOIN_ALLIANCE)
@require_POST
def entry_hide(request, number):
    return _done(
        request,
        lambda: directory.hide(request.member, by=request.seat, at=clock.now()),
        about=request.member,
        said=_("The directory shows name, number and level only."),
        back="alliance:membership",
    )


@require_member()
@require_safe
def certificate(request, number, code):
    return _pdf(get_object_or_404(request.member.certificates, code=code))


@require_post(*SECRETARIAT)
@require_safe
def roll(request, number):
    alliance, at = request.alliance, clock.now()
    form = StaffRollFilter(request.GET, **_choices(alliance))
    rows = _staff_rows(alliance, form, day_of(at))
    page = paging.page(rows, MENU, request.GET)
    context = {
        "alliance": alliance,
        "form": form,
        "page": page,
        "rows": _with_certificates(page, alliance),
        "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
        "on": day_of(at),
        "query": request.GET.urlencode(),
    }
    return render(request, "alliance/roll.html", context)


@require_post(*SECRETARIAT)
@require_safe
def roll_export(request, number):
    """What the filters show, as a sheet."""
    alliance, on = request.alliance, day_of(clock.now())
    form = StaffRollFilter(request.GET, **_choices(alliance))
    rows = _staff_rows(alliance, form, on).order_by("number")
    response = HttpResponse(
        workbook(_with_certificates(rows, alliance)),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f'attachment; filename="{alliance.number}-members.xlsx"'
    return response


@require_post(*SECRETARIAT)
@require_POST
def certificates_issue(request, number):
    """Issue to the chosen members: first asked, then one rule call for each."""
    codes = request.POST.getlist("member")[:BULK]
    chosen = list(
        request.alliance.members.filter(code__in=codes)
        .select_related("organisation", "alliance")
        .order_by("number")
    )
    if not chosen:
        messages.error(request, _("Choose at least one member."))
        return redirect("alliance:roll", number)
    if "confirmed" not in request.POST:
        return render(
            request,
            "alliance/certificates-issue.html",
            {"alliance": request.alliance, "chosen": chosen},
        )
    issued = []
    for member in chosen:
        try:
            issued.append(certificates.issue(member, by=request.seat, at=clock.now()))
        except RuleBroken as reason:
            refusal(request, reason, about=member)
    if issued:
        messages.success(
            request,
            ngettext("%(n)s certificate issued.", "%(n)s certificates issued.", len(issued))
            % {"n": len(issued)},
        )
    return redirect("alliance:roll", number)


@require_post(*SECRETARIAT)
@require_safe
def certificate_of(request, number, code):
    """A member's certificate, for the secretariat."""
    rows = MemberCertificate.objects.filter(member__alliance=request.alliance)
    return _pdf(get_object_or_404(rows, code=code))


@require_post(*SECRETARIAT, Post.ACADEMIC_CHAIR)
@require_safe
def nominations(request, number):
    rows = Delegate.objects.filter(member__alliance=request.alliance, role__in=_roles(request))
    rows = rows.select_related("member__organisation", "nominated_by__user", "decided_by__user")
    context = {
        "alliance": request.alliance,
        "waiting": rows.filter(state=DelegateState.NOMINATED).order_by("nominated_at", "pk"),
        "confirmed": rows.filter(state=DelegateState.CONFIRMED).order_by("role", "member__number"),
    }
    return render(request, "alliance/delegates.html", context)


@require_post(*SECRETARIAT, Post.ACADEMIC_CHAIR)
@require_POST
def nomination_confirm(request, number, code):
    delegate = _nominated(request, code)
    return _done(
        request,
        lambda: delegates.confirm(delegate, by=request.seat, at=clock.now()),
        about=delegate.member,
        said=_("Confirmed. The unit has been told."),
        back="alliance:delegates",
    )


@require_post(*SECRETARIAT, Post.ACADEMIC_CHAIR)
def nomination_refuse(request, number, code):
    delegate = _nominated(request, code)
    return asked(
        request,
        about=delegate.member,
        form=ReasonForm(posted(request)),
        rule=partial(delegates.refuse, delegate),
        done=_("Refused. The unit has been told why."),
        back=reverse("alliance:delegates", args=[number]),
        title=_("Refuse this nominee?"),
        text=f"{delegate.name} · {delegate.get_role_display()} · {delegate.member.organisation}",
        consequences=[_("The unit reads your reason and may name another.")],
        verb=_("Refuse the nominee"),
        danger=True,
    )


# ── what they share ──────────────────────────────────────────────────────────────────────────────


def _done(request, rule, *, about, said, back):
    try:
        rule()
    except RuleBroken as refused:
        refusal(request, refused, about=about)
    else:
        messages.success(request, said)
    return redirect(back, request.alliance.number)


def _roles(request):
    """Whom the caller's posts confirm: the secretariat everybody, the committee its own."""
    if request.posts & set(SECRETARIAT):
        return DelegateRole.values
    return [DelegateRole.ACADEMIC]


def _nominated(request, code):
    rows = Delegate.objects.filter(member__alliance=request.alliance, role__in=_roles(request))
    return get_object_or_404(rows.select_related("member__organisation"), code=code)


def _pdf(found):
    pdf = certificate_pdf.draw(
        found.facts, digest=found.digest, verify_url=verify_url(found.number)
    )
    return pdf_response(pdf, f"{found.number}.pdf")


def _one(held, role, state):
    return next((one for one in held if one.role == role and one.state == state), None)


def _last_refused(held, role):
    """The last word about the role, where it is a refusal."""
    last = next((one for one in held if one.role == role), None)
    return last if last and last.state == DelegateState.REFUSED else None


def _levels(alliance):
    charter = charters.in_force(alliance)
    levels = charters.terms_of(charter).levels if charter else {}
    return [(key, level.label) for key, level in levels.items()]


def _choices(alliance):
    units = alliance.members.current().values("organisation__region")
    regions = Region.objects.filter(pk__in=units).order_by("code").values_list("code", "name")
    return {"levels": _levels(alliance), "regions": list(regions)}


def _narrowed(rows, form):
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if words := asked["q"].strip():
        entry = Q(business__icontains=words)
        entry |= Q(fields__icontains=words) | Q(products__icontains=words)
        rows = rows.filter(
            Q(organisation__name__icontains=words)
            | Q(number__icontains=words)
            | (Q(listed_at__isnull=False) & entry)
        )
    if kind := asked["kind"]:
        rows = rows.filter(unit_kind=kind)
    if level := asked["level"]:
        rows = rows.filter(level=level)
    if region := asked["region"]:
        rows = rows.filter(organisation__region__code=region)
    return rows


def _staff_rows(alliance, form, on):
    rows = _narrowed(alliance.members.select_related("organisation__region", "alliance"), form)
    if not form.is_valid():
        return rows
    if state := form.cleaned_data["state"]:
        rows = rows.filter(state=state)
    issued = MemberCertificate.objects.filter(member=OuterRef("pk"), state=CertificateState.ISSUED)
    days = figures.on(on)["alliance.certificate.check-days"].value
    match form.cleaned_data["certificate"]:
        case "none":
            rows = rows.filter(~Exists(issued))
        case "due":
            rows = rows.filter(Exists(issued.filter(valid_until__lte=on + timedelta(days=days))))
        case "expired":
            rows = rows.filter(Exists(issued.filter(valid_until__lt=on)))
    return rows


def _with_people(rows, levels, on):
    """Each member with its level, since when, and whom the public may read of: two queries more."""
    rows = list(rows)
    changed, people = level_rules.last_of(rows), staff.published(rows, on)
    return [
        (one, levels.get(one.level, one.level), changed.get(one.pk), people.get(one.pk, ()))
        for one in rows
    ]


def _with_certificates(rows, alliance):
    """Each member with its level in words, since when, and its certificate: two queries more."""
    rows = list(rows)
    issued = MemberCertificate.objects.filter(
        member__in=[one.pk for one in rows], state=CertificateState.ISSUED
    )
    present = {one.member_id: one for one in issued}
    levels = dict(_levels(alliance))
    changed = level_rules.last_of(rows)
    return [
        (one, levels.get(one.level, one.level), present.get(one.pk), changed.get(one.pk))
        for one in rows
    ]
