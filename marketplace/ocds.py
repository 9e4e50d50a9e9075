"""What a deed about a service order makes known as an Open Contracting release.

Each release says only what its own deed decided, from rows that no later deed changes: so the
releases of an order merge to the same record in whatever order the news was carried.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Organisation
from contracts.models import Agreement, Deliverable, Side
from core.models import Event
from marketplace.models import Bid, Method, ServiceOrder
from publication import ocds, releases
from publication.models import Notice

KINDS = {
    "order-notice": "tenderNotice",
    "order-withdrawal": "cancellationDetails",
    "order-failure": "cancellationDetails",
    "order-result": "awardNotice",
    "award-letter": "awardNotice",
    "agreement-notice": "contractNotice",
}


def register() -> None:
    """Called once, from `apps.py`."""
    for name, builder in {
        "order.published": published,
        "order.withdrawn": withdrawn,
        "order.failed": failed,
        "order.awarded": awarded,
        "agreement.concluded": contracted,
        "delivery.accepted": accepted,
        "agreement.fulfilled": ended,
        "agreement.terminated": ended,
    }.items():
        releases.listen(name, builder)


def published(event: Event) -> ocds.Release:
    """The notice: what is wanted, of whom, how one is chosen, and the draw's commitment."""
    order = _order(event.subject_code)
    owner = _unit(order.owner, "buyer", "procuringEntity")
    limit = order.price if order.price is not None else order.limit
    return ocds.Release(
        number=_number(order),
        tag=("tender",),
        date=event.at,
        parties=(owner,),
        buyer=owner.reference,
        planning=ocds.Planning(
            budget=ocds.Budget(amount=_value(order.budget), project=order.project_code)
            if order.budget is not None
            else None
        ),
        tender=ocds.Tender(
            id=_number(order),
            status="active",
            title=order.title,
            description=order.content,
            procuring_entity=owner.reference,
            items=tuple(_items(order)),
            value=_value(limit),
            procurement_method="open",
            procurement_method_details=order.get_method_display(),
            procurement_method_rationale=order.get_regime_display(),
            main_procurement_category="services",
            award_criteria="priceOnly" if order.method == Method.LOWEST else "",
            award_criteria_details="最低价中选，同价的公开抽取确定"
            if order.method == Method.LOWEST
            else "价格固定，在符合要求的报名机构中公开抽取",
            submission_method=("electronicSubmission",),
            tender_period=ocds.Period(order.published_at, order.open_until),
            award_period=ocds.Period(order.choose_at),
            documents=_documents(order, number=_facts(event)["notice"]),
            draw=ocds.Draw(rule="draw-0", commitment=order.commitment),
        ),
    )


def withdrawn(event: Event) -> ocds.Release:
    order = _order(event.subject_code)
    return ocds.Release(
        number=_number(order),
        tag=("tenderCancellation",),
        date=event.at,
        tender=ocds.Tender(
            id=_number(order),
            status="cancelled",
            documents=_documents(order, number=_facts(event)["notice"]),
            amendments=(ocds.Amendment("withdrawal", event.at, _facts(event)["reason"]),),
        ),
    )


def failed(event: Event) -> ocds.Release:
    """Nobody was chosen, or the last who could be has let go."""
    order = _order(event.subject_code)
    bids = _bids(order)
    awards = tuple(
        ocds.Award(_award_id(order, place), "cancelled")
        for place, _result in enumerate(_results(order), 1)
    )
    return ocds.Release(
        number=_number(order),
        tag=("tenderUpdate", "awardCancellation") if awards else ("tenderUpdate",),
        date=event.at,
        parties=tuple(_unit(bid.bidder, "tenderer") for bid in bids),
        tender=ocds.Tender(
            id=_number(order),
            status="unsuccessful",
            number_of_tenderers=len(bids),
            tenderers=tuple(_unit(bid.bidder, "tenderer").reference for bid in bids),
            documents=_documents(order, number=_facts(event)["notice"]),
            amendments=(ocds.Amendment("failure", event.at, _facts(event)["reason"]),),
        ),
        bids=ocds.Bids(tuple(map(_bid, bids))) if bids else None,
        awards=awards,
    )


