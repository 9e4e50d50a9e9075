"""Where a guide, a menu or a button may lead: pages of the site by name, never by a typed address.

    destination("orders").href  ->  "/orders/", below /en/ where the reader is

A package's page is named once, here; editors choose from the list. An entry of the menus is the
same kind of thing, so that what a seat may not do anywhere is not offered to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat, Standing


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    name: str
    args: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    standings: tuple[str, ...] = ()
    alone: bool = False  # current on its own page only, not on those below

    def offered(self, seat: Seat | None) -> bool:
        if self.deeds or self.standings:
            if seat is None:
                return False
            if self.standings and seat.organisation.standing not in self.standings:
                return False
            return not self.deeds or any(seat.may(deed) for deed in self.deeds)
        return True

    @property
    def href(self) -> str:
        return address(self.name, self.args, get_language())


@lru_cache(maxsize=512)
def address(name: str, args: tuple[str, ...], language: str | None) -> str:
    """Where a named page is, in that language; empty where there is none."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


PARTICIPANT = (Standing.PARTICIPANT,)
LOOK, DO = _("Pages to look at"), _("Deeds, which ask for a sign-in")
REGISTER: dict[Promise, dict[str, Entry]] = {
    LOOK: {
        "orders": Entry(_("Service orders"), "marketplace:orders"),
        "agencies": Entry(_("Agencies"), "marketplace:agencies"),
        "services": Entry(_("Services"), "marketplace:services"),
        "alliances": Entry(_("Alliances"), "alliance:alliances"),
        "alliance-calls": Entry(_("Calls for alliances"), "alliance:calls"),
        "procurement": Entry(_("Procurement"), "procurement:hub"),
        "notices": Entry(_("Notices"), "publication:notices"),
        "credit": Entry(_("Credit"), "credit:index"),
        "verify": Entry(_("Verification"), "publication:verify"),
        "open-data": Entry(_("Open data"), "publication:ocds"),
    },
    DO: {
        "sign-in": Entry(_("Sign in"), "account_login"),
        "sign-up": Entry(_("Open an account"), "account_signup"),
        "second-factor": Entry(_("Second factor and passkeys"), "mfa_index"),
        "desk": Entry(_("To do"), "cms:desk"),
        "register-unit": Entry(_("Register a unit"), "accounts:register"),
        "unit": Entry(_("The unit"), "accounts:organisation"),
        "seats": Entry(_("Persons and authority"), "accounts:seats"),
        "certificates": Entry(_("Wallet of certificates"), "accounts:certificates"),
        "entry": Entry(_("Entry as an agency"), "marketplace:entry"),
        "order-new": Entry(_("Publish an order"), "marketplace:order-new"),
        "own-orders": Entry(_("Orders and bids"), "marketplace:desk-orders"),
        "agreements": Entry(_("Contracts and deliveries"), "contracts:agreement-list"),
        "needs": Entry(_("Procurement needs"), "procurement:desk-needs"),
        "inquiries": Entry(_("Inquiries and quotes"), "procurement:desk-inquiries"),
        "own-credit": Entry(_("Credit record"), "credit:desk"),
        "own-alliances": Entry(_("Own alliances"), "alliance:desk"),
    },
}


def destinations() -> Iterator[tuple[str, Entry]]:
    for group in REGISTER.values():
        yield from group.items()


def destination(key: str) -> Entry | None:
    """The named page; None once no page bears the name any more."""
    return dict(destinations()).get(key)


def choices() -> list[tuple[Promise, list[tuple[str, str | Promise]]]]:
    """For a list to choose from, in groups."""
    return [
        (group, [(key, entry.label) for key, entry in named.items()])
        for group, named in REGISTER.items()
    ]


__all__ = ["Deed", "Entry", "Standing", "address", "choices", "destination", "destinations"]
