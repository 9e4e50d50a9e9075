"""The fixed cast of every test."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Deed, Rank, Seat, Standing, User
from tests.factories import SeatFactory, UserFactory

PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """An owner's writer and approver, two agencies, the operator, the regulator, a stranger."""

    owner: Seat
    approver: Seat
    agency: Seat
    rival: Seat
    operator: Seat
    regulator: Seat
    stranger: User

    @classmethod
    def assembled(cls) -> Cast:
        owner = seated(
            "owner",
            kind="government",
            rank=Rank.OPERATOR,
            deeds=[
                Deed.WRITE_ORDER,
                Deed.ACCEPT,
                Deed.EVALUATE,
                Deed.WRITE_NEED,
                Deed.RUN_PROCEDURE,
            ],
        )
        approver = SeatFactory(
            user__email="approver@example.com",
            user__name="approver",
            organisation=owner.organisation,
        )
        return cls(
            owner=owner,
            approver=approver,
            agency=seated("agency"),
            rival=seated("rival"),
            operator=seated("operator", standing=Standing.OPERATOR, kind="institution"),
            regulator=seated("regulator", standing=Standing.REGULATOR, kind="government"),
            stranger=UserFactory(email="stranger@example.com", name="stranger"),
        )


def seated(
    name: str, *, kind: str = "enterprise", standing: str = "participant", **seat: Any
) -> Seat:
    return SeatFactory(
        user__email=f"{name}@example.com",
        user__name=name,
        organisation__name=name.title(),
        organisation__kind=kind,
        organisation__standing=standing,
        **seat,
    )


def with_passwords() -> None:
    """Everybody may sign in through the page: a known password, a verified address."""
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()
        EmailAddress.objects.get_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    prove(client, user, "password")
    return client


def prove(client: Client, user: User, method: str, *, minutes_ago: float = 0) -> None:
    """The last proof of identity in the session, as allauth records it; the earlier ones go."""
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    at = time.time() - minutes_ago * 60
    session["account_authentication_methods"] = [{"method": method, "at": at}]
    session.save()
