"""The doors of the register, the calls, the foundings, officers and charters."""

from datetime import timedelta

from django.db import transaction

from alliance import charters, foundings
from alliance.models import Post
from core import clock
from tests.alliance import founding_stories as stories
from tests.doors import Door, shown
from tests.factories import AllianceFactory, MemberFactory, OfficerFactory


def on_register(cast):
    return (AllianceFactory().number,)


def adopted(alliance, by, days):
    template = charters.templates()["conghua-2017"]
    wording = charters.adapted(template, name=alliance.name, lead=alliance.lead.name)
    charter = charters.write(alliance, wording, by=by, at=clock.now())
    with transaction.atomic():
        on = (clock.now() - timedelta(days=days)).date()
        charters.adopt(charter, adopted_by="理事会", on=on, by=by, at=clock.now())


def chartered(cast, versions=1):
    """An alliance of the cast's agency, who is its secretary-general."""
    alliance = AllianceFactory(lead=cast.agency.organisation)
    MemberFactory(alliance=alliance, organisation=cast.agency.organisation)
    OfficerFactory(alliance=alliance, seat=cast.agency)
    for days in range(versions, 0, -1):
        adopted(alliance, cast.agency, days)
    return alliance


def number(cast):
    return (chartered(cast).number,)


def version(cast):
    return (chartered(cast).number, 1)


def twice(cast):
    return (chartered(cast, versions=2).number,)


def with_draft(cast):
    alliance = chartered(cast)
    template = charters.templates()["conghua-2017"]
    wording = charters.adapted(template, name=alliance.name, lead=alliance.lead.name)
    charters.write(alliance, wording, by=cast.agency, at=clock.now())
    return (alliance.number,)


def in_post(cast):
    alliance = chartered(cast)
    officer = OfficerFactory(alliance=alliance, seat=cast.approver, post=Post.CASHIER)
    return (alliance.number, officer.code)


def of_registrar(cast):
    return (stories.registered(cast).number,)


def of_registrar_in_post(cast):
    alliance = stories.registered(cast)
    return (alliance.number, alliance.officers.first().code)


def call(cast):
    return (stories.published(cast).number,)


def call_draft(cast):
    return (stories.drafted_call(cast).code,)


def begun(cast):
    return (stories.begun(cast).code,)


def step(cast):
    return (stories.begun(cast).code, "basis")


def unit(cast):
    founding = stories.begun(cast)
    return founding.code, stories.asked(founding, cast.agency)[0].code


def asked(cast):
    founding = stories.begun(cast)
    return (stories.asked(founding, cast.agency, seat=cast.rival)[0].code,)


def handed_in(cast):
    founding = stories.begun(cast)
    said = stories.document(founding, cast.agency)
    foundings.submit(founding, said, by=cast.agency, at=clock.now())
    return (founding.code,)


REGISTRAR = {"right": "regulator", "wrong": ("agency", 403)}
LEAD = {"right": "agency", "wrong": ("rival", 404)}
SECRETARY = {"right": "agency", "wrong": ("rival", 404), "stranger": 404}

DOORS = [
    shown("alliance:alliances"),
    shown("alliance:calls"),
    shown("alliance:call", args=call),
    shown("alliance:detail", args=on_register),
    shown("alliance:charter", args=number),
    shown("alliance:charter-version", args=version),
    shown("alliance:charter-compare", args=twice),
    Door("alliance:desk", right="agency"),
    Door("alliance:desk-calls", **REGISTRAR),
    Door("alliance:call-new", **REGISTRAR),
    Door("alliance:call-edit", args=call_draft, **REGISTRAR),
    Door("alliance:call-publish", args=call_draft, **REGISTRAR),
    Door("alliance:call-publish", "post", args=call_draft, **REGISTRAR),
    Door("alliance:call-discard", args=call_draft, **REGISTRAR),
    Door("alliance:call-discard", "post", args=call_draft, **REGISTRAR),
    Door("alliance:foundings", **REGISTRAR),
    Door("alliance:founding-begin", args=call, right="agency", wrong=("regulator", 403)),
    Door("alliance:founding-begin", "post", args=call, right="agency", wrong=("regulator", 403)),
    Door("alliance:founding", args=begun, **LEAD),
    Door("alliance:founding", args=handed_in, right="regulator", wrong=("rival", 404)),
    Door("alliance:founding-edit", args=begun, right=("agency", "done"), wrong=("rival", 404)),
    Door("alliance:step", args=step, **LEAD),
    Door(
        "alliance:step-autosave",
        "post",
        args=step,
        right=("agency", "shown"),
        wrong=("rival", 404),
    ),
    Door("alliance:founding-units", args=begun, **LEAD),
    Door("alliance:founding-drop", "post", args=unit, **LEAD),
    Door("alliance:founding-submit", args=begun, **LEAD),
    Door("alliance:founding-withdraw", args=begun, **LEAD),
    Door("alliance:founding-withdraw", "post", args=begun, **LEAD),
    Door("alliance:founding-paper", args=handed_in, right="regulator", wrong=("rival", 404)),
    Door("alliance:consent", args=asked, right="rival", wrong=("agency", 404)),
    Door("alliance:consent", "post", args=asked, right="rival", wrong=("agency", 404)),
    Door("alliance:consent-decline", args=asked, right="rival", wrong=("agency", 404)),
    Door("alliance:consent-decline", "post", args=asked, right="rival", wrong=("agency", 404)),
    Door("alliance:founding-return", args=handed_in, right="regulator", wrong=("agency", 403)),
    Door(
        "alliance:founding-return",
        "post",
        args=handed_in,
        data=lambda cast: {"reason": "请补正"},
        right="regulator",
        wrong=("agency", 403),
    ),
    Door("alliance:founding-refuse", args=handed_in, right="regulator", wrong=("agency", 403)),
    Door(
        "alliance:founding-refuse",
        "post",
        args=handed_in,
        data=lambda cast: {"reason": "领域重复"},
        right="regulator",
        wrong=("agency", 403),
    ),
    Door("alliance:founding-register", args=handed_in, right="regulator", wrong=("agency", 403)),
    Door(
        "alliance:founding-register",
        "post",
        args=handed_in,
        data=lambda cast: {"despite": "试点"},
        right="regulator",
        wrong=("agency", 403),
    ),
    Door("alliance:officers", args=number, **SECRETARY),
    Door("alliance:officer-relieve", args=in_post, **SECRETARY),
    Door("alliance:officer-relieve", "post", args=in_post, **SECRETARY),
    Door("alliance:registrar-officers", args=of_registrar, **REGISTRAR),
    Door("alliance:registrar-relieve", args=of_registrar_in_post, **REGISTRAR),
    Door("alliance:registrar-relieve", "post", args=of_registrar_in_post, **REGISTRAR),
    Door("alliance:charter-edit", args=number, **SECRETARY),
    Door("alliance:charter-terms", args=with_draft, **SECRETARY),
    Door(
        "alliance:charter-terms-autosave",
        "post",
        args=with_draft,
        **{**SECRETARY, "right": ("agency", "shown")},
    ),
    Door("alliance:charter-discard", args=with_draft, **SECRETARY),
    Door("alliance:charter-discard", "post", args=with_draft, **SECRETARY),
]
