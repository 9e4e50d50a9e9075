"""Witnesses 见证人: who may throw the dice of an order, and who confirms them.

They are named in the notice, by the owner, or where public money is spent by a regulator too. Each
enters by a one-time link, of which only the hash is kept, after signing in. Nobody with a seat at
the owner, at an agency on the frozen list or at the operator counts, nor anybody who had one since
the notice: giving a seat up for a day helps nobody.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import Q

from accounts.models import Deed, Organisation, Seat, Standing, User
from core import clock
from core.audit import Actor
from core.lifecycle import RuleBroken, lock, part
from core.numbering import new_code
from selection.models import Draw, Witness
from selection.naming import Witnessing


@dataclass(frozen=True, slots=True)
class Right:
    """By which right somebody throws: as a "witness" or as the "regulator", under which name."""

    user: User
    role: str
    name: str
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Whom a regulator let go, who stays, and who came with the token of his link."""

    by: Organisation
    left: list[Witness]
    staying: list[Witness]
    invited: list[tuple[Witness, str]]

    @property
    def come(self) -> list[Witness]:
        return [one for one, _token in self.invited]

    @property
    def told(self) -> list[dict[str, str]]:
        """All who stand, as the order keeps them and its notice shows them."""
        return [
            {
                "name": one.name,
                "phone": one.phone,
                "email": one.email,
                "named_by": one.named_by.name if one.named_by else "",
            }
            for one in (*self.staying, *self.come)
        ]


@part
def name(
    draw: Draw,
    people: Iterable[Mapping[str, str]],
    *,
    limit: int,
    at: datetime,
    by: Organisation | None = None,
) -> list[Witness]:
    """Name witnesses of a draw: "name", "phone" and, where it is known, "email" of each.

    `by` is the regulator who names them, None for the owner. Refused beyond the limit, and once the
    list is frozen: who bid is public from then on, so a witness could be chosen to suit one of
    them, and the frozen facts bear the digest of the notice that names the witnesses. If none of
    them comes, the regulator's own right to throw helps.
    """
    draw = lock(draw)
    people = list(people)
    if draw.frozen_at is not None:
        raise RuleBroken("The list of bids is frozen: its witnesses stay as the notice names them.")
    if draw.witnesses.standing().count() + len(people) > limit:
        raise RuleBroken("An order has up to %(limit)s witnesses: name fewer.", limit=limit)
    return [
        draw.witnesses.create(
            code=new_code(),
            name=one["name"],
            phone=one.get("phone", ""),
            email=one.get("email", ""),
            named_at=at,
            named_by=by,
        )
        for one in people
    ]


@part
def replace(witness: Witness, *, at: datetime) -> Witness:
    """Let a witness go: his link and his right end. Refused twice, and once the list is frozen."""
    draw = lock(witness.draw)
    witness = lock(witness)
    if witness.replaced_at is not None:
        raise RuleBroken("%(name)s was replaced already: load the page again.", name=witness.name)
    if draw.frozen_at is not None:
        raise RuleBroken("The list of bids is frozen: its witnesses stay as the notice names them.")
    witness.replaced_at = at
    witness.save(update_fields=["replaced_at"])
    return witness


@part
def change(
    draw: Draw,
    *,
    leaving: Iterable[str],
    coming: Sequence[Witnessing],
    limit: int,
    by: Organisation,
    at: datetime,
) -> Change:
    """Name witnesses for a regulator, in the stead of those whose codes are `leaving` or beside
    them, and invite each by a link of his own.

    Refused with nobody in the stead of one who leaves, and where two would share a phone.
    """
    named = draw.witnesses.all()
    left = [_known(named.filter(code=code).first()) for code in dict.fromkeys(leaving)]
    if not coming or len(coming) < len(left):
        raise RuleBroken("Name a witness for each one who leaves: an order is not left without.")
    left = [replace(one, at=at) for one in left]
    staying = list(draw.witnesses.standing())
    phones = [*(one.phone for one in staying), *(one.phone for one in coming)]
    if len(set(phones)) < len(phones):
        raise RuleBroken("Each witness needs a phone of his own.")
    come = name(draw, [asdict(one) for one in coming], limit=limit, by=by, at=at)
    invited = [(one, invite(one, at=at)) for one in come]
    return Change(by, left, staying, invited)


@part
def invite(witness: Witness, *, at: datetime) -> str:
    """The token of the witness's link, shown this once; an earlier link ends. Refused once used."""
    witness = lock(witness)
    _refuse_replaced(witness)
    if witness.entered_at is not None:
        raise RuleBroken("This witness has entered already: no new link is needed.")
    token = secrets.token_urlsafe(24)
    witness.token_hash = _hashed(token)
    witness.save(update_fields=["token_hash"])
    return token


