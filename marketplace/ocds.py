"""What a deed about a service order makes known as an Open Contracting release.

Each release says only what its own deed decided, from rows that no later deed changes: so the
releases of an order merge to the same record in whatever order the news was carried.
"""

from django.urls import reverse

from accounts.models import Organisation
from contracts import ocds as contracts
from contracts.models import Agreement
from core.models import Event
from marketplace.models import Bid, Method, ServiceOrder
from publication import ocds, releases
from publication.release_parts import Contest, documents, facts, unit, value

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
        "order.witnesses-changed": witnesses_changed,
        "order.withdrawn": withdrawn,
        "order.failed": failed,
        "order.awarded": awarded,
    }.items():
        releases.listen(name, builder)
    contracts.listen(ServiceOrder, _follows)


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
            documents=documents(order, KINDS, number=facts(event)["notice"]),
            draw=ocds.Draw(rule="draw-0", commitment=order.commitment),
        ),
    )


def witnesses_changed(event: Event) -> ocds.Release:
    """The notice that names other witnesses: nothing else of the process is another."""
    return _contest(_order(event.subject_code)).corrected(event)


def withdrawn(event: Event) -> ocds.Release:
    return _contest(_order(event.subject_code)).withdrawn(event)


def failed(event: Event) -> ocds.Release:
    order = _order(event.subject_code)
    return _contest(order).failed(event, *_bids(order))


def awarded(event: Event) -> ocds.Release:
    order = _order(event.subject_code)
    bundle = reverse("marketplace:order-bundle", args=[order.number])
    return _contest(order).awarded(event, *_bids(order), commitment=order.commitment, bundle=bundle)


# ── parts of releases ────────────────────────────────────────────────────────────────────────────


def _order(code: str) -> ServiceOrder:
    return ServiceOrder.objects.select_related("owner__region", "region").get(code=code)


def _number(order: ServiceOrder) -> str:
    assert order.number is not None  # noqa: S101 (published)
    return order.number


def _contest(order: ServiceOrder) -> Contest:
    return Contest(
        process=_number(order),
        number=_number(order),
        title=order.title,
        row=order,
        types=KINDS,
        result="order-result",
        letter="award-letter",
    )


def _follows(agreement: Agreement) -> tuple[str, str]:
    order = _order(agreement.subject_code)
    return _number(order), _contest(order).award_of(contracts.supplier(agreement))


def _bids(order: ServiceOrder) -> tuple[list[Organisation], list[ocds.Bid]]:
    """Who bid, and what."""
    bids = list(order.bids.standing().select_related("bidder__region"))
    return [bid.bidder for bid in bids], [_bid(bid) for bid in bids]


def _bid(bid: Bid) -> ocds.Bid:
    return ocds.Bid(
        id=bid.code,
        status="valid" if bid.eligible else "disqualified",
        tenderers=(unit(bid.bidder, "tenderer").reference,),
        date=bid.received_at,
        value=value(bid.price),
    )