def awarded(event: Event) -> ocds.Release:
    """The result, with what recomputes it; a reserve's award cancels the one before."""
    order = _order(event.subject_code)
    told = _facts(event)
    bids = _bids(order)
    winner = told["winner"]
    units = {
        bid.bidder.uscc: _unit(
            bid.bidder, *(("tenderer", "supplier") if bid.bidder.uscc == winner else ("tenderer",))
        )
        for bid in bids
    }
    results = _results(order)
    place = next(n for n, one in enumerate(results, 1) if one.number == told["notice"])
    result = results[place - 1]
    return ocds.Release(
        number=_number(order),
        tag=("award", "awardUpdate") if place > 1 else ("award",),
        date=event.at,
        parties=tuple(units.values()),
        tender=ocds.Tender(
            id=_number(order),
            status="complete",
            number_of_tenderers=len(bids),
            tenderers=tuple(unit.reference for unit in units.values()),
            draw=_draw(order, result, units),
        ),
        bids=ocds.Bids(tuple(map(_bid, bids))),
        awards=(
            *(ocds.Award(_award_id(order, n), "cancelled") for n in range(1, place)),
            ocds.Award(
                id=_award_id(order, place),
                status="active",
                title=order.title,
                date=event.at,
                value=_value(Decimal(told["amount"])),
                suppliers=(units[winner].reference,),
                documents=(
                    *_documents(order, number=result.number),
                    *_documents(order, follows=result, kind="award-letter"),
                ),
            ),
        ),
    )


def contracted(event: Event) -> ocds.Release | None:
    """The contract with its stages; None for an agreement about anything else."""
    agreement = _agreement(event.subject_code)
    if agreement is None:
        return None
    order = _order(agreement.subject_code)
    agency = agreement.parties.select_related("organisation__region").get(side=Side.AGENCY)
    stages = list(agreement.milestones.all())
    assert agreement.concluded_at is not None  # noqa: S101 (concluded)
    return ocds.Release(
        number=_number(order),
        tag=("contract",),
        date=event.at,
        parties=(_unit(agency.organisation, "tenderer", "supplier"),),
        contracts=(
            ocds.Contract(
                id=agreement.number,
                award_id=_award_of(order, agreement),
                status="active",
                title=agreement.title,
                value=_value(agreement.amount),
                date_signed=agreement.concluded_at,
                period=ocds.Period(
                    agreement.concluded_at,
                    max((one.due_at for one in stages if one.due_at), default=None),
                ),
                documents=_documents(order, facts__number=agreement.number),
                implementation=ocds.Implementation(
                    tuple(
                        ocds.Milestone(
                            id=one.number,
                            status="scheduled",
                            title=one.title,
                            type="delivery",
                            due_date=one.due_at,
                        )
                        for one in stages
                    )
                ),
            ),
        ),
    )


def accepted(event: Event) -> ocds.Release | None:
    """A milestone is met, on the day its deliverable was handed in."""
    agreement = _agreement(event.subject_code)
    if agreement is None:
        return None
    order = _order(agreement.subject_code)
    told = _facts(event)
    of = Deliverable.objects.select_related("milestone__agreement")
    done = of.get(
        milestone__agreement=agreement, milestone__place=told["milestone"], state="accepted"
    )
    met = ocds.Milestone(id=done.milestone.number, status="met", date_met=done.handed_in_at)
    return ocds.Release(
        number=_number(order),
        tag=("implementation",),
        date=event.at,
        contracts=(
            ocds.Contract(
                id=agreement.number,
                award_id=_award_of(order, agreement),
                implementation=ocds.Implementation((met,)),
            ),
        ),
    )


