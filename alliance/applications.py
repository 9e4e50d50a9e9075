"""Applications 入盟申请: begun, prefilled, written, handed in as a version, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import (
    Certificate,
    CertificateKind,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Seat,
    Standing,
)
from alliance import charters, official, reviews
from alliance.models import (
    Alliance,
    AllianceState,
    Application,
    ApplicationState,
    ApplicationVersion,
    JoinInvitation,
    UnitKind,
)
from alliance.official import APPLICATION, PROFILE, OfficialForm
from alliance.secretariat import Secretariat
from core import clock, letters, uploads
from core.audit import Actor, canonical, record
from core.calendar import day_of
from core.lifecycle import RuleBroken, lock, move, part
from core.models import Upload
from core.numbering import new_code, next_number

# Which forms a kind of unit fills in: the profile is the form of enterprises.
FORMS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(UnitKind.values, (APPLICATION,)),
    UnitKind.ENTERPRISE.value: (APPLICATION, PROFILE),
}
# The boxes of 单位类型 know no associations: their box is the intermediaries'.
UNIT_TYPES: Mapping[str, str] = {
    **{kind: kind for kind in UnitKind.values},
    UnitKind.ASSOCIATION.value: UnitKind.INTERMEDIARY.value,
}
LICENCE, OTHER, STAMPED = "licence", "other", "stamped"
FILES = (LICENCE, OTHER, STAMPED)
# How certificates of the wallet fill the profile in: a field, the words in the certificate's name.
PATENTS = {
    "invention": "发明专利",
    "utility": "实用新型",
    "design": "外观设计",
    "copyright": "软件著作权",
}
HIGH_TECH = "高新技术企业"


@dataclass(frozen=True)
class Handed:
    """What is handed in: normal values of each form, the files by what they are for, and what the
    forms do not ask: the level that is asked for, the field of industry; empty where unsaid.
    """

    forms: Mapping[str, official.Values]
    files: Mapping[str, Sequence[Upload]] = field(default_factory=dict)
    level: str = ""
    industry: str = ""


@dataclass(frozen=True)
class Found:
    """A value that is known already, and where from."""

    value: Any
    source: str


def forms_of(application: Application) -> list[OfficialForm]:
    """The forms that this kind of unit fills in, in their order."""
    return [official.load(key) for key in FORMS[application.unit_kind]]


def words(alliance: Alliance) -> dict[str, str]:
    """What the blanks of the printed forms say for this alliance."""
    office = f"{alliance.name}秘书处"
    return {
        "alliance": alliance.name,
        "union": alliance.name,
        "office": office,
        "numbering_office": office,
    }


def labels(application: Application) -> dict[str, str]:
    """Every field that may be commented on, by the name under which comments are kept."""
    told = {
        f"{form.key}.{one.name}": one.title
        for form in forms_of(application)
        for one in form.applicant_fields()
    }
    return told | {
        f"files.{LICENCE}": "营业执照（登记证书）扫描件",
        f"files.{OTHER}": "其他材料",
        f"files.{STAMPED}": "盖章扫描件",
    }


# ── what is known already ────────────────────────────────────────────────────────────────────────


def known(organisation: Organisation, unit_kind: str) -> dict[str, Found]:
    """What the unit's registration and its certificate wallet say, by the name of the source."""
    registered = "单位注册信息"
    found = {
        f"organisation.{name}": Found(getattr(organisation, name), registered)
        for name in (
            "name",
            "address",
            "legal_representative",
            "contact_name",
            "contact_phone",
            "contact_email",
        )
        if getattr(organisation, name)
    }
    found["organisation.unit_type"] = Found(UNIT_TYPES[unit_kind], registered)
    wallet = Certificate.objects.of(organisation).valid_on(day_of(clock.now()))
    papers = list(wallet.order_by("-issued_on", "-pk"))
    if high_tech := next((one for one in papers if HIGH_TECH in one.name), None):
        source = f"证照库：{high_tech}"
        found["wallet.high_tech"] = Found("yes", source)
        if high_tech.issued_on:
            found["wallet.high_tech_on"] = Found(high_tech.issued_on.isoformat(), source)
    for name, word in PATENTS.items():
        if count := sum(word in one.name for one in papers):
            found[f"wallet.{name}"] = Found(str(count), f"证照库：{count} 件{word}证书")
    return found


def licences(organisation: Organisation) -> list[Upload]:
    """The scans of the unit's licence in its wallet."""
    wallet = Certificate.objects.of(organisation).current().filter(kind=CertificateKind.LICENCE)
    return [one.scan for one in wallet.select_related("scan").order_by("pk")]


