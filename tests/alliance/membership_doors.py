"""The doors of members, certificates, delegates, levels and staff."""

from alliance import certificates, delegates, levels, staff
from alliance.models import DelegateRole
from core import clock
from core.calendar import day_of
from tests.alliance.councils import terms
from tests.doors import Door, shown
from tests.factories import AllianceFactory, CharterFactory, MemberFactory, OfficerFactory

PERSON = delegates.Person("陈立", "总工程师", "13800001111", "chenli@example.com")


def joined(cast):
    """The cast's agency is a member; its rival sits in the secretariat."""
    alliance = AllianceFactory(lead=cast.rival.organisation)
    OfficerFactory(alliance=alliance, seat=cast.rival)
    return MemberFactory(alliance=alliance, organisation=cast.agency.organisation)


def number(cast):
    return [joined(cast).alliance.number]


def role(cast):
    return [*number(cast), "council"]


def certificate(cast):
    member = joined(cast)
    issued = certificates.issue(member, by=cast.rival, at=clock.now())
    return [member.alliance.number, issued.code]


def nominated(cast):
    member = joined(cast)
    named = delegates.nominate(member, DelegateRole.COUNCIL, PERSON, by=cast.agency, at=clock.now())
    return [member.alliance.number, named.code]


def chartered(cast):
    """Like `joined`, with a charter in force and a confirmed representative in the council."""
    member = joined(cast)
    CharterFactory(alliance=member.alliance, terms=terms())
    named = delegates.nominate(member, DelegateRole.COUNCIL, PERSON, by=cast.agency, at=clock.now())
    delegates.confirm(named, by=cast.rival, at=clock.now())
    return member


def with_levels(cast):
    return [chartered(cast).alliance.number]


def on_roll(cast):
    member = chartered(cast)
    return [member.alliance.number, member.code]


def change(cast):
    asked = levels.apply(
        chartered(cast),
        to_level="chair",
        reason="承担牵头项目",
        wanted_on=day_of(clock.now()),
        by=cast.agency,
        at=clock.now(),
    )
    return [asked.code]


def person(cast):
    member = joined(cast)
    entry = staff.Entry("王蕾", "副院长", "13800002222", "w@example.com", day_of(clock.now()))
    return [
        member.alliance.number,
        staff.enter(member, entry, by=cast.agency, at=clock.now()).code,
    ]


def wanted(cast):
    return {"to_level": "chair", "reason": "承担牵头项目", "wanted_on": day_of(clock.now())}


def staffed(cast):
    return {
        "name": "王蕾",
        "duty": "副院长",
        "phone": "13800002222",
        "email": "w@example.com",
        "acts_from": day_of(clock.now()),
    }


MINE = {"right": "agency", "wrong": ("owner", 404), "stranger": 404}


def person_of(cast):
    return person(cast)[:1]


SEEN = {"right": "agency", "wrong": ("owner", 404), "stranger": 403}
REVIEW = {"right": "rival", "wrong": ("agency", 404), "stranger": 403}
OFFICE = {"right": "rival", "wrong": ("agency", 404), "stranger": 404}

DOORS = [
    shown("alliance:members", args=number),
    shown("alliance:members", args=lambda cast: ["GXLM-1999-001"], becomes=404),
    Door("alliance:membership", args=number, **MINE),
    Door("alliance:membership-entry", args=number, **MINE),
    Door(
        "alliance:membership-entry",
        "post",
        args=number,
        data=lambda cast: {"business": "水质监测", "website": ""},
        **MINE,
    ),
    Door("alliance:membership-hide", "post", args=number, **MINE),
    Door("alliance:delegate-nominate", args=role, **MINE),
    Door(
        "alliance:delegate-nominate",
        "post",
        args=role,
        data=lambda cast: {
            "name": PERSON.name,
            "duty": PERSON.duty,
            "phone": PERSON.phone,
            "email": PERSON.email,
        },
        **MINE,
    ),
    Door("alliance:delegate-withdraw", "post", args=nominated, **MINE),
    Door("alliance:certificate", args=certificate, **MINE),
    Door("alliance:roll", args=number, **OFFICE),
    Door("alliance:roll-export", args=number, **OFFICE),
    Door("alliance:certificates-issue", "post", args=number, **OFFICE),
    Door("alliance:certificate-of", args=certificate, **OFFICE),
    Door("alliance:delegates", args=number, **OFFICE),
    Door("alliance:delegate-confirm", "post", args=nominated, **OFFICE),
    Door("alliance:delegate-refuse", args=nominated, **OFFICE),
    Door(
        "alliance:delegate-refuse",
        "post",
        args=nominated,
        data=lambda cast: {"reason": "专业不符"},
        **OFFICE,
    ),
    Door("alliance:level-changes", args=with_levels, **OFFICE),
    Door("alliance:level-apply", args=with_levels, **MINE),
    Door("alliance:level-apply", "post", args=with_levels, data=wanted, **MINE),
    Door("alliance:level-propose", args=on_roll, **OFFICE),
    Door("alliance:level-propose", "post", args=on_roll, data=wanted, **OFFICE),
    Door("alliance:level-change", args=change, **SEEN),
    Door("alliance:level-change-forward", args=change, **REVIEW),
    Door(
        "alliance:level-change-forward",
        "post",
        args=change,
        data=lambda cast: {"opinion": "建议同意"},
        **REVIEW,
    ),
    Door("alliance:level-change-return", args=change, **REVIEW),
    Door(
        "alliance:level-change-return",
        "post",
        args=change,
        data=lambda cast: {"reason": "请补充材料"},
        **REVIEW,
    ),
    Door("alliance:level-change-take-back", args=change, **SEEN),
    Door("alliance:level-change-take-back", "post", args=change, **SEEN),
    Door("alliance:staff-own", args=number, **MINE),
    Door("alliance:staff-enter", args=number, **MINE),
    Door("alliance:staff-enter", "post", args=number, data=staffed, **MINE),
    Door("alliance:staff-own-export", args=number, **MINE),
    Door("alliance:staff-change", args=person, **MINE),
    Door("alliance:staff-change", "post", args=person, data=staffed, **MINE),
    Door("alliance:staff-end", args=person, **MINE),
    Door("alliance:staff-end", "post", args=person, **MINE),
    Door("alliance:staff", args=person_of, **OFFICE),
    Door("alliance:staff-export", args=person_of, **OFFICE),
    Door("alliance:staff-show", "post", args=person, **OFFICE),
]
