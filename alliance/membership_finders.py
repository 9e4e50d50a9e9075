"""How certificates of membership are found by verification."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alliance.models.membership import CertificateState, MemberCertificate
from core import clock
from core.calendar import day_of
from publication.verification import Finding, Standing, Wanted


def certificate(wanted: Wanted) -> Finding | None:
    """By its number, or by the digest of what it says; whether it holds is told by today."""
    sought = Q(number=wanted.number) if wanted.number else Q(digest=wanted.digest)
    row = MemberCertificate.objects.filter(sought).select_related("member__alliance").first()
    if row is None:
        return None
    facts, alliance = row.facts, row.member.alliance
    valid = row.is_valid(day_of(clock.now()))
    later = None
    if row.state == CertificateState.SUPERSEDED:
        newer = row.member.certificates.filter(state=CertificateState.ISSUED).first()
        later = (newer.number, newer.get_absolute_url()) if newer else None
    gone = row.state in (CertificateState.WITHDRAWN, CertificateState.RETURNED)
    ended = Standing.WITHDRAWN if gone else Standing.ENDED
    return Finding(
        standing=Standing.IN_FORCE if valid else ended,
        kind=_("certificate of membership"),
        title=f"{facts['alliance']}成员证书",
        number=row.number,
        digest=row.digest,
        link=reverse("alliance:members", args=[alliance.number]),
        issued_at=row.issued_at,
        issuer=alliance.name,
        later=later,
        lines=(
            (_("unit"), facts["unit"]),
            (_("unified social credit code"), facts["uscc"] or ""),
            (_("member number"), facts["member_number"]),
            (_("level"), facts["level"]),
            (_("member since"), facts["joined_on"]),
            (_("valid until"), facts["valid_until"]),
            (_("state"), str(row.get_state_display() if valid or row.ended_at else _("expired"))),
        ),
    )
