"""What a seat may be entitled to do, by what its organisation is to this site."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Standing(models.TextChoices):
    """What an organisation is to this site."""

    PARTICIPANT = "participant", _("participant")
    OPERATOR = "operator", _("operator")
    REGULATOR = "regulator", _("regulator")


class Rank(models.TextChoices):
    """Who may grant a seat to whom: `accounts.seats.GRANTS`."""

    LEGAL_REPRESENTATIVE = "legal-representative", _("legal representative")
    MANAGER = "manager", _("manager")
    OPERATOR = "operator", _("handler")


class Deed(models.TextChoices):
    """What a seat may be entitled to do; `DEEDS_OF` says which ones a standing has at all."""

    GRANT_SEAT = "seat.grant", _("grant and revoke seats")
    EDIT_ORGANISATION = "organisation.edit", _("keep the unit's data and certificates")
    WRITE_ORDER = "order.write", _("write service orders")
    APPROVE_ORDER = "order.approve", _("approve service orders")
    APPLY_ENTRY = "entry.apply", _("apply for entry as an agency")
    BID = "bid.submit", _("bid for service orders")
    SIGN = "agreement.sign", _("sign contracts")
    DELIVER = "delivery.hand-in", _("hand in deliverables")
    ACCEPT = "delivery.accept", _("accept deliverables")
    EVALUATE = "order.evaluate", _("evaluate")
    JOIN_ALLIANCE = "alliance.join", _("represent the unit towards alliances")
    VOTE = "alliance.vote", _("vote in alliances")
    WRITE_NEED = "need.write", _("write procurement needs")
    APPROVE_NEED = "need.approve", _("approve procurement needs")
    RUN_PROCEDURE = "procedure.run", _("run procurement procedures")
    VERIFY_ORGANISATION = "organisation.verify", _("verify organisations")
    REVIEW_ENTRY = "entry.review", _("review entries of agencies")
    REVIEW_ORDER = "order.review", _("review orders of owners with one person")
    EDIT_CATALOGUE = "catalogue.edit", _("edit the service catalogue and legal figures")
    EDIT_SITE = "site.edit", _("write pages of the site")
    APPROVE_SITE = "site.approve", _("review and publish pages of the site")
    SUPERVISE = "supervise", _("supervise")
    THROW_DICE = "dice.throw", _("throw the dice in a witness's stead")
    REGISTER_ALLIANCE = "alliance.register", _("call for alliances and register them")


DEEDS_OF: Mapping[str, frozenset[Deed]] = {
    Standing.PARTICIPANT: frozenset(
        {
            Deed.GRANT_SEAT,
            Deed.EDIT_ORGANISATION,
            Deed.WRITE_ORDER,
            Deed.APPROVE_ORDER,
            Deed.APPLY_ENTRY,
            Deed.BID,
            Deed.SIGN,
            Deed.DELIVER,
            Deed.ACCEPT,
            Deed.EVALUATE,
            Deed.JOIN_ALLIANCE,
            Deed.VOTE,
            Deed.WRITE_NEED,
            Deed.APPROVE_NEED,
            Deed.RUN_PROCEDURE,
        }
    ),
    Standing.OPERATOR: frozenset(
        {
            Deed.GRANT_SEAT,
            Deed.EDIT_ORGANISATION,
            Deed.VERIFY_ORGANISATION,
            Deed.REVIEW_ENTRY,
            Deed.REVIEW_ORDER,
            Deed.EDIT_CATALOGUE,
            Deed.EDIT_SITE,
            Deed.APPROVE_SITE,
        }
    ),
    Standing.REGULATOR: frozenset(
        {
            Deed.GRANT_SEAT,
            Deed.EDIT_ORGANISATION,
            Deed.SUPERVISE,
            Deed.THROW_DICE,
            Deed.REGISTER_ALLIANCE,
        }
    ),
}


# What may be done for an organisation that the operator has not verified yet.
BEFORE_VERIFICATION = frozenset({Deed.EDIT_ORGANISATION})
