"""Agreements: drawn up by whoever awards or unites, signed by all, or declined, or lapsed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import Organisation, Seat
from contracts.announcements import announce
from contracts.drafting import Stage, draft
from contracts.filing import file_contract
from contracts.milestones import is_near, start_clock
from contracts.models import (
    SIDES,
    Agreement,
    AgreementState,
    AgreementTemplate,
    Milestone,
    Party,
    Release,
    Side,
)
from core import clock, figures, letters, outbox, phrases
from core.audit import Actor, record
from core.calendar import Due, day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import CalendarDay
from core.money import in_words, yuan
from core.numbering import new_code, yearly

CONSENT = "同意签署"


@part
def draw_up(
    *,
    template: AgreementTemplate,
    about: Any,
    title: str,
    parties: Mapping[str, Organisation],
    amount: Decimal,
    milestones: Sequence[Stage],
    values: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> Agreement:
    """Write the agreement about a row (an order) for its two sides to sign, and tell them.

    `values`: what the template wants (`AgreementTemplate.values`), empty ones take its default.
    ValueError, a bug of the caller: stages that do not add up to the amount, a value that is
    missing, a side without its unit.
    """
    amount = yuan(amount)
    if sum(stage.amount for stage in milestones) != amount:
        raise ValueError(f"the milestones of “{title}” do not add up to {amount}")
    if set(parties) != set(SIDES):
        raise ValueError(f"“{title}” needs a unit on each side, not {sorted(parties)}")
    drawn_up_at = clock.after_lock()
    days = figures.on(day_of(drawn_up_at))["delivery.acceptance.working-days"].value
    number, sign_until = yearly("GXHT", drawn_up_at), _signing_time(drawn_up_at)
    paper = draft(
        template.body,
        title=title,
        values={
            **_wanted(template, values),
            **_facts_of(parties),
            **_terms(number, sign_until),
            "amount": phrases.yuan(amount),
            "amount_in_words": in_words(amount),
            "acceptance_days": str(days),
        },
        stages=milestones,
    )
    agreement = Agreement.objects.create(
        code=new_code(),
        number=number,
        template=template,
        subject=about._meta.label_lower,
        subject_code=about.code,
        title=title,
        paper=paper.to_json(),
        digest=paper.digest(),
        amount=amount,
        acceptance_days=days,
        drawn_up_at=drawn_up_at,
        sign_until=sign_until.until(),
    )
    for side in SIDES:
        agreement.parties.create(side=side, organisation=parties[side])
    Milestone.objects.bulk_create(
        Milestone(
            agreement=agreement,
            place=place,
            title=stage.title,
            content=stage.content,
            amount=stage.amount,
            days=stage.days,
            in_working_days=stage.in_working_days,
        )
        for place, stage in enumerate(milestones, 1)
    )
    _open_for_signing(agreement, by=by, at=at)
    return agreement


@part
def draw_up_joint(
    *,
    template: AgreementTemplate,
    about: Any,
    title: str,
    partners: Sequence[Organisation],
    values: Mapping[str, str],
    by: Actor,
    at: datetime,
) -> Agreement:
    """Write the agreement that unites these partners about a row, for all to sign, and tell them.

    ValueError, a bug of the caller: fewer than two partners, one named twice, a value missing.
    """
    if len({one.pk for one in partners}) != len(partners) or len(partners) < 2:
        raise ValueError(f"“{title}” needs at least two partners, each of them once")
    drawn_up_at = clock.after_lock()
    number, sign_until = yearly("GXHT", drawn_up_at), _signing_time(drawn_up_at)
    paper = draft(
        template.body,
        title=title,
        values={**_wanted(template, values), **_terms(number, sign_until)},
        partners=[(one.name, one.uscc or "（自然人）") for one in partners],
    )
    agreement = Agreement.objects.create(
        code=new_code(),
        number=number,
        template=template,
        subject=about._meta.label_lower,
        subject_code=about.code,
        title=title,
        paper=paper.to_json(),
        digest=paper.digest(),
        drawn_up_at=drawn_up_at,
        sign_until=sign_until.until(),
    )
    Party.objects.bulk_create(
        Party(agreement=agreement, side=Side.PARTNER, place=place, organisation=partner)
        for place, partner in enumerate(partners, 1)
    )
    _open_for_signing(agreement, by=by, at=at)
    return agreement


@transaction.atomic(durable=True)
def sign(agreement: Agreement, *, typed: str, digest: str, by: Seat, at: datetime) -> Agreement:
    """Sign the text with this digest for the seat's unit; the last signature concludes it.

    Refused once the time is over, twice, on another text, without the typed consent, and to who
    has signed for another party.
    """
    agreement = lock(agreement, state=AgreementState.DRAWN_UP)
    signed_at = clock.after_lock()
    party = _open_party(agreement, by.organisation, signed_at)
    others = agreement.parties.exclude(pk=party.pk).select_related("signed_by", "organisation")
    if digest != agreement.digest:
        raise RuleBroken("The text you confirmed is not that of this contract: read it again.")
    if typed.strip() not in (CONSENT, by.organisation.name):
        raise RuleBroken(
            "Type “%(consent)s” or “%(name)s”, character by character, to sign.",
            consent=CONSENT,
            name=by.organisation.name,
        )
    if any(other.signed_by and other.signed_by.user_id == by.user_id for other in others):
        raise RuleBroken("You have signed for another party: a colleague must sign for this one.")
    party.signed_at, party.signed_by = signed_at, by
    party.signer, party.typed = by.user.name or by.user.email, typed.strip()
    party.save(update_fields=["signed_at", "signed_by", "signer", "typed"])
    record(
        agreement,
        "agreement.signed",
        by=by,
        at=at,
        side=party.side,
        digest=digest,
        typed=party.typed,
        signed_at=signed_at,
    )
    missing = [other for other in others if other.signed_at is None]
    if not missing:
        _conclude(agreement, by=by, at=at, concluded_at=signed_at)
    elif len(missing) == 1:  # all wait for this one now
        letters.post(
            "contracts/agreement-signed",
            to=missing[0].organisation,
            at=signed_at,
            link=agreement.get_absolute_url(),
            agreement=agreement,
            signed=by.organisation,
        )
    return agreement


@transaction.atomic(durable=True)
def decline(agreement: Agreement, *, reason: str, by: Seat, at: datetime) -> Agreement:
    """Refuse, for the seat's unit, to sign. Refused without a reason, and once it has signed."""
    agreement = lock(agreement, state=AgreementState.DRAWN_UP)
    declined_at = clock.after_lock()
    party = _open_party(agreement, by.organisation, declined_at)
    if not reason.strip():
        raise RuleBroken("Say why your unit does not sign: the other side and the public read it.")
    move(agreement, AgreementState.DECLINED, ended_at=declined_at, end_reason=reason.strip())
    event = record(
        agreement,
        "agreement.declined",
        by=by,
        at=at,
        number=agreement.number,
        side=party.side,
        organisation=by.organisation.code,
        declined_at=declined_at,
        reason=agreement.end_reason,
    )
    outbox.emit(event)
    tell(agreement, "agreement-declined", at=declined_at, declined=by.organisation)
    return agreement


