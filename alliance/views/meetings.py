"""Doors to meetings: the desk's list and page, every deed, and what the public reads."""

from functools import partial

from django.db.models import Count, Prefetch
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed
from accounts.stepup import kept, step_up
from alliance import ballots, charters, council_papers, meetings, motions, tabs
from alliance import minutes as rules
from alliance.access import require_post
from alliance.forms.council import (
    AnswerForm,
    AttendanceForm,
    BallotForm,
    CallForm,
    ReasonForm,
    RecusalForm,
    RemarksForm,
    SignMinutesForm,
)
from alliance.models import SECRETARIAT, Alliance, Ballot, Meeting, Minutes, Motion, Post, Recusal
from alliance.models.meetings import MeetingState, MinutesState
from alliance.terms import CharterTerms
from alliance.views.council_doors import enter
from alliance.voting import Outcome
from core import cache, clock, paging
from core.paper import Paper
from core.views import asked, autosaved, posted, public

CALLERS = (*SECRETARIAT, Post.CHAIR)
MENU = {"new": paging.Order(gettext_lazy("newest first"), "-begins_at", "-pk")}


@require_seat()
@require_safe
def desk_meetings(request, number):
    alliance = get_object_or_404(Alliance, number=number)
    enter(request, alliance)
    rows = alliance.meetings.annotate(motion_count=Count("motions"))
    context = {
        "alliance": alliance,
        "page": paging.page(rows, MENU, request.GET),
        "may_call": bool(request.posts & set(CALLERS)),
    }
    return render(request, "alliance/desk-meetings.html", context)


@require_post(*CALLERS)
def meeting_call(request, number):
    alliance = request.alliance
    terms = CharterTerms.from_json(meetings.charter_of(alliance, clock.now()).terms)
    form = CallForm(posted(request), terms=terms, awaiting=motions.awaiting(alliance))
    form.begin_with(meetings.drafted(alliance, request.seat))
    return asked(
        request,
        about=alliance,
        form=form,
        rule=lambda *, by, at, **typed: meetings.call(
            alliance, form.call(), key=typed["once"], by=by, at=at
        ),
        done=_("Called. Every unit on the list has been written to."),
        back=reverse("alliance:desk-meetings", args=[number]),
        onward=lambda made: made.get_absolute_url(),
        autosave=reverse("alliance:meeting-call-autosave", args=[number]),
        title=_("Call a meeting"),
        text=alliance.name,
        consequences=[
            _("The list of who votes is frozen with the call, and so are the charter's rules."),
            _("The charter wants so many working days between the call and the meeting."),
        ],
        verb=_("Call and write to all"),
    )


@require_post(*CALLERS)
@require_POST
def meeting_call_autosave(request, number):
    """What was typed so far, without a word about whether it is right."""
    alliance = request.alliance
    terms = CharterTerms.from_json(meetings.charter_of(alliance, clock.now()).terms)
    form = CallForm(request.POST, terms=terms, awaiting=motions.awaiting(alliance))
    return autosaved(request, meetings.save_draft, alliance, form.typed())


@require_seat()
@require_safe
def desk_meeting(request, number):
    meeting = _meeting(request, number)
    at = clock.now()
    seatings = list(
        meeting.seatings.select_related("member__organisation", "proxy_to").order_by("place")
    )
    levels = charters.terms_of(meeting.charter).levels
    for one in seatings:
        one.level_label = levels[one.level].label if one.level in levels else one.level
    mine = [one for one in seatings if _votes_for(one, request.seat.organisation_id)]
    own = next(
        (one for one in seatings if one.member.organisation_id == request.seat.organisation_id),
        None,
    )
    found = _motions(meeting)
    voted = {(one.motion_id, one.seating_id): one for row in found for one in row.ballots.all()}
    recused = {(one.motion_id, one.seating_id) for row in found for one in row.recusals.all()}
    is_voting = meeting.is_voting(at) and request.seat.may(Deed.VOTE)
    context = {
        "meeting": meeting,
        "alliance": meeting.alliance,
        "seatings": seatings,
        "own": own,
        "motions": [
            {
                "motion": row,
                "rule": council_papers.rule_in_words(row.vote_rule),
                "numbers": _numbers(row),
                "votes": [] if row.is_secret or row.outcome is None else _by_choice(row),
                "cast": len(row.ballots.all()),
                "recused": [one.seating.unit for one in row.recusals.all()],
                "mine": [
                    {
                        "seating": one,
                        "ballot": voted.get((row.pk, one.pk)),
                        "is_recused": (row.pk, one.pk) in recused,
                        "may_vote": is_voting
                        and (row.pk, one.pk) not in voted
                        and (row.pk, one.pk) not in recused,
                    }
                    for one in mine
                ],
            }
            for row in found
        ],
        "answered": sum(bool(one.answer) for one in seatings),
        "minutes": Minutes.objects.filter(meeting=meeting).select_related("notice").first(),
        "offers": _offers(request, meeting, own, at),
    }
    done = {*voted, *recused}
    if is_voting and any((row.pk, one.pk) not in done for row in found for one in mine):
        context["offers"].insert(0, (_("Vote"), "#motions"))
    return render(request, "alliance/desk-meeting.html", context)


