"""Rows as most tests want them. Each package adds the factories of its own rows below."""

from datetime import timedelta

from factory import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from accounts.models import Organisation, OrganisationState, Rank, Seat, User
from core import clock
from core.numbering import new_code

USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(place: int) -> str:
    """A valid 统一社会信用代码 of a fictitious unit, the same for the same place."""
    body = f"91360700{place:08}"
    inner = [3, 7, 9, 10, 5, 8, 4, 2]
    organisation = body[8:]
    check = 11 - sum(int(c) * w for c, w in zip(organisation, inner, strict=True)) % 11
    body += {10: "X", 11: "0"}.get(check, str(check))
    total = sum(USCC_LETTERS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + USCC_LETTERS[(31 - total % 31) % 31]


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = Sequence("user-{}@example.com".format)
    name = Sequence("用户{}".format)


class OrganisationFactory(DjangoModelFactory):
    """Verified."""

    class Meta:
        model = Organisation

    code = LazyFunction(new_code)
    uscc = Sequence(uscc)
    kind = "enterprise"
    name = Sequence("云江某某工程咨询有限公司{}".format)
    state = OrganisationState.VERIFIED
    submitted_at = LazyFunction(lambda: clock.now() - timedelta(days=2))
    verified_at = LazyFunction(lambda: clock.now() - timedelta(days=1))


class SeatFactory(DjangoModelFactory):
    """The legal representative's: every deed of the organisation's standing."""

    class Meta:
        model = Seat

    code = LazyFunction(new_code)
    user = SubFactory(UserFactory)
    organisation = SubFactory(OrganisationFactory)
    rank = Rank.LEGAL_REPRESENTATIVE
    held_from = LazyFunction(lambda: clock.now() - timedelta(days=1))