@transaction.atomic(durable=True)
def lapse(agreement: Agreement, *, by: Actor, at: datetime) -> Agreement:
    """End an agreement that was not signed in time. Refused before that, and twice."""
    agreement = lock(agreement, state=AgreementState.DRAWN_UP)
    lapsed_at = clock.after_lock()
    if agreement.is_signable(lapsed_at):
        raise RuleBroken("It may be signed until %(until)s.", until=agreement.sign_until)
    unsigned = list(agreement.parties.filter(signed_at=None).select_related("organisation"))
    move(agreement, AgreementState.LAPSED, ended_at=lapsed_at)
    event = record(
        agreement,
        "agreement.lapsed",
        by=by,
        at=at,
        number=agreement.number,
        sign_until=agreement.sign_until,
        unsigned=[{"side": one.side, "organisation": one.organisation.code} for one in unsigned],
    )
    outbox.emit(event)
    tell(agreement, "agreement-lapsed", at=lapsed_at, unsigned=unsigned)
    return agreement


@transaction.atomic(durable=True)
def remind(agreement: Agreement, *, by: Actor, at: datetime) -> Agreement:
    """Write once to who has not signed, shortly before the time is over."""
    agreement = lock(agreement, state=AgreementState.DRAWN_UP)
    reminded_at = clock.after_lock()
    if agreement.reminded_at or not is_near(agreement.sign_until, reminded_at):
        raise RuleBroken("No reminder is due.")
    agreement.reminded_at = reminded_at
    agreement.save(update_fields=["reminded_at"])
    for party in agreement.parties.filter(signed_at=None).select_related("organisation"):
        letters.post(
            "contracts/agreement-reminder",
            to=party.organisation,
            at=reminded_at,
            link=agreement.get_absolute_url(),
            agreement=agreement,
        )
    return agreement


