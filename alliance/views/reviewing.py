"""Doors of the secretariat: whom it invites, and the review of what units hand in."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alliance import admission, applications, industries, joining, official
from alliance.access import require_post
from alliance.forms import applications as forms
from alliance.models import (
    SECRETARIAT,
    Application,
    ApplicationState,
    JoinInvitation,
    JoinInvitationState,
    ReviewComment,
)
from core import clock, paging
from core.lifecycle import RuleBroken
from core.models import Upload
from core.views import asked, autosaved, posted, refusal

secretary = require_post(*SECRETARIAT)
INVITED = {
    "new": paging.Order(gettext_lazy("newest first"), "-sent_at", "-pk"),
    "old": paging.Order(gettext_lazy("earliest first"), "sent_at", "pk"),
}


# ── invitations ──────────────────────────────────────────────────────────────────────────────────


@secretary
def join_invitations(request, number):
    """Whom the secretariat has invited, and the form to invite one more."""
    form = forms.InviteForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            joining.invite(request.alliance, **form.deed(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=request.alliance, form=form)
        else:
            messages.success(request, _("The invitation was sent."))
            return redirect("alliance:join-invitations", number)
    rows = JoinInvitation.objects.filter(alliance=request.alliance).select_related(
        "organisation", "invited_by__user", "application"
    )
    state = request.GET.get("state", "")
    if state in JoinInvitationState.values:
        rows = rows.filter(state=state)
    at = clock.now()
    page = paging.page(rows, INVITED, request.GET)
    context = {
        "alliance": request.alliance,
        "form": form,
        "page": page,
        "rows": [(one, one.is_open(at)) for one in page],
        "states": JoinInvitationState.choices,
        "state": state,
    }
    return render(request, "alliance/join-invitations.html", context)


@secretary
def join_invitation_withdraw(request, number, code):
    invitation = get_object_or_404(JoinInvitation, alliance=request.alliance, code=code)
    return asked(
        request,
        about=invitation,
        rule=partial(joining.withdraw, invitation),
        done=_("The invitation was withdrawn."),
        back=reverse("alliance:join-invitations", args=[number]),
        title=_("Withdraw the invitation of %(unit)s?") % {"unit": invitation.unit_name},
        consequences=[_("The unit can no longer accept it; you may invite it anew.")],
        verb=_("Withdraw the invitation"),
    )


# ── review ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Row:
    """One field as the secretary reads it: what it says now, and said before where that differs."""

    name: str
    label: str
    value: str
    before: str | None
    comments: Any
    field: Any
    files: Any = ()


@dataclass(frozen=True)
class Sheet:
    key: str
    title: str
    rows: Any


@require_post()
@require_safe
def application_review(request, number, code):
    """Every field of what was handed in, with what changed and room for a comment."""
    found = _handed_in(request, code)
    return render(request, "alliance/application-review.html", _context(request, found))


def _context(request, found, form=None):
    labels = applications.labels(found)
    form = form or forms.ReviewForm(found, labels)
    versions = list(found.versions.select_related("submitted_by__user")[:20])
    at = clock.now()
    return {
        "alliance": request.alliance,
        "application": found,
        "unit": found.organisation,
        "form": form,
        "sheets": list(_sheets(found, versions, form, labels)),
        "versions": versions,
        "may": bool(request.posts & set(SECRETARIAT)),
        "own": found.organisation_id == request.seat.organisation_id,
        "to_review": found.state == ApplicationState.SUBMITTED,
        "body": found.deciding_body_name or admission.decided_by(request.alliance, at),
        "asks": dict(applications.askable(request.alliance, at)).get(found.level_asked, ""),
        "industry": dict(industries.choices()).get(found.industry, ""),
        "forward": forms.ForwardForm(
            levels=admission.levels(request.alliance, at), initial=_asked_level(found)
        ),
        "queue": list(
            request.alliance.applications.filter(state=ApplicationState.SUBMITTED)
            .select_related("organisation")
            .only("code", "number", "submitted_at", "organisation__name")
            .order_by("submitted_at", "pk")[:20]
        ),
    }


def _sheets(found, versions, form, labels):
    new, old = versions[0], versions[1] if len(versions) > 1 else None
    said: dict[str, list[ReviewComment]] = {}
    for one in ReviewComment.objects.about(found).select_related("by__user"):
        said.setdefault(one.field, []).append(one)
    for schema in applications.forms_of(found):
        values = new.content["forms"].get(schema.key, {})
        before = old.content["forms"].get(schema.key, {}) if old else {}
        rows = []
        for field in schema.applicant_fields():
            name = f"{schema.key}.{field.name}"
            now = official.shown(field, values.get(field.name, field.empty()))
            then = official.shown(field, before.get(field.name, field.empty())) if old else now
            changed = then if then != now else None
            rows.append(Row(name, labels[name], now, changed, said.get(name, ()), form[name]))
        title = schema.titled(applications.words(found.alliance))
        yield Sheet(schema.key, title, rows)
    held = {
        one.code: one
        for one in Upload.objects.filter(
            code__in=[each["code"] for some in new.content["files"].values() for each in some]
        )
    }
    rows = []
    for kind in applications.FILES:
        name = f"files.{kind}"
        now = new.content["files"].get(kind, [])
        then = old.content["files"].get(kind, []) if old else now
        before = "、".join(one["name"] for one in then) or "—"
        changed = before if [o["sha256"] for o in then] != [o["sha256"] for o in now] else None
        files = [held[one["code"]] for one in now if one["code"] in held]
        rows.append(Row(name, labels[name], "", changed, said.get(name, ()), form[name], files))
    yield Sheet("files", _("Files"), rows)


@secretary
@require_POST
def application_comment(request, number, code):
    """Keep the comments as they are typed."""
    found = _handed_in(request, code)
    form = forms.ReviewForm(found, applications.labels(found), request.POST)
    return autosaved(
        request,
        admission.save_review,
        found,
        form.typed(),
        comments=lambda kept: len(kept.review_draft),
    )


@secretary
@require_POST
def application_return(request, number, code):
    """Return it with the comments that were typed beside its fields."""
    found = _handed_in(request, code)
    form = forms.ReviewForm(found, applications.labels(found), request.POST)
    form.is_valid()
    try:
        admission.return_(
            found,
            form.comments(),
            message=form.typed().get("message", ""),
            by=request.seat,
            at=clock.now(),
        )
    except RuleBroken as refused:
        refusal(request, refused, about=found, form=form)
        return render(request, "alliance/application-review.html", _context(request, found, form))
    messages.success(request, _("Returned to the unit with your comments."))
    return redirect("alliance:applications", number)


@secretary
def application_forward(request, number, code):
    """Put it before the deciding body: asked first."""
    found = _handed_in(request, code)
    at = clock.now()
    levels = admission.levels(request.alliance, at)
    body = admission.decided_by(request.alliance, at)
    if found.state != ApplicationState.SUBMITTED or not levels:
        raise Http404
    return asked(
        request,
        about=found,
        form=forms.ForwardForm(posted(request), levels=levels, initial=_asked_level(found)),
        rule=partial(admission.forward, found),
        done=_("It is before the deciding body now."),
        back=reverse("alliance:application-review", args=[number, code]),
        onward=reverse("alliance:applications", args=[number]),
        title=_("Put %(unit)s before the body: %(body)s?")
        % {"unit": found.organisation, "body": body},
        consequences=[
            _("The charter in force names this body for admissions; it decides by a vote."),
            _("The unit is told; its forms can no longer be changed."),
            _("Members of the alliance may read what was handed in."),
        ],
        verb=_("Put it before the body"),
    )


def _asked_level(found):
    """What the unit asks for is proposed, where it says so."""
    return {"level": found.level_asked} if found.level_asked else None


def _handed_in(request, code):
    rows = Application.objects.in_secretariat_of(request.alliance)
    return get_object_or_404(rows.select_related("organisation__region", "alliance"), code=code)
