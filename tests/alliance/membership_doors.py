"""The doors of members, certificates and delegates."""

from alliance import certificates, delegates
from alliance.models import DelegateRole
from core import clock
from tests.doors import Door, shown
from tests.factories import AllianceFactory, MemberFactory, OfficerFactory

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


MINE = {"right": "agency", "wrong": ("owner", 404), "stranger": 404}
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
]
