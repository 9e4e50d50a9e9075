"""Parts of releases that every package says alike, made of rows that no later deed changes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Model

from accounts.models import Organisation
from core.models import Event
from publication import ocds
from publication.models import Notice


def facts(event: Event) -> dict[str, Any]:
    """What was recorded of the deed."""
    said: dict[str, Any] = json.loads(event.content)["facts"]
    return said


def ocid(number: str) -> str:
    """The identifier of the process with this number."""
    return f"{settings.OCID_PREFIX}-{number}"


def unit(organisation: Organisation, *roles: str) -> ocds.Unit:
    if organisation.uscc is None:  # a natural person: no address, no number
        return ocds.Unit(f"GONGXIN-{organisation.code}", organisation.name, roles)
    region = organisation.region.name if organisation.region else ""
    return ocds.Unit(
        id=f"CN-USCC-{organisation.uscc}",
        name=organisation.name,
        roles=roles,
        identifier=ocds.Identifier(organisation.uscc, organisation.name),
        address=ocds.Address(street_address=organisation.address, region=region),
    )


def value(amount: Decimal | None) -> ocds.Value | None:
    return None if amount is None else ocds.Value(amount)


def documents(row: Any, types: Mapping[str, str], **which: Any) -> tuple[ocds.Document, ...]:
    """The notices about a row, as documents; `types` maps their kinds to the standard's."""
    found = Notice.objects.about(row).in_list().filter(**which)
    return tuple(document(notice, types[notice.kind]) for notice in found)


def document(notice: Notice, document_type: str) -> ocds.Document:
    return ocds.Document(
        id=notice.number,
        document_type=document_type,
        title=notice.title,
        url=settings.SITE_URL.rstrip("/") + notice.get_absolute_url(),
        date_published=notice.published_at,
    )


def draw(
    commitment: str, result: Notice, units: Mapping[str | None, ocds.Unit], *, bundle: str
) -> ocds.Draw:
    """What recomputes the choice that a result tells; tickets exist where dice were thrown.

    `bundle`: the path of the file that holds it all.
    """
    said = result.facts["result"]
    drawn = sorted((one for one in said["places"] if one["ticket"]), key=_by_ticket)
    return ocds.Draw(
        rule="draw-0",
        commitment=commitment,
        root=said.get("root") or "",
        seed=said.get("seed") or "",
        digest=result.facts["bundle"],
        url=settings.SITE_URL.rstrip("/") + bundle,
        tickets=tuple(
            ocds.Ticket(units[one["uscc"]].id, one["ticket"], rank)
            for rank, one in enumerate(drawn, 1)
        ),
    )


def _by_ticket(place: dict[str, Any]) -> str:
    return str(place["ticket"])


@dataclass(frozen=True)
class Contest:
    """A process that chooses one unit among those who bid, as its releases tell it.

    `row`: what its notices are about; `types` maps their kinds to the standard's. Each award bears
    the place of its result: a reserve's is the second.
    """

    process: str
    number: str
    title: str
    row: Model
    types: Mapping[str, str]
    result: str  # the kind of notice that tells who was chosen
    letter: str  # and that of the letter to the unit that was

    def documents(self, **which: Any) -> tuple[ocds.Document, ...]:
        return documents(self.row, self.types, **which)

    def corrected(self, event: Event, **otherwise: Any) -> ocds.Release:
        """Another notice took its place; `otherwise`: what that changed of the tender."""
        said = facts(event)
        return ocds.Release(
            number=self.process,
            tag=("tenderAmendment",),
            date=event.at,
            tender=ocds.Tender(
                id=self.process,
                documents=self.documents(number=said["notice"]),
                amendments=(ocds.Amendment(said["notice"], event.at, said["reason"]),),
                **otherwise,
            ),
        )

    def withdrawn(self, event: Event) -> ocds.Release:
        """Nobody may bid any more."""
        return ocds.Release(
            number=self.process,
            tag=("tenderCancellation",),
            date=event.at,
            tender=self._ended(event, "cancelled"),
        )

    def failed(
        self, event: Event, tenderers: Sequence[Organisation], bids: Sequence[ocds.Bid]
    ) -> ocds.Release:
        """Nobody was chosen, or the last who could be has let go."""
        awards = self._cancelled(len(self._results()))
        units = [unit(one, "tenderer") for one in tenderers]
        return ocds.Release(
            number=self.process,
            tag=("tenderUpdate", "awardCancellation") if awards else ("tenderUpdate",),
            date=event.at,
            parties=tuple(units),
            tender=self._ended(
                event,
                "unsuccessful",
                number_of_tenderers=len(units),
                tenderers=tuple(one.reference for one in units),
            ),
            bids=ocds.Bids(tuple(bids)) if bids else None,
            awards=awards,
        )

    def awarded(
        self,
        event: Event,
        tenderers: Sequence[Organisation],
        bids: Sequence[ocds.Bid],
        *,
        commitment: str,
        bundle: str,
    ) -> ocds.Release:
        """The result, with what recomputes it; a reserve's award cancels the one before."""
        said = facts(event)
        winner, roles = said["winner"], ("tenderer", "supplier")
        units = {one.uscc: unit(one, *roles[: 2 if one.uscc == winner else 1]) for one in tenderers}
        results = self._results()
        place = next(n for n, one in enumerate(results, 1) if one.number == said["notice"])
        result = results[place - 1]
        award = ocds.Award(
            id=self._award(place),
            status="active",
            title=self.title,
            date=event.at,
            value=value(Decimal(said["amount"])),
            suppliers=(units[winner].reference,),
            documents=(
                *self.documents(number=result.number),
                *self.documents(follows=result, kind=self.letter),
            ),
        )
        return ocds.Release(
            number=self.process,
            tag=("award", "awardUpdate") if place > 1 else ("award",),
            date=event.at,
            parties=tuple(units.values()),
            tender=ocds.Tender(
                id=self.process,
                status="complete",
                number_of_tenderers=len(units),
                tenderers=tuple(one.reference for one in units.values()),
                draw=draw(commitment, result, units, bundle=bundle),
            ),
            bids=ocds.Bids(tuple(bids)),
            awards=(*self._cancelled(place - 1), award),
        )

    def award_of(self, supplier: Organisation) -> str:
        """The award to a unit: nobody is awarded the same thing twice."""
        winners: list[Any] = [one.facts["winner"] for one in self._results()]
        return self._award(winners.index(supplier.uscc) + 1)

    def _ended(self, event: Event, status: str, **more: Any) -> ocds.Tender:
        said = facts(event)
        return ocds.Tender(
            id=self.process,
            status=status,
            documents=self.documents(number=said["notice"]),
            amendments=(ocds.Amendment(said["notice"], event.at, said["reason"]),),
            **more,
        )

    def _results(self) -> list[Notice]:
        """In their order."""
        return list(Notice.objects.about(self.row).filter(kind=self.result).defer("paper"))

    def _cancelled(self, awards: int) -> tuple[ocds.Award, ...]:
        """The first ones, which came to nothing."""
        return tuple(ocds.Award(self._award(n), "cancelled") for n in range(1, awards + 1))

    def _award(self, place: int) -> str:
        return f"{self.number}-{place}"