def find(token: str) -> Witness | None:
    """Whom a link invites; None for a link that never was or was replaced."""
    return Witness.objects.select_related("draw").filter(token_hash=_hashed(token)).first()


@part
def enter(draw: Draw, token: str, *, user: User, at: datetime) -> Witness:
    """Let the user in as the witness whom the link invites, once.

    Refused for a link of another order, where somebody else has used it, and to whoever is barred.
    Before the deadline the agencies are left out of that: the answer would tell who has bid.
    """
    witness = find(token)
    if witness is None or witness.draw_id != draw.pk:
        raise RuleBroken("This link invites no witness of the order: ask its owner for a new one.")
    witness = lock(witness)
    entered_at = clock.after_lock()
    _refuse_replaced(witness)
    if witness.entered_at is not None:
        if witness.user_id == user.pk:
            return witness
        raise RuleBroken("This link was used by somebody else: tell the owner of the order.")
    if witness.draw.witnesses.standing().filter(user=user).exists():
        raise RuleBroken("You are a witness of this order already.")
    _refuse_barred(witness.draw, user, entered_at)
    witness.user, witness.entered_at = user, entered_at
    witness.save(update_fields=["user", "entered_at"])
    return witness


def may_throw(draw: Draw, actor: Actor, at: datetime) -> Right:
    """By which right the actor throws at that instant; refuses with the reason where by none."""
    if at < draw.announced_for:
        when = draw.announced_for
        raise RuleBroken("The dice are announced for %(when)s: throw them then.", when=when)
    if at >= draw.fails_at:
        raise RuleBroken("Nobody threw the dice in time: the order fails.")
    user = _user(actor)
    if user is not None and (witness := _standing(draw, user)) is not None:
        _refuse_barred(draw, user, at)
        return Right(user, "witness", witness.name, witness)
    if isinstance(actor, Seat) and actor.may(Deed.THROW_DICE):
        if at < draw.regulator_from:
            raise RuleBroken(
                "A regulator throws only when no witness has come by %(when)s.",
                when=draw.regulator_from,
            )
        _refuse_barred(draw, actor.user, at)
        return Right(actor.user, "regulator", f"{actor.organisation.name} {actor.user.name}")
    raise RuleBroken("Only a witness of the order, who entered by the link, throws its dice.")


def may_confirm(draw: Draw, actor: Actor, at: datetime) -> Witness:
    """The witness that the actor is; refuses who threw himself, and who is none."""
    user = _user(actor)
    witness = _standing(draw, user) if user is not None else None
    if user is None or witness is None:
        raise RuleBroken("Only another named witness of the order confirms its dice.")
    if user.pk == draw.thrower_id:
        raise RuleBroken("You threw the dice yourself: another witness confirms them.")
    if witness.confirmed_at is not None:
        raise RuleBroken("You confirmed the dice already.")
    _refuse_barred(draw, user, at)
    return witness


def awaited(draw: Draw) -> list[Witness]:
    """The other named witnesses, whose confirmation is still out."""
    others = draw.witnesses.standing().filter(confirmed_at=None)
    return [one for one in others if draw.thrower_id is None or one.user_id != draw.thrower_id]


def _known(witness: Witness | None) -> Witness:
    if witness is None:
        raise RuleBroken("This is no witness of the order: load the page again.")
    return witness


def _standing(draw: Draw, user: User) -> Witness | None:
    return draw.witnesses.standing().filter(user=user).first()


def _refuse_replaced(witness: Witness) -> None:
    if witness.replaced_at is not None:
        raise RuleBroken("Another witness was named in this one's stead: the link works no more.")


def _refuse_barred(draw: Draw, user: User, at: datetime) -> None:
    since = Q(held_until=None) | Q(held_until__gt=draw.committed_at)
    seats = Seat.objects.filter(since, user=user, held_from__lte=at)
    places = Organisation.objects.filter(seats__in=seats)
    if places.filter(standing=Standing.OPERATOR).exists():
        raise RuleBroken("Who has a seat at the operator cannot witness a draw.")
    if places.filter(pk=draw.owner_id).exists():
        raise RuleBroken("Who has a seat at the owner cannot witness the draw of its order.")
    if (facts := draw.facts) is not None:
        listed = [one.uscc for one in facts.entries]
        if places.filter(uscc__in=listed).exists():
            raise RuleBroken("Who has a seat at an agency on the list cannot witness its draw.")


def _user(actor: Actor) -> User | None:
    if isinstance(actor, Seat):
        return actor.user
    return actor if isinstance(actor, User) else None


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
