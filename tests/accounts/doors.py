from accounts import amendments, certificates, registration, seats
from accounts.models import CertificateKind, Deed, OrganisationState, Rank
from accounts.seats import Terms
from core import clock, uploads
from tests.cast import seated
from tests.doors import Door, shown
from tests.factories import CertificateFactory, SeatFactory, UploadFactory
from tests.files import pdf, upload


def offered(cast):
    """To the stranger, by the agency."""
    terms = Terms(Rank.OPERATOR, (Deed.BID,))
    made = seats.invite(
        cast.agency.organisation,
        email=cast.stranger.email,
        terms=terms,
        by=cast.agency,
        at=clock.now(),
    )
    return [made.code]


def handler(cast):
    deeds = [Deed.BID]
    seat = SeatFactory(organisation=cast.agency.organisation, rank=Rank.OPERATOR, deeds=deeds)
    return [seat.code]


def certificate(cast):
    return [CertificateFactory(organisation=cast.agency.organisation).code]


def submitted(cast):
    organisation = seated("newcomer").organisation
    organisation.state, organisation.verified_at = OrganisationState.SUBMITTED, None
    organisation.save()
    return [organisation.code]


def refused(cast):
    organisation = cast.agency.organisation
    organisation.state, organisation.verified_at = OrganisationState.SUBMITTED, None
    organisation.save()
    registration.refuse(organisation, reason="执照已过期", by=cast.operator, at=clock.now())
    return []


def amendment(cast):
    unit = cast.agency.organisation
    amended = amendments.Amended("新名称有限公司", unit.kind, unit.legal_representative)
    licence = UploadFactory()
    made = amendments.ask(
        unit, amended, reason="改制", licence=licence, by=cast.agency, at=clock.now()
    )
    return [made.code]


def without_edit(cast):
    """The agency's seat as one that may only bid."""
    cast.agency.rank, cast.agency.deeds = Rank.OPERATOR, [Deed.BID]
    cast.agency.save()
    return []


def scan(cast):
    """Of a certificate of the agency, really received."""
    file = upload("执照.pdf", pdf())
    made = uploads.receive(file, purpose="accounts.certificate", by=cast.agency, at=clock.now())
    certificates.enter(
        cast.agency.organisation,
        certificates.Entry(CertificateKind.LICENCE, "营业执照"),
        scan=made,
        by=cast.agency,
        at=clock.now(),
    )
    return [made.code]


REASON = {"reason": "执照已过期，请上传新照"}
CERTIFICATE = {"kind": CertificateKind.LICENCE, "name": "营业执照"}

DOORS = [
    Door(
        "core:upload", args=scan, anonymous=404, stranger=404, wrong=("rival", 404), right="agency"
    ),
    Door("core:upload", args=scan, anonymous=404, stranger=404, right="operator"),
    Door(
        "accounts:switch-seat",
        "post",
        data=lambda cast: {"seat": cast.owner.code},
        stranger=404,
        wrong=("agency", 404),
        right="owner",
    ),
    Door(
        "accounts:switch-keys",
        "post",
        data=lambda cast: {"on": "0"},
        stranger="done",
        right="owner",
    ),
    Door("accounts:organisation", right="agency", wrong=("operator", "shown")),
    Door("accounts:register", right="agency", wrong=("operator", "shown"), stranger="shown"),
    Door("accounts:contacts", right="rival", wrong="agency", args=without_edit),
    Door("accounts:resubmit", right="agency", wrong=("rival", "done"), args=refused),
    Door("accounts:amendment-ask", right="rival", wrong="agency", args=without_edit),
    Door("accounts:amendment", args=amendment, right="agency", wrong=("rival", 404)),
    Door("accounts:amendment", args=amendment, right="operator", wrong=("regulator", "shown")),
    Door("accounts:amendment-withdraw", args=amendment, right="agency", wrong=("rival", 404)),
    Door(
        "accounts:amendment-withdraw", "post", args=amendment, right="agency", wrong=("rival", 404)
    ),
    Door("accounts:amendment-grant", "post", args=amendment, right="operator", wrong="agency"),
    Door(
        "accounts:amendment-refuse",
        "post",
        args=amendment,
        data=lambda cast: REASON,
        right="operator",
        wrong="regulator",
    ),
    Door("accounts:seats", right="agency", wrong=("operator", "shown")),
    Door("accounts:invite", right="agency", wrong="owner"),
    Door("accounts:seat-change", args=handler, right="agency", wrong=("rival", 404)),
    Door("accounts:seat-revoke", args=handler, right="agency", wrong=("rival", 404)),
    Door(
        "accounts:seat-revoke",
        "post",
        args=handler,
        data=lambda cast: REASON,
        right="agency",
        wrong=("rival", 404),
    ),
    shown("accounts:invitation", args=offered),
    Door(
        "accounts:invitation-accept", "post", args=offered, stranger="done", wrong=("agency", 404)
    ),
    Door(
        "accounts:invitation-decline", "post", args=offered, stranger="done", wrong=("agency", 404)
    ),
    Door(
        "accounts:invitation-withdraw", "post", args=offered, right="agency", wrong=("rival", 404)
    ),
    Door("accounts:certificates", right="agency", wrong=("owner", "shown")),
    Door("accounts:certificate-enter", right="rival", wrong="agency", args=without_edit),
    Door("accounts:certificate-replace", args=certificate, right="agency", wrong=("rival", 404)),
    Door("accounts:certificate-put-away", args=certificate, right="agency", wrong=("rival", 404)),
    Door(
        "accounts:certificate-put-away",
        "post",
        args=certificate,
        right="agency",
        wrong=("rival", 404),
    ),
    Door("accounts:verifications", right="operator", wrong="regulator"),
    Door("accounts:verification", args=submitted, right="operator", wrong="agency"),
    Door("accounts:organisation-verify", "post", args=submitted, right="operator", wrong="agency"),
    Door(
        "accounts:organisation-refuse",
        "post",
        args=submitted,
        data=lambda cast: REASON,
        right="operator",
        wrong="regulator",
    ),
    Door(
        "accounts:show",
        "post",
        args=lambda cast: ["organisation", cast.agency.organisation.code, "contact_phone"],
        right="agency",
        wrong=("rival", 404),
    ),
    Door(
        "accounts:show",
        "post",
        args=lambda cast: ["seat", cast.agency.code, "user.phone"],
        right="regulator",
        wrong=("owner", 404),
    ),
]
