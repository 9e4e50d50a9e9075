"""Doors to changes of level: the unit's, the secretariat's, and the page that both see."""

from functools import partial

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from accounts.access import require_seat
from accounts.models import Deed
from alliance import certificates, levels
from alliance.access import require_member, require_post
from alliance.forms.levels import LevelForm, OpinionForm
from alliance.forms.membership import ReasonForm
from alliance.models import SECRETARIAT, LevelChange, LevelChangeState
from alliance.models.meetings import Motion
from alliance.views.council_doors import enter
from core import clock, paging
from core.calendar import day_of
from core.views import asked, posted

NEWEST = {"new": paging.Order(gettext_lazy("newest first"), "-submitted_at", "-pk")}


@require_post()
@require_safe
def level_changes(request, number):
    """Who wants another level, and how members came to the one they have."""
    rows = request.alliance.level_changes.select_related("member__organisation")
    state = request.GET.get("state", "")
    if state == "open":
        rows = rows.open()
    elif state in LevelChangeState.values:
        rows = rows.filter(state=state)
    context = {
        "alliance": request.alliance,
        "page": paging.page(rows, NEWEST, request.GET),
        "state": state,
        "states": [("open", _("not decided or not in effect")), *LevelChangeState.choices],
    }
    return render(request, "alliance/level-changes.html", context)


@require_member(Deed.JOIN_ALLIANCE)
def level_apply(request, number):
    member = request.member
    on = day_of(clock.now())
    form = LevelForm(posted(request), levels=_choices(member, on))
    representative = levels.representative(member)
    return asked(
        request,
        about=member,
        form=form,
        rule=partial(levels.apply, member),
        done=_("Handed in: the secretariat reviews it now."),
        back=reverse("alliance:membership", args=[number]),
        onward=lambda made: made,
        title=_("Apply for another level"),
        text=request.alliance.name,
        consequences=[
            _("It is asked for by your representative in the council: %(name)s.")
            % {"name": representative.name}
            if representative
            else _("Name your representative in the council first: he asks for it."),
            _("The secretariat reviews it; then decides: %(body)s.")
            % {"body": levels.decided_by(request.alliance, on)},
            _("A higher fee is owed from the month of the change on; nothing is paid back."),
            _("The certificate is issued anew with the new level."),
        ],
        verb=_("Apply for this level"),
        desk=True,
    )


@require_post(*SECRETARIAT)
def level_propose(request, number, code):
    member = get_object_or_404(
        request.alliance.members.current().select_related("organisation", "alliance"), code=code
    )
    on = day_of(clock.now())
    form = LevelForm(posted(request), levels=_choices(member, on))
    return asked(
        request,
        about=member,
        form=form,
        rule=partial(levels.propose, member),
        done=_("It is before the deciding body now; the unit has been told."),
        back=reverse("alliance:roll", args=[number]),
        onward=lambda made: made,
        title=_("Propose another level"),
        text=f"{member.organisation.name} {member.number} · {certificates.level_of(member, on)}",
        consequences=[
            _("The proposal goes before this body at once: %(body)s.")
            % {"body": levels.decided_by(request.alliance, on)},
            _("The unit is told with your reason."),
        ],
        verb=_("Propose the level"),
        desk=True,
    )


@require_seat()
@require_safe
def level_change(request, code):
    found = _seen(request, code)
    about = Motion.objects.about(found).select_related("meeting").order_by("-pk")
    motion = found.motion or about.first()
    context = {
        "change": found,
        "alliance": found.alliance,
        "motion": motion,
        "stages": _stages(found),
        "offers": _offers(request, found),
    }
    return render(request, "alliance/level-change.html", context)


@require_seat()
def level_change_forward(request, code):
    found = _seen(request, code, *SECRETARIAT)
    if found.state != LevelChangeState.SUBMITTED:
        raise Http404
    body = levels.decided_by(found.alliance, day_of(clock.now()))
    return asked(
        request,
        about=found,
        form=OpinionForm(posted(request)),
        rule=partial(levels.forward, found),
        done=_("It is before the deciding body now."),
        title=_("Put the change of level before the body: %(body)s?") % {"body": body},
        text=str(found),
        consequences=[_("The charter in force names this body for changes of level.")],
        verb=_("Put it before the body"),
        desk=True,
    )


@require_seat()
def level_change_return(request, code):
    found = _seen(request, code, *SECRETARIAT)
    return asked(
        request,
        about=found,
        form=ReasonForm(posted(request)),
        rule=partial(levels.return_, found),
        done=_("Returned. The unit has been told what is missing."),
        title=_("Return this application?"),
        text=str(found),
        consequences=[_("The unit reads your reason, and may apply anew.")],
        verb=_("Return"),
        desk=True,
    )


@require_seat()
def level_change_take_back(request, code):
    found = _seen(request, code)
    if not _is_authors(request, found):
        raise Http404
    return asked(
        request,
        about=found,
        rule=partial(levels.take_back, found),
        done=_("Taken back: the level stays as it is."),
        title=_("Take this change of level back?"),
        text=str(found),
        verb=pgettext("change of level", "Take it back"),
        desk=True,
    )


# ── what they share ──────────────────────────────────────────────────────────────────────────────


def _seen(request, code, *posts):
    """A change as officers and the unit itself see it; with `posts` only those officers."""
    rows = LevelChange.objects.select_related(
        "alliance", "member__organisation", "representative", "motion__meeting", "charter"
    )
    found = get_object_or_404(rows, code=code)
    enter(request, found.alliance, *posts)
    own = found.member.organisation_id == request.seat.organisation_id
    if not request.posts and not own:
        raise Http404
    return found


def _is_authors(request, row):
    """Whoever asked takes it back: the secretariat its proposals, the unit its applications."""
    if row.is_proposed:
        return bool(request.posts & set(SECRETARIAT))
    own = row.member.organisation_id == request.seat.organisation_id
    return own and request.seat.may(Deed.JOIN_ALLIANCE)


def _choices(member, on):
    found = levels.choices(member, on)
    if not found:
        raise Http404
    return found


def _stages(row):
    """The course from the application to the day that the level holds."""
    decided = row.decided_at and row.state != LevelChangeState.LAPSED
    began = _("proposed") if row.is_proposed else _("applied for")
    order = [
        (began, day_of(row.submitted_at)),
        (_("before the body"), row.forwarded_at and day_of(row.forwarded_at)),
        (row.deciding_body_name or _("decision"), day_of(row.decided_at) if decided else None),
        (_("in effect"), row.effective_on if row.state == LevelChangeState.EFFECTIVE else None),
    ]
    last = max(place for place, one in enumerate(order) if one[1])
    return [
        {
            "label": label,
            "text": f"{on:%Y-%m-%d}" if on else "",
            "state": "done" if on else "now" if place == last + 1 and not row.ended_at else "todo",
        }
        for place, (label, on) in enumerate(order)
    ]


def _offers(request, row):
    found = []

    def offer(verb, name):
        found.append((verb, reverse(f"alliance:level-change-{name}", args=[row.code])))

    if request.posts & set(SECRETARIAT) and row.state == LevelChangeState.SUBMITTED:
        offer(_("Put it before the body"), "forward")
        offer(_("Return"), "return")
    if row.state in (LevelChangeState.SUBMITTED, LevelChangeState.FORWARDED) and _is_authors(
        request, row
    ):
        offer(pgettext("change of level", "Take it back"), "take-back")
    return found