def prefilled(application: Application, key: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of a form: as typed, else as known already; and the sources, by field."""
    form = official.load(key)
    sources = known(application.organisation, application.unit_kind)
    typed = application.draft.get(key)
    values, told = dict(typed or {}), {}
    for one in form.applicant_fields():
        found = sources.get(one.source)
        if found is None:
            continue
        if typed is None or one.fixed:
            values[one.name] = found.value
        if values.get(one.name) == found.value:
            told[one.name] = found.source
    return values, told


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic(durable=True)
def begin(alliance: Alliance, *, unit_kind: str = "", by: Seat, at: datetime) -> Application:
    """Begin an application without an invitation. Refused wherever `started` refuses."""
    alliance = lock(alliance)
    waiting = alliance.join_invitations.filter(organisation=by.organisation)
    if waiting.waiting_at(clock.after_lock()).exists():
        raise RuleBroken(
            "An invitation waits for your unit: answer it, and the application begins."
        )
    return started(alliance, by=by, at=at, unit_kind=unit_kind)


@part
def started(
    alliance: Alliance,
    *,
    by: Seat,
    at: datetime,
    invitation: JoinInvitation | None = None,
    unit_kind: str = "",
) -> Application:
    """The draft of the seat's unit; the alliance is locked.

    Refused to members, to who is applying already, to natural persons and individual businesses,
    to the operator and the regulator, for a kind of unit that the charter in force does not admit,
    and once the alliance is dissolved.
    """
    unit = by.organisation
    if alliance.state != AllianceState.REGISTERED:
        raise RuleBroken("This alliance is dissolved: it takes no members.")
    if unit.standing != Standing.PARTICIPANT:
        raise RuleBroken("The operator and the regulator join no alliance: act from another unit.")
    if unit.kind in (OrganisationKind.NATURAL_PERSON, OrganisationKind.INDIVIDUAL_BUSINESS):
        raise RuleBroken("Members are units with a legal person of their own: yours has none.")
    if alliance.members.current().filter(organisation=unit).exists():
        raise RuleBroken("%(unit)s is a member already.", unit=unit.name)
    kind = unit_kind if unit_kind in UnitKind.values else UnitKind.of(unit)
    on = day_of(at)
    if charters.in_force(alliance, on) is not None:
        kinds = charters.terms(alliance, on).joining.kinds
        if kinds and kind not in kinds:
            raise RuleBroken(
                "The charter in force admits no unit of this kind: %(kind)s.",
                kind=UnitKind(kind).label,
            )
    try:
        with transaction.atomic():
            application = Application.objects.create(
                code=new_code(),
                alliance=alliance,
                organisation=unit,
                invitation=invitation,
                unit_kind=kind,
                draft_saved_at=at,
                created_by=by,
            )
    except IntegrityError as twin:
        if alliance.applications.of(unit).in_hand().exists():
            raise RuleBroken("%(unit)s is applying already.", unit=unit.name) from twin
        raise
    record(application, "application.begun", by=by, at=at)
    return application


@transaction.atomic(durable=True)
def save_draft(
    application: Application, key: str, typed: Any, *, by: Actor, at: datetime
) -> Application:
    """Keep what was typed in one form, right or wrong: no deed, so no event.

    Refused while it is with the secretariat, and once it is decided.
    """
    application = lock(application)
    if not application.is_writable:
        raise RuleBroken(
            "This application is “%(now)s”: what you typed was not kept.",
            now=application.get_state_display(),
        )
    application.draft = {**application.draft, key: typed}
    application.draft_saved_at = at
    application.save(update_fields=["draft", "draft_saved_at"])
    return application


@transaction.atomic(durable=True)
def discard(application: Application, *, by: Seat, at: datetime) -> None:
    """Delete a draft that nobody else has seen. Refused once it was handed in."""
    application = lock(application, state=ApplicationState.DRAFT)
    record(application, "application.discarded", by=by, at=at)
    application.delete()


# ── what is handed in ────────────────────────────────────────────────────────────────────────────


def content(application: Application, handed: Handed) -> dict[str, Any]:
    """What is frozen: who applies to whom, the forms, the files by their digests."""
    unit = application.organisation
    return {
        "alliance": application.alliance.number,
        "unit": {"code": unit.code, "uscc": unit.uscc, "name": unit.name},
        "unit_kind": application.unit_kind,
        "forms": {key: dict(values) for key, values in handed.forms.items()},
        "files": {
            name: [{"name": one.name, "sha256": one.sha256, "code": one.code} for one in some]
            for name, some in handed.files.items()
        },
        "asked": {"level": handed.level, "industry": handed.industry},
    }


def digest(value: Mapping[str, Any]) -> str:
    return sha256(canonical(value).encode()).hexdigest()


def printed_digest(application: Application, forms: Mapping[str, official.Values]) -> str:
    """Of the forms alone: what the printed paper bears, and the stamped scan belongs to."""
    keys = FORMS[application.unit_kind]
    return digest({key: official.normal(official.load(key), forms.get(key, {})) for key in keys})


def faults(application: Application, forms: Mapping[str, official.Values]) -> dict[str, int]:
    """How many corrections each form needs; empty where all are right."""
    counted = {
        form.key: len(official.faults(form, forms.get(form.key, {})))
        for form in forms_of(application)
    }
    return {key: count for key, count in counted.items() if count}


@transaction.atomic(durable=True)
def submit(
    application: Application, handed: Handed, *, stamped_for: str, by: Seat, at: datetime
) -> Application:
    """Hand the forms in, as a version that never changes; the first one gives the number.

    `stamped_for`: the digest on the paper that was stamped. Refused for a unit that is not
    verified, with forms that are not right, without licence or stamped scan, and when the forms
    say something else than the stamped paper.
    """
    application = lock(application)
    if not application.is_writable:
        move(application, ApplicationState.SUBMITTED)  # refuses, in its own words
    submitted_at = clock.after_lock()
    _check(application, handed, stamped_for)
    frozen = content(application, handed)
    last = application.versions.first()
    if last is not None and last.content == frozen:
        raise RuleBroken("Nothing has changed since it was returned: correct it first.")
    number = application.number or _numbered(application.alliance)
    version = application.version + 1
    made = ApplicationVersion.objects.create(
        application=application,
        version=version,
        content=frozen,
        digest=digest(frozen),
        submitted_by=by,
        submitted_at=submitted_at,
    )
    for some in handed.files.values():
        for one in some:
            if one.purpose != "accounts.certificate":  # a scan of the wallet stays the wallet's
                uploads.attach(one, to=application)
    reviews.settle(application, at=submitted_at)
    move(
        application,
        ApplicationState.SUBMITTED,
        number=number,
        version=version,
        submitted_by=by,
        submitted_at=submitted_at,
        level_asked=handed.level,
        industry=handed.industry,
        state_reason="",
        review_draft={},
    )
    record(application, "application.submitted", by=by, at=at, version=version, digest=made.digest)
    letters.post(
        "alliance/application-submitted",
        to=Secretariat(application.alliance),
        at=at,
        link=application.get_absolute_url(),
        application=application,
    )
    return application


def _check(application: Application, handed: Handed, stamped_for: str) -> None:
    if application.organisation.state != OrganisationState.VERIFIED:
        raise RuleBroken("Your unit is not verified yet: hand the application in once it is.")
    if application.alliance.state != AllianceState.REGISTERED:
        raise RuleBroken("This alliance is dissolved: it takes no members.")
    if wrong := faults(application, handed.forms):
        title = official.load(next(iter(wrong))).title.rpartition("}")[2]
        raise RuleBroken(
            "“%(form)s” needs %(count)s corrections.",
            form=title,
            count=sum(wrong.values()),
        )
    if handed.level and handed.level not in dict(askable(application.alliance, clock.now())):
        raise RuleBroken("The charter in force knows no such level: choose one of its levels.")
    if not handed.files.get(LICENCE):
        raise RuleBroken("Add the scan of your unit's licence or certificate of registration.")
    if not handed.files.get(STAMPED):
        raise RuleBroken("Print the forms, stamp them, and add the scan.")
    if stamped_for != printed_digest(application, handed.forms):
        raise RuleBroken(
            "The forms were changed after they were stamped: print, stamp and scan them again."
        )


def askable(alliance: Alliance, at: datetime) -> list[tuple[str, str]]:
    """The levels of the charter in force, which an applicant may ask for; none without one."""
    on = day_of(at)
    if charters.in_force(alliance, on) is None:
        return []
    return [(key, level.label) for key, level in charters.terms(alliance, on).levels.items()]


def _numbered(alliance: Alliance) -> str:
    return f"{alliance.number}-SQ{next_number(f'application-{alliance.number}'):04}"


@transaction.atomic(durable=True)
def withdraw(application: Application, *, reason: str, by: Seat, at: datetime) -> Application:
    """Take an application back, be it before the body already; drafts are discarded instead."""
    application = lock(application)
    move(application, ApplicationState.WITHDRAWN, state_reason=reason.strip()[:1000])
    record(application, "application.withdrawn", by=by, at=at, reason=application.state_reason)
    letters.post(
        "alliance/application-withdrawn",
        to=Secretariat(application.alliance),
        at=at,
        link=application.get_absolute_url(),
        application=application,
    )
    return application
