"""What a deed about a service order makes known as an Open Contracting release.

Each release says only what its own deed decided, from rows that no later deed changes: so the
releases of an order merge to the same record in whatever order the news was carried.
"""

from decimal import Decimal
from typing import Any

from django.urls import reverse

from contracts import ocds as contracts
from contracts.models import Agreement
from core.models import Event
from marketplace.models import Bid, Method, ServiceOrder
from publication import ocds, releases
from publication.models import Notice
from publication.release_parts import documents, draw, facts, unit, value

KINDS = {
    "order-notice": "tenderNotice",
    "order-withdrawal": "cancellationDetails",
    "order-failure": "cancellationDetails",
    "order-result": "awardNotice",
    "award-letter": "awardNotice",
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
    owner = unit(order.owner, "buyer", "procuringEntity")
    limit = order.price if order.price is not None else order.limit
    return ocds.Release(
        number=_number(order),
        tag=("tender",),
        date=event.at,
        parties=(owner,),
        buyer=owner.reference,
        planning=ocds.Planning(
            budget=ocds.Budget(amount=value(order.budget), project=order.project_code)
            if order.budget is not None
            else None
        ),
        tender=ocds.Tender(
            id=_number(order),
            status="active",
            title=order.title,
            description=order.content,
            procuring_entity=owner.reference,
            items=tuple(ocds.Item(item.code, item.name) for item in order.items.order_by("pk")),
            value=value(limit),
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
            documents=_documents(order, number=facts(event)["notice"]),
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
            documents=_documents(order, number=facts(event)["notice"]),
            amendments=(ocds.Amendment("withdrawal", event.at, facts(event)["reason"]),),
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
        parties=tuple(unit(bid.bidder, "tenderer") for bid in bids),
        tender=ocds.Tender(
            id=_number(order),
            status="unsuccessful",
            number_of_tenderers=len(bids),
            tenderers=tuple(unit(bid.bidder, "tenderer").reference for bid in bids),
            documents=_documents(order, number=facts(event)["notice"]),
            amendments=(ocds.Amendment("failure", event.at, facts(event)["reason"]),),
        ),
        bids=ocds.Bids(tuple(map(_bid, bids))) if bids else None,
        awards=awards,
    )


def awarded(event: Event) -> ocds.Release:
    """The result, with what recomputes it; a reserve's award cancels the one before."""
    order = _order(event.subject_code)
    told = facts(event)
    bids = _bids(order)
    winner = told["winner"]
    units = {
        bid.bidder.uscc: unit(
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
            draw=draw(
                order.commitment,
                result,
                units,
                bundle=reverse("marketplace:order-bundle", args=[order.number]),
            ),
        ),
        bids=ocds.Bids(tuple(map(_bid, bids))),
        awards=(
            *(ocds.Award(_award_id(order, n), "cancelled") for n in range(1, place)),
            ocds.Award(
                id=_award_id(order, place),
                status="active",
                title=order.title,
                date=event.at,
                value=value(Decimal(told["amount"])),
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
    agreement = contracts.about(event, ServiceOrder)
    if agreement is None:
        return None
    order = _order(agreement.subject_code)
    return ocds.Release(
        number=_number(order),
        tag=("contract",),
        date=event.at,
        parties=(unit(contracts.supplier(agreement), "tenderer", "supplier"),),
        contracts=(contracts.signed(agreement, _award_of(order, agreement)),),
    )


def accepted(event: Event) -> ocds.Release | None:
    """A milestone is met; None for an agreement about anything else."""
    agreement = contracts.about(event, ServiceOrder)
    if agreement is None:
        return None
    order = _order(agreement.subject_code)
    return ocds.Release(
        number=_number(order),
        tag=("implementation",),
        date=event.at,
        contracts=(contracts.met(event, agreement, _award_of(order, agreement)),),
    )


def ended(event: Event) -> ocds.Release | None:
    """The contract is fulfilled, or was ended by consent."""
    agreement = contracts.about(event, ServiceOrder)
    if agreement is None:
        return None
    order = _order(agreement.subject_code)
    return ocds.Release(
        number=_number(order),
        tag=("contractTermination",),
        date=event.at,
        contracts=(contracts.ended(agreement, _award_of(order, agreement)),),
    )


# ── parts of releases ────────────────────────────────────────────────────────────────────────────


def _order(code: str) -> ServiceOrder:
    return ServiceOrder.objects.select_related("owner__region", "region").get(code=code)


def _number(order: ServiceOrder) -> str:
    assert order.number is not None  # noqa: S101 (published)
    return order.number


def _documents(order: ServiceOrder, **which: Any) -> tuple[ocds.Document, ...]:
    return documents(order, KINDS, **which)


def _results(order: ServiceOrder) -> list[Notice]:
    """The results in their order: the award of each bears its place."""
    return list(Notice.objects.about(order).filter(kind="order-result").defer("paper"))


def _award_of(order: ServiceOrder, agreement: Agreement) -> str:
    """The award that led to the agreement: nobody is awarded an order twice."""
    winners = [one.facts["winner"] for one in _results(order)]
    return _award_id(order, winners.index(contracts.supplier(agreement).uscc) + 1)


def _award_id(order: ServiceOrder, place: int) -> str:
    return f"{order.number}-{place}"


def _bids(order: ServiceOrder) -> list[Bid]:
    return list(order.bids.standing().select_related("bidder__region"))


def _bid(bid: Bid) -> ocds.Bid:
    return ocds.Bid(
        id=bid.code,
        status="valid" if bid.eligible else "disqualified",
        tenderers=(unit(bid.bidder, "tenderer").reference,),
        date=bid.received_at,
        value=value(bid.price),
    )