def ended(event: Event) -> ocds.Release | None:
    """The contract is fulfilled, or was ended by consent: the standard knows one word for both."""
    agreement = _agreement(event.subject_code)
    if agreement is None:
        return None
    order = _order(agreement.subject_code)
    return ocds.Release(
        number=_number(order),
        tag=("contractTermination",),
        date=event.at,
        contracts=(
            ocds.Contract(
                id=agreement.number,
                award_id=_award_of(order, agreement),
                status="terminated",
            ),
        ),
    )


# ── parts of releases ────────────────────────────────────────────────────────────────────────────


def _order(code: str) -> ServiceOrder:
    return ServiceOrder.objects.select_related("owner__region", "region").get(code=code)


def _agreement(code: str) -> Agreement | None:
    subject = ServiceOrder._meta.label_lower
    return Agreement.objects.filter(code=code, subject=subject).first()


def _number(order: ServiceOrder) -> str:
    assert order.number is not None  # noqa: S101 (published)
    return order.number


def _facts(event: Event) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(event.content)["facts"]
    return facts


def _unit(unit: Organisation, *roles: str) -> ocds.Unit:
    if unit.uscc is None:  # a natural person: no address, no number
        return ocds.Unit(f"GONGXIN-{unit.code}", unit.name, roles)
    region = unit.region.name if unit.region else ""
    return ocds.Unit(
        id=f"CN-USCC-{unit.uscc}",
        name=unit.name,
        roles=roles,
        identifier=ocds.Identifier(unit.uscc, unit.name),
        address=ocds.Address(street_address=unit.address, region=region),
    )


def _value(amount: Decimal | None) -> ocds.Value | None:
    return None if amount is None else ocds.Value(amount)


def _items(order: ServiceOrder) -> Iterable[ocds.Item]:
    for place, item in enumerate(order.items.order_by("pk"), 1):
        kind = ocds.Classification("GONGXIN", item.code, item.name)
        yield ocds.Item(str(place), item.name, kind)


def _documents(order: ServiceOrder, **which: Any) -> tuple[ocds.Document, ...]:
    site = settings.SITE_URL.rstrip("/")
    return tuple(
        ocds.Document(
            id=notice.number,
            document_type=KINDS[notice.kind],
            title=notice.title,
            url=site + notice.get_absolute_url(),
            date_published=notice.published_at,
        )
        for notice in Notice.objects.about(order).in_list().filter(**which)
    )


def _results(order: ServiceOrder) -> list[Notice]:
    """The results in their order: the award of each bears its place."""
    return list(Notice.objects.about(order).filter(kind="order-result").defer("paper"))


def _award_of(order: ServiceOrder, agreement: Agreement) -> str:
    """The award that led to the agreement: nobody is awarded an order twice."""
    agency = agreement.parties.select_related("organisation").get(side=Side.AGENCY).organisation
    winners = [one.facts["winner"] for one in _results(order)]
    return _award_id(order, winners.index(agency.uscc) + 1)


def _award_id(order: ServiceOrder, place: int) -> str:
    return f"{order.number}-{place}"


def _bids(order: ServiceOrder) -> list[Bid]:
    return list(order.bids.standing().select_related("bidder__region"))


def _bid(bid: Bid) -> ocds.Bid:
    return ocds.Bid(
        id=bid.code,
        status="valid" if bid.eligible else "disqualified",
        tenderers=(_unit(bid.bidder, "tenderer").reference,),
        date=bid.received_at,
        value=_value(bid.price),
    )


def _draw(order: ServiceOrder, result: Notice, units: dict[str | None, ocds.Unit]) -> ocds.Draw:
    """What recomputes the choice; tickets exist where dice were thrown."""
    said = result.facts["result"]
    drawn = sorted((one for one in said["places"] if one["ticket"]), key=_by_ticket)
    bundle = reverse("marketplace:order-bundle", args=[order.number])
    return ocds.Draw(
        rule="draw-0",
        commitment=order.commitment,
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
