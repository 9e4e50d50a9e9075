from marketplace.models import Agency
from tests.doors import Door, shown
from tests.factories import (
    AgencyFactory,
    AgencyServiceFactory,
    PractitionerFactory,
    QualificationFactory,
    ServiceItemFactory,
)
from tests.marketplace import entries, order_doors


def item(cast):
    return (ServiceItemFactory().code,)


def of_listed(cast):
    return (AgencyFactory().organisation.code,)


def drafted(cast):
    entries.begun(cast.agency)
    return ("unit",)


def begun(cast):
    entries.begun(cast.agency)
    return ()


def own(cast):
    """The cast's agency, listed."""
    return AgencyFactory(organisation=cast.agency.organisation)


def listed(cast):
    own(cast)
    return ()


def own_service(cast):
    return (AgencyServiceFactory(agency=own(cast)).item.code,)


def own_person(cast):
    return (PractitionerFactory(agency=own(cast)).code,)


def own_paper(cast):
    return (QualificationFactory(agency=own(cast)).code,)


def submitted(cast):
    return (entries.submitted(cast.agency).code,)


def pending(cast):
    facts = {"state": "pending", "decided_at": None, "decided_by": None}
    return (QualificationFactory(agency=own(cast), **facts).code,)


def looked_at(cast):
    return {"of": Agency.objects.get().code, "column": "authorised_id"}


# The regulator's seats have no deed of an applicant; the rival has no agency, or another's.
APPLICANT = {"right": "agency", "wrong": ("regulator", 403)}
REVIEWER = {"right": "operator", "wrong": ("agency", 403)}

SUPPLY = [
    shown("marketplace:services"),
    shown("marketplace:service-detail", args=item),
    shown("marketplace:agencies"),
    shown("marketplace:agency-detail", args=of_listed),
    Door("marketplace:entry", **APPLICANT),
    Door("marketplace:entry-begin", "post", **APPLICANT),
    Door("marketplace:entry-section", args=drafted, right="agency", wrong=("rival", 404)),
    Door("marketplace:entry-submit", args=begun, right="agency", wrong=("rival", 404)),
    shown("marketplace:agency-export", args=lambda cast: ["csv"]),
    shown("marketplace:agency-export", args=lambda cast: ["xlsx"]),
    Door("marketplace:profile-edit", args=listed, right="agency", wrong=("rival", 404)),
    Door("marketplace:service-offer", args=listed, right="agency", wrong=("rival", 404)),
    Door("marketplace:service-change", args=own_service, right="agency", wrong=("rival", 404)),
    Door("marketplace:service-stop", args=own_service, right="agency", wrong=("rival", 404)),
    Door("marketplace:qualification-add", args=listed, right="agency", wrong=("rival", 404)),
    Door("marketplace:practitioner-add", args=listed, right="agency", wrong=("rival", 404)),
    Door("marketplace:certificate-add", args=own_person, right="agency", wrong=("rival", 404)),
    Door("marketplace:authorised-replace", args=listed, right="agency", wrong=("rival", 404)),
    Door("marketplace:credential-end", args=own_paper, right="agency", wrong=("rival", 404)),
    Door(
        "marketplace:credential-end", "post", args=own_paper, right="agency", wrong=("rival", 404)
    ),
    Door("marketplace:entries", **REVIEWER),
    Door("marketplace:entry-review", args=submitted, **REVIEWER),
    Door("marketplace:entry-admit", args=submitted, **REVIEWER),
    Door("marketplace:entry-admit", "post", args=submitted, **REVIEWER),
    Door(
        "marketplace:entry-return",
        "post",
        args=submitted,
        data=lambda cast: {"reason": "看不清"},
        **REVIEWER,
    ),
    Door(
        "marketplace:id-number",
        "post",
        args=submitted,
        data=looked_at,
        right=("operator", "shown"),
        wrong=("agency", 403),
    ),
    Door("marketplace:credential-review", args=pending, **REVIEWER),
    Door(
        "marketplace:credential-review",
        "post",
        args=pending,
        data=lambda cast: {"verify": "1"},
        **REVIEWER,
    ),
]

DOORS = [*SUPPLY, *order_doors.DOORS]