@require_seat(Deed.VOTE)
def meeting_answer(request, number):
    meeting = _meeting(request, number)
    own = get_object_or_404(meeting.seatings, member__organisation=request.seat.organisation)
    proxies = min(one.vote_rule.proxies_per_person for one in meeting.motions.all())
    initial = {
        "said": own.answer,
        "representative": own.representative,
        "proxy_to": own.proxy_to_id,
    }
    form = AnswerForm(
        posted(request), meeting=meeting, own=own, proxies=proxies > 0, initial=initial
    )
    return asked(
        request,
        about=meeting,
        form=form,
        rule=partial(meetings.answer, own),
        done=_("Noted. You may change it until the meeting begins."),
        title=_("Will your unit attend?"),
        text=meeting.title,
        verb=_("Answer"),
    )


@require_seat()
def meeting_attend(request, number):
    meeting = _meeting(request, number, *CALLERS)
    form = AttendanceForm(posted(request), meeting=meeting)
    return asked(
        request,
        about=meeting,
        form=form,
        rule=lambda *, places, **how: meetings.attend(meeting, places, **how),
        done=_("The attendance is noted."),
        title=_("Take the attendance"),
        text=meeting.title,
        consequences=[_("Who comes although it gave a proxy takes the proxy back.")],
        verb=_("Note the attendance"),
    )


@require_seat()
def meeting_open(request, number):
    meeting = _meeting(request, number, *CALLERS)
    return asked(
        request,
        about=meeting,
        rule=partial(meetings.open_, meeting),
        done=_("The meeting is open: ballots may be cast."),
        title=_("Open the meeting?"),
        text=meeting.title,
        consequences=[
            _("Units that are noted as present, and their proxies, may vote from now on."),
            _("Without a quorum it is refused."),
        ],
        verb=_("Open the meeting"),
    )


@require_seat()
def meeting_close(request, number):
    meeting = _meeting(request, number, *CALLERS)
    return asked(
        request,
        about=meeting,
        rule=partial(meetings.close, meeting),
        done=_("Counted. Every unit has been told, and the minutes are drafted."),
        title=_("Close the vote and count?"),
        text=meeting.title,
        consequences=[
            _("Each motion is counted once, by the charter's rule, and takes effect at once."),
            _("No ballot can be cast afterwards."),
        ],
        warning=_("This cannot be undone."),
        verb=_("Close and count"),
    )


@require_seat()
def meeting_cancel(request, number):
    meeting = _meeting(request, number, *CALLERS)
    form = ReasonForm(posted(request))
    return asked(
        request,
        about=meeting,
        form=form,
        rule=partial(meetings.cancel, meeting),
        done=_("Called off. Everybody has been told why."),
        title=_("Call the meeting off?"),
        text=meeting.title,
        consequences=[_("Nothing is decided; what was on the agenda may be put on another one.")],
        warning=_("This cannot be undone."),
        verb=_("Call it off"),
        danger=True,
    )


