from alliance import saved_views
from alliance.models import Application
from tests.alliance import applying
from tests.doors import Door, shown
from tests.factories import AllianceFactory


def of_alliance(cast):
    return (applying.alliance(cast.owner).number,)


def with_form(cast):
    return (AllianceFactory().number, "membership-application")


def empty_form(cast):
    return ("enterprise-profile",)


def invited(cast):
    return (applying.invited(cast.agency).code,)


def begun(cast):
    return (applying.begun(cast.agency).code,)


def of_form(cast):
    return (applying.begun(cast.agency).code, "membership-application")


def handed_in(cast):
    return (applying.submitted(cast.agency).code,)


def file(cast):
    row = applying.submitted(cast.agency)
    return (row.code, row.versions.get().content["files"]["stamped"][0]["code"])


def twice(cast):
    row = applying.returned(cast.agency)
    return (applying.submit(cast.agency, row).code,)


def invited_by_us(cast):
    of = applying.alliance(cast.owner)
    return (of.number, applying.invited(cast.agency, of).code)


def in_review(cast):
    of = applying.alliance(cast.owner)
    return (of.number, applying.submitted(cast.agency, of).code)


def list_of_one(cast):
    return in_review(cast)[:1]


def a_view(cast):
    of = applying.alliance(cast.owner)
    view = saved_views.keep(cast.owner.user, of, name="待审", query="state=submitted")
    return (of.number, view.code)


def chosen(cast):
    return {"deed": "return", "application": [Application.objects.get().code]}


OWN = {"right": "agency", "wrong": ("rival", 404)}
APPLICANT = {"right": "agency", "wrong": ("regulator", 403)}
OFFICE = {"right": "owner", "wrong": ("agency", 404), "stranger": 404}

DOORS = [
    shown("alliance:official-forms"),
    shown("alliance:official-form", args=empty_form),
    shown("alliance:alliance-form", args=with_form),
    shown("alliance:join", args=of_alliance),
    Door("alliance:applications-own", right="agency"),
    Door("alliance:join-invitation", args=invited, stranger=404, **OWN),
    Door("alliance:apply", args=of_alliance, **APPLICANT),
    Door("alliance:application", args=begun, **OWN),
    Door("alliance:application-open", args=begun, right=("agency", "done"), wrong=("rival", 404)),
    Door("alliance:application-edit", args=begun, right=("agency", "done"), wrong=("rival", 404)),
    Door("alliance:application-form", args=of_form, **OWN),
    Door(
        "alliance:application-autosave",
        "post",
        args=of_form,
        right=("agency", "shown"),
        wrong=("rival", 404),
    ),
    Door("alliance:application-materials", args=begun, **OWN),
    Door("alliance:application-submit", args=begun, **OWN),
    Door("alliance:application-pdf", args=handed_in, **OWN),
    Door("alliance:application-file", args=file, **OWN),
    Door("alliance:application-compare", args=twice, **OWN),
    Door("alliance:application-discard", args=begun, **OWN),
    Door("alliance:application-withdraw", args=handed_in, **OWN),
    Door("alliance:join-invitations", args=of_alliance, **OFFICE),
    Door("alliance:join-invitation-withdraw", args=invited_by_us, **OFFICE),
    Door("alliance:applications", args=of_alliance, **OFFICE),
    Door(
        "alliance:applications-bulk",
        "post",
        args=list_of_one,
        data=chosen,
        right=("owner", "shown"),
        wrong=("agency", 404),
        stranger=404,
    ),
    Door(
        "alliance:applications-export",
        "post",
        args=list_of_one,
        right=("owner", "shown"),
        wrong=("agency", 404),
        stranger=404,
    ),
    Door("alliance:applications-papers", "post", args=list_of_one, **OFFICE),
    Door("alliance:view-save", "post", args=of_alliance, data=lambda cast: {"name": "x"}, **OFFICE),
    Door("alliance:view-edit", args=a_view, **OFFICE),
    Door("alliance:view-delete", args=a_view, **OFFICE),
    Door("alliance:view-delete", "post", args=a_view, **OFFICE),
    Door("alliance:application-review", args=in_review, **OFFICE),
    Door(
        "alliance:application-comment",
        "post",
        args=in_review,
        right=("owner", "shown"),
        wrong=("agency", 404),
        stranger=404,
    ),
    Door(
        "alliance:application-return",
        "post",
        args=in_review,
        data=lambda cast: {"membership-application.duty": "请写全。"},
        **OFFICE,
    ),
    Door("alliance:application-forward", args=in_review, **OFFICE),
]
