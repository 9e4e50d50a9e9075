"""Where one can go: the menus of the frame, of the desk and of the foot.

An entry names a URL of a package below; what a seat may not do anywhere is not offered to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Deed, Seat, Standing
from cms.destinations import Entry


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    current: bool


# The menus of a fresh site (cms.reference): a destination by name or a page by /slug, its words and
# those below /en/; without words, those of the destination.
MAIN = (
    ("orders", "", ""),
    ("agencies", "", ""),
    ("services", "", ""),
    ("alliances", "", ""),
    ("procurement", "", ""),
    ("notices", "", ""),
    ("/guide", "办事指南", "Guides"),
    ("verify", "", ""),
)
FEET = (
    ("/news", "新闻动态", "News"),
    ("/policies", "政策法规", "Policies"),
    ("/forms", "表格下载", "Forms"),
    ("/questions", "常见问题", "Questions"),
    ("/sites", "联盟网站", "Sites of alliances"),
    ("credit", "", ""),
    ("open-data", "", ""),
    ("/about", "关于本站", "About this site"),
)
# What stands where nothing is set at all.
PUBLIC = (
    Entry(_("Service orders"), "marketplace:orders"),
    Entry(_("Agencies"), "marketplace:agencies"),
    Entry(_("Services"), "marketplace:services"),
    Entry(_("Alliances"), "alliance:alliances"),
    Entry(_("Procurement"), "procurement:hub"),
    Entry(_("Notices"), "publication:notices"),
    Entry(_("Verification"), "publication:verify"),
)
FOOT = (
    Entry(_("Credit"), "credit:index"),
    Entry(_("Verification"), "publication:verify"),
    Entry(_("Open data"), "publication:ocds"),
)
# Entries below /desk/; each package adds its own lines.
DESK = (
    Entry(_("To do"), "cms:desk", alone=True),
    Entry(_("Orders and bids"), "marketplace:desk-orders", standings=(Standing.PARTICIPANT,)),
    Entry(_("Procurement needs"), "procurement:desk-needs", standings=(Standing.PARTICIPANT,)),
    Entry(
        _("Arguments of needs"),
        "procurement:desk-arguments",
        deeds=(Deed.WRITE_NEED, Deed.APPROVE_NEED, Deed.SUPERVISE),
    ),
    Entry(
        _("Inquiries and quotes"),
        "procurement:desk-inquiries",
        standings=(Standing.PARTICIPANT, Standing.REGULATOR),
    ),
    Entry(
        _("Procurement notices"),
        "procurement:desk-notices",
        deeds=(Deed.RUN_PROCEDURE, Deed.APPROVE_NEED, Deed.SUPERVISE),
    ),
    Entry(_("Signs of splitting"), "procurement:splittings", deeds=(Deed.SUPERVISE,)),
    Entry(
        _("Contracts and deliveries"),
        "contracts:agreement-list",
        standings=(Standing.PARTICIPANT, Standing.REGULATOR),
    ),
    Entry(
        _("Credit record"),
        "credit:desk",
        standings=(Standing.PARTICIPANT, Standing.REGULATOR),
    ),
    Entry(
        _("Alliances"),
        "alliance:desk",
        standings=(Standing.PARTICIPANT,),
    ),
    Entry(_("Founding applications"), "alliance:foundings", deeds=(Deed.REGISTER_ALLIANCE,)),
    Entry(_("Calls for alliances"), "alliance:desk-calls", deeds=(Deed.REGISTER_ALLIANCE,)),
    Entry(_("Entry as an agency"), "marketplace:entry", deeds=(Deed.APPLY_ENTRY,)),
    Entry(_("Entries of agencies"), "marketplace:entries", deeds=(Deed.REVIEW_ENTRY,)),
    Entry(_("Saved searches"), "search:saved", standings=tuple(Standing.values)),
    Entry(_("The unit"), "accounts:organisation", standings=tuple(Standing.values)),
    Entry(_("Persons and authority"), "accounts:seats", standings=tuple(Standing.values)),
    Entry(_("Wallet of certificates"), "accounts:certificates", standings=tuple(Standing.values)),
    Entry(_("Verification of units"), "accounts:verifications", deeds=(Deed.VERIFY_ORGANISATION,)),
)
USER = (
    Entry(_("Register a unit"), "accounts:register"),
    Entry(_("Second factor and passkeys"), "mfa_index"),
    Entry(_("Change the password"), "account_change_password"),
    Entry(_("Change the e-mail"), "account_email"),
)


def links(entries: Iterable[Any], path: str, seat: Seat | None = None) -> list[Link]:
    """The entries offered to `seat`; the one with the longest address above `path` is current."""
    return _linked([entry for entry in entries if entry.offered(seat)], path)


def _linked(entries: Iterable[Any], path: str) -> list[Link]:
    found = [(entry, entry.href) for entry in entries]
    shown = [(entry, href) for entry, href in found if href]
    above = [
        href for entry, href in shown if (path == href if entry.alone else path.startswith(href))
    ]
    current = max(above, key=len, default="")
    return [Link(str(entry.label), href, href == current) for entry, href in shown]


@dataclass(frozen=True)
class Role:
    """Somebody who comes here, and where that somebody usually goes."""

    name: str | Promise
    text: str | Promise
    ways: tuple[Entry, ...]

    def links(self, seat: Seat | None, *, signed_in: bool) -> list[Link]:
        """Where to begin, and one way more; a visitor is shown what asks for a seat as well."""
        if not signed_in:
            return _linked(self.ways, "")[:2]
        return links([way for way in self.ways if way is not SIGN_IN], "", seat)[:2]


SIGN_IN = Entry(_("Sign in"), "account_login")
ROLES = (
    Role(
        _("Project owners"),
        _("Publish orders, have agencies selected by rule, sign, accept, evaluate."),
        (
            Entry(_("Publish an order"), "marketplace:order-new", deeds=(Deed.WRITE_ORDER,)),
            SIGN_IN,
            Entry(_("Service orders"), "marketplace:orders"),
        ),
    ),
    Role(
        _("Intermediary agencies"),
        _("Register qualifications and people, bid for orders, deliver, see your credit."),
        (
            Entry(_("See the orders"), "marketplace:orders"),
            Entry(_("Apply for entry"), "marketplace:entry", deeds=(Deed.APPLY_ENTRY,)),
            SIGN_IN,
        ),
    ),
    Role(
        _("Regulators"),
        _("Witness draws, follow orders, read every deed and its evidence."),
        (Entry(_("Open the desk"), "cms:desk"), SIGN_IN),
    ),
    Role(
        _("The public"),
        _("Read notices, check papers, draws and ratings."),
        (
            Entry(_("Verify a paper"), "publication:verify"),
            Entry(_("Register of agencies"), "marketplace:agencies"),
            SIGN_IN,
        ),
    ),
)


def roles(seat: Seat | None, *, signed_in: bool) -> list[tuple[Role, list[Link]]]:
    """Each role with its ways from here."""
    return [(role, role.links(seat, signed_in=signed_in)) for role in ROLES]


__all__ = ["PUBLIC", "Deed", "Entry", "Link", "Standing", "links", "roles"]