@require_seat(Deed.VOTE)
@step_up()
def motion_vote(request, code, place):
    motion, seating = _ballot_of(request, code, place)
    form = BallotForm(posted(request), initial=kept(request))
    consequences = [
        _("You vote for %(unit)s.") % {"unit": seating.unit},
        council_papers.rule_in_words(motion.vote_rule),
    ]
    consequences.append(
        _("The ballot is secret: what you choose is added to the totals and stored nowhere else.")
        if motion.is_secret
        else _("The vote is open: once counted, what each unit chose is published.")
    )
    return asked(
        request,
        about=motion.meeting,
        form=form,
        rule=lambda *, choice, sure, **how: ballots.cast(motion, seating, choice, **how),
        done=_("Your ballot is cast. The receipt is in your inbox."),
        title=motion.title,
        text=motion.text,
        consequences=consequences,
        warning=_("A ballot that is cast cannot be changed."),
        verb=_("Cast the ballot"),
    )


@require_seat()
def motion_recuse(request, code, place):
    motion = get_object_or_404(Motion.objects.select_related("meeting__alliance"), code=code)
    enter(request, motion.meeting.alliance)
    seating = get_object_or_404(motion.meeting.seatings, place=place)
    own = seating.member.organisation_id == request.seat.organisation_id
    if not ((own and request.seat.may(Deed.VOTE)) or request.posts & set(SECRETARIAT)):
        raise Http404
    form = RecusalForm(posted(request))
    return asked(
        request,
        about=motion.meeting,
        form=form,
        rule=partial(ballots.recuse, motion, seating),
        done=_("Noted: this unit does not vote on this motion."),
        title=_("Recuse %(unit)s?") % {"unit": seating.unit},
        text=motion.title,
        consequences=[
            _("It is left out of the majority's base, and stays in the list of the quorum."),
            _("The reason stands in the minutes."),
        ],
        warning=_("This cannot be undone."),
        verb=_("Recuse"),
    )


@require_seat()
def minutes_edit(request, number):
    meeting = _meeting(request, number, *SECRETARIAT)
    row = get_object_or_404(Minutes, meeting=meeting)
    form = RemarksForm(posted(request), initial={"remarks": row.remarks})
    return asked(
        request,
        about=meeting,
        form=form,
        rule=partial(rules.remark, row),
        done=_("Saved."),
        back=reverse("alliance:minutes-sign", args=[number]),
        title=_("Remarks in the minutes"),
        text=meeting.title,
        verb=_("Save"),
    )


@require_seat()
@step_up(two_factors=True)
def minutes_sign(request, number):
    meeting = _meeting(request, number, *CALLERS)
    row = get_object_or_404(Minutes.objects.select_related("notice"), meeting=meeting)
    role = _role(request, row)
    form = SignMinutesForm(posted(request), digest=row.digest, initial=kept(request))
    return asked(
        request,
        about=meeting,
        form=form,
        rule=partial(rules.sign, row, role=role),
        done=_("Signed. With both signatures the minutes are published."),
        template="alliance/minutes-sign.html",
        title=_("Sign the minutes as chair")
        if role == rules.CHAIR
        else _("Sign the minutes as recorder"),
        paper=Paper.from_json(row.paper),
        digest=row.digest,
        consequences=[
            _("With the second signature they are numbered and published as a notice."),
        ],
        edit=None
        if row.chair_signed_at or row.recorder_signed_at
        else reverse("alliance:minutes-edit", args=[number]),
        warning=_("A signature cannot be taken back."),
        verb=_("Sign the minutes"),
    )


@public
@require_safe
def decisions(request, number):
    """What the alliance's bodies have decided, with the numbers."""
    cache.finished(request)
    alliance = get_object_or_404(Alliance.objects.select_related("lead"), number=number)
    rows = alliance.meetings.filter(state=MeetingState.CLOSED).prefetch_related("motions")
    return render(
        request,
        "alliance/decisions.html",
        {
            "alliance": alliance,
            "page": paging.page(rows, MENU, request.GET),
            "tabs": tabs.of(number, "decisions"),
        },
    )


@public
@require_safe
def meeting(request, number):
    """One counted meeting: each motion, its rule, its numbers; open votes by unit."""
    cache.finished(request)
    found = _closed(number)
    rows = _motions(found)
    context = {
        "meeting": found,
        "alliance": found.alliance,
        "minutes": Minutes.objects.filter(meeting=found, state=MinutesState.PUBLISHED)
        .select_related("notice")
        .first(),
        "motions": [
            {
                "motion": row,
                "rule": council_papers.rule_in_words(row.vote_rule),
                "numbers": _numbers(row),
                "votes": [] if row.is_secret else _by_choice(row),
                "recused": [one.seating.unit for one in row.recusals.all()],
            }
            for row in rows
        ],
    }
    return render(request, "alliance/meeting.html", context)


