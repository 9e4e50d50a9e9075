"""How an argument and an expert's opinion are found by verification: their papers bear it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from procurement.models import Argument, ArgumentState, Opinion
from publication.verification import Finding, Standing, Wanted


def argument(wanted: Wanted) -> Finding | None:
    """By the argument's number, or by the digest that an expert signed."""
    rows = Argument.objects.public().select_related("owner", "need")
    if wanted.number:
        found = rows.filter(number=wanted.number).first()
        return _of_argument(found) if found else None
    opinion = (
        Opinion.objects.filter(digest=wanted.digest)
        .exclude(expert__argument__state=ArgumentState.DRAFT)
        .select_related("expert__argument__owner", "expert__argument__need")
        .first()
    )
    return _of_opinion(opinion) if opinion else None


def _of_argument(argument: Argument) -> Finding:
    assert argument.published_at is not None  # noqa: S101 (public)
    assert argument.version is not None  # noqa: S101
    ended = argument.state == ArgumentState.WITHDRAWN
    return Finding(
        standing=Standing.ENDED if ended else Standing.IN_FORCE,
        kind=_("public argument of a need"),
        title=argument.need.title,
        number=argument.number or "",
        digest=argument.version.digest,
        link=argument.get_absolute_url(),
        issued_at=argument.published_at,
        issuer=argument.owner.name,
    )


def _of_opinion(opinion: Opinion) -> Finding:
    argument = opinion.expert.argument
    return Finding(
        standing=Standing.IN_FORCE,
        kind=_("opinion of an expert"),
        title=argument.need.title,
        number=argument.number or "",
        digest=opinion.digest,
        link=argument.get_absolute_url(),
        issued_at=opinion.signed_at,
        issuer=argument.owner.name,
        lines=((_("Expert"), opinion.expert.name), (_("Signed"), opinion.get_manner_display())),
        download=(
            str(_("form of the opinion")),
            reverse("procurement:opinion-pdf", args=[argument.number, opinion.code]),
        ),
    )