@part
def release(
    agreement: Agreement, partner: Organisation, *, reason: str, by: Actor, at: datetime
) -> Agreement:
    """Free a partner from a joint agreement; with fewer than two left it is ended.

    Refused unless the agreement is in force, to who is no partner, and twice.
    """
    agreement = lock(agreement, state=AgreementState.CONCLUDED)
    released_at = clock.after_lock()
    bound = agreement.parties.filter(side=Side.PARTNER, release=None)
    party = bound.filter(organisation=partner).first()
    if party is None:
        raise RuleBroken("%(unit)s is not bound by this agreement.", unit=partner.name)
    Release.objects.create(party=party, released_at=released_at, reason=reason)
    record(
        agreement,
        "agreement.released",
        by=by,
        at=at,
        number=agreement.number,
        organisation=partner.code,
        reason=reason,
    )
    if bound.count() < 2:
        move(agreement, AgreementState.TERMINATED, ended_at=released_at, end_reason=reason)
        outbox.emit(
            record(
                agreement,
                "agreement.terminated",
                by=by,
                at=at,
                number=agreement.number,
                terminated_at=released_at,
                reason=reason,
            )
        )
    letters.post(
        "contracts/agreement-released",
        to=partner,
        at=released_at,
        link=agreement.get_absolute_url(),
        agreement=agreement,
        reason=reason,
    )
    return agreement


@part
def tell(agreement: Agreement, kind: str, *, at: datetime, **facts: Any) -> None:
    """Write to every party."""
    for party in agreement.parties.select_related("organisation"):
        letters.post(
            f"contracts/{kind}",
            to=party.organisation,
            at=at,
            link=agreement.get_absolute_url(),
            agreement=agreement,
            **facts,
        )


def _conclude(agreement: Agreement, *, by: Seat, at: datetime, concluded_at: datetime) -> None:
    move(agreement, AgreementState.CONCLUDED, concluded_at=concluded_at)
    start_clock(agreement)
    parties = agreement.parties.select_related("organisation")
    event = record(
        agreement,
        "agreement.concluded",
        by=by,
        at=at,
        public=True,
        number=agreement.number,
        digest=agreement.digest,
        amount=agreement.amount,
        concluded_at=concluded_at,
        parties=[{"side": one.side, "organisation": one.organisation.code} for one in parties],
    )
    outbox.emit(event)
    file_contract(agreement, at=concluded_at)
    if not agreement.is_joint:  # who unites units announces what follows from it
        announce(agreement, by=by, at=at)
    tell(agreement, "agreement-concluded", at=concluded_at)


def _open_party(agreement: Agreement, organisation: Organisation, at: datetime) -> Party:
    """The unit's own side, as long as it may still sign or decline."""
    if not agreement.is_signable(at):
        until = agreement.sign_until
        raise RuleBroken("The time to sign ended on %(until)s: it can only lapse.", until=until)
    party = agreement.parties.get(organisation=organisation)
    if party.signed_at:
        raise RuleBroken("Your unit has signed already: it is the others' turn.")
    return party


@part
def _open_for_signing(agreement: Agreement, *, by: Actor, at: datetime) -> None:
    number, digest = agreement.number, agreement.digest
    record(agreement, "agreement.drawn-up", by=by, at=at, number=number, digest=digest)
    tell(agreement, "agreement-drawn-up", at=agreement.drawn_up_at)


def _signing_time(at: datetime) -> Due:
    days = figures.on(day_of(at))["agreement.signing.days"].value
    return CalendarDay.objects.calendar().add_days(day_of(at), days)


def _terms(number: str, sign_until: Due) -> dict[str, str]:
    return {"number": number, "sign_until": f"{phrases.day(sign_until.on)} 24 时"}


def _wanted(template: AgreementTemplate, values: Mapping[str, str]) -> dict[str, str]:
    wanted = {
        value["name"]: values.get(value["name"], "").strip() or value.get("default", "")
        for value in template.values
    }
    missing = sorted(name for name, text in wanted.items() if not text)
    unknown = sorted(set(values) - set(wanted))
    if missing or unknown:
        raise ValueError(f"{template}: values missing {missing}, values unknown {unknown}")
    return wanted


def _facts_of(parties: Mapping[str, Organisation]) -> dict[str, str]:
    return {
        f"{side}_{fact}": value
        for side, organisation in parties.items()
        for fact, value in (
            ("name", organisation.name),
            ("uscc", organisation.uscc or "（自然人）"),
            ("address", organisation.address or "——"),
        )
    }