@public
@require_safe
def votes_json(request, number):
    """Everything that anybody needs to count again: open votes by unit, secret ones as totals."""
    found = _closed(number)
    seatings = list(found.seatings.select_related("proxy_to"))
    place = {one.pk: one.place for one in seatings}
    answer = {
        "meeting": found.number,
        "voters": [
            {
                "place": one.place,
                "unit": one.unit,
                "present": one.is_present,
                "proxy_to": one.proxy_to.place if one.proxy_to else None,
            }
            for one in seatings
        ],
        "motions": [
            {
                "title": row.title,
                "outcome": row.outcome,
                "recused": sorted(place[one.seating_id] for one in row.recusals.all()),
                "ballots": sorted(
                    [place[one.seating_id], one.choice or None] for one in row.ballots.all()
                ),
            }
            for row in _motions(found)
        ],
    }
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _closed(number):
    rows = Meeting.objects.filter(state=MeetingState.CLOSED).select_related("alliance", "charter")
    return get_object_or_404(rows, number=number)


def _meeting(request, number, *posts):
    found = get_object_or_404(Meeting.objects.select_related("alliance", "charter"), number=number)
    enter(request, found.alliance, *posts)
    return found


def _motions(meeting):
    return list(
        meeting.motions.prefetch_related(
            Prefetch("ballots", Ballot.objects.select_related("seating")),
            Prefetch("recusals", Recusal.objects.select_related("seating")),
        ).order_by("place")
    )


def _numbers(motion):
    if motion.outcome is None:
        return ""
    return council_papers.numbers_in_words(Outcome.from_json(motion.outcome))


def _by_choice(motion):
    return [
        (label, [one.seating.unit for one in motion.ballots.all() if one.choice == choice])
        for choice, label in council_papers.CHOICES.items()
    ]


def _votes_for(seating, organisation):
    if seating.proxy_to_id:
        return seating.proxy_to.member.organisation_id == organisation
    return seating.member.organisation_id == organisation


def _ballot_of(request, code, place):
    motion = get_object_or_404(Motion.objects.select_related("meeting__alliance"), code=code)
    seating = get_object_or_404(
        motion.meeting.seatings.select_related("member", "proxy_to__member"), place=place
    )
    enter(request, motion.meeting.alliance)
    if not _votes_for(seating, request.seat.organisation_id):
        raise Http404
    return motion, seating


def _role(request, row):
    """As what the seat may still sign; 404 where it has nothing to sign."""
    if row.state != MinutesState.DRAFTED:
        raise Http404
    if Post.CHAIR in request.posts and row.chair_signed_at is None:
        return rules.CHAIR
    if request.posts & set(SECRETARIAT) and row.recorder_signed_at is None:
        return rules.RECORDER
    raise Http404


def _offers(request, meeting, own, at):
    """What this seat can do now: verb, address, whether it is the main thing."""
    found = []
    number = [meeting.number]
    called, room = meeting.state == MeetingState.CALLED, not meeting.in_writing
    if own is not None and request.seat.may(Deed.VOTE) and called and room:
        verb = _("Change the answer") if own.answer else _("Answer the call")
        found.append((verb, reverse("alliance:meeting-answer", args=number)))
    if request.posts & set(CALLERS):
        if room and (called or meeting.state == MeetingState.OPEN):
            found.append(
                (_("Take the attendance"), reverse("alliance:meeting-attend", args=number))
            )
        if room and called and at >= meeting.begins_at:
            found.append((_("Open the meeting"), reverse("alliance:meeting-open", args=number)))
        over = meeting.votes_until is not None and at >= meeting.votes_until and called
        if meeting.state == MeetingState.OPEN or over:
            found.append((_("Close and count"), reverse("alliance:meeting-close", args=number)))
        if called or meeting.state == MeetingState.OPEN:
            found.append((_("Call it off"), reverse("alliance:meeting-cancel", args=number)))
        row = Minutes.objects.filter(meeting=meeting, state=MinutesState.DRAFTED).first()
        if row is not None:
            try:
                _role(request, row)
            except Http404:
                pass
            else:
                verb = _("Read and sign the minutes")
                found.append((verb, reverse("alliance:minutes-sign", args=number)))
    return found
