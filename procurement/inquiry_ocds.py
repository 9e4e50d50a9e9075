"""What a deed about an inquiry makes known as an Open Contracting release."""

import re
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from contracts import ocds as contracts
from contracts.models import Agreement
from core.models import Event
from procurement.models import Procedure, Quote
from publication import ocds, releases
from publication.models import Notice
from publication.release_parts import documents, draw, facts, ocid, unit, value
from selection.methods import lowest

KINDS = {
    "inquiry-notice": "tenderNotice",
    "inquiry-withdrawal": "cancellationDetails",
    "inquiry-failure": "cancellationDetails",
    "inquiry-opening": "bidders",
    "inquiry-result": "awardNotice",
    "inquiry-award-letter": "awardNotice",
    "inquiry-acceptance": "completionCertificate",
}


def register() -> None:
    """Called once, from `procurement.ocds`."""
    for name, builder in {
        "procedure.published": published,
        "procedure.withdrawn": withdrawn,
        "procedure.opened": opened,
        "procedure.awarded": awarded,
        "procedure.failed": failed,
        "procedure.completed": completed,
        "agreement.concluded": contracted,
        "delivery.accepted": accepted,
        "agreement.fulfilled": ended,
        "agreement.terminated": ended,
    }.items():
        releases.listen(name, builder)


def published(event: Event) -> ocds.Release:
    """The notice: what is asked for, of whom, until when, and the draw's commitment."""
    procedure = _procedure(event.subject_code)
    need = procedure.need
    owner = unit(procedure.owner, "buyer", "procuringEntity")
    item = ocds.Item(need.item or procedure.kind, need.item_name or procedure.title)
    return ocds.Release(
        number=procedure.process,
        tag=("tender",),
        date=event.at,
        parties=(owner,),
        buyer=owner.reference,
        planning=ocds.Planning(
            budget=ocds.Budget(procedure.funding, ocds.Value(procedure.budget), procedure.title)
        ),
        tender=ocds.Tender(
            id=procedure.process,
            status="active",
            title=procedure.title,
            description=procedure.content,
            procuring_entity=owner.reference,
            items=(item,),
            value=ocds.Value(procedure.limit),
            procurement_method="open",
            procurement_method_details=f"询价（{procedure.number}）",
            main_procurement_category=procedure.kind,
            award_criteria="priceOnly",
            award_criteria_details="有效报价中最低的成交，同价的公开抽取确定",
            submission_method=("electronicSubmission",),
            submission_method_details="密封报价，截止时间之后由系统开启",
            tender_period=ocds.Period(procedure.published_at, procedure.open_until),
            award_period=ocds.Period(procedure.choose_at),
            eligibility_criteria=procedure.qualifications,
            documents=documents(procedure, KINDS, number=facts(event)["notice"]),
            draw=ocds.Draw(rule="draw-0", commitment=procedure.commitment),
        ),
        related_processes=tuple(_related(procedure)),
    )


def withdrawn(event: Event) -> ocds.Release:
    procedure, said = _procedure(event.subject_code), facts(event)
    return ocds.Release(
        number=procedure.process,
        tag=("tenderCancellation",),
        date=event.at,
        tender=ocds.Tender(
            id=procedure.process,
            status="cancelled",
            documents=documents(procedure, KINDS, number=said["notice"]),
            amendments=(ocds.Amendment(said["notice"], event.at, said["reason"]),),
        ),
    )


def opened(event: Event) -> ocds.Release:
    """Who quoted what, as the envelopes say it; nobody has examined them yet."""
    procedure = _procedure(event.subject_code)
    quotes = _quotes(procedure)
    notice = Notice.objects.get(number=facts(event)["notice"])
    prices = {one["supplier"]: one["price"] for one in notice.facts["quotes"]}
    return ocds.Release(
        number=procedure.process,
        tag=("tenderUpdate",),
        date=event.at,
        parties=tuple(unit(quote.supplier, "tenderer") for quote in quotes),
        tender=ocds.Tender(
            id=procedure.process,
            number_of_tenderers=len(quotes),
            tenderers=tuple(unit(quote.supplier, "tenderer").reference for quote in quotes),
            documents=documents(procedure, KINDS, number=notice.number),
        ),
        bids=ocds.Bids(
            tuple(
                _bid(quote, "pending", prices.get(quote.supplier.uscc or "", ""))
                for quote in quotes
            )
        ),
    )


def awarded(event: Event) -> ocds.Release:
    """The result, with what recomputes it; a reserve's award cancels the one before."""
    procedure, said = _procedure(event.subject_code), facts(event)
    quotes, winner = _quotes(procedure), said["winner"]
    units = {
        quote.supplier.uscc: unit(
            quote.supplier,
            *(("tenderer", "supplier") if quote.supplier.uscc == winner else ("tenderer",)),
        )
        for quote in quotes
    }
    results = _results(procedure)
    place = next(n for n, one in enumerate(results, 1) if one.number == said["notice"])
    result = results[place - 1]
    return ocds.Release(
        number=procedure.process,
        tag=("award", "awardUpdate") if place > 1 else ("award",),
        date=event.at,
        parties=tuple(units.values()),
        tender=ocds.Tender(
            id=procedure.process,
            status="complete",
            draw=draw(
                procedure.commitment,
                result,
                units,
                bundle=reverse("procurement:inquiry-bundle", args=[procedure.number]),
            ),
        ),
        bids=ocds.Bids(tuple(map(_judged, quotes))),
        awards=(
            *(ocds.Award(_award_id(procedure, n), "cancelled") for n in range(1, place)),
            ocds.Award(
                id=_award_id(procedure, place),
                status="active",
                title=procedure.title,
                date=event.at,
                value=ocds.Value(Decimal(said["amount"])),
                suppliers=(units[winner].reference,),
                documents=(
                    *documents(procedure, KINDS, number=result.number),
                    *documents(procedure, KINDS, follows=result, kind="inquiry-award-letter"),
                ),
            ),
        ),
    )


def failed(event: Event) -> ocds.Release:
    """Too few quotes, or too few valid ones; or the last who could be chosen has let go."""
    procedure, said = _procedure(event.subject_code), facts(event)
    quotes = _quotes(procedure)
    awards = tuple(
        ocds.Award(_award_id(procedure, place), "cancelled")
        for place, _result in enumerate(_results(procedure), 1)
    )
    return ocds.Release(
        number=procedure.process,
        tag=("tenderUpdate", "awardCancellation") if awards else ("tenderUpdate",),
        date=event.at,
        parties=tuple(unit(quote.supplier, "tenderer") for quote in quotes),
        tender=ocds.Tender(
            id=procedure.process,
            status="unsuccessful",
            number_of_tenderers=len(quotes),
            tenderers=tuple(unit(quote.supplier, "tenderer").reference for quote in quotes),
            documents=documents(procedure, KINDS, number=said["notice"]),
            amendments=(ocds.Amendment(said["notice"], event.at, said["reason"]),),
        ),
        bids=ocds.Bids(tuple(map(_judged, quotes))) if quotes else None,
        awards=awards,
    )


def contracted(event: Event) -> ocds.Release | None:
    """The contract with its stages; None for an agreement about anything else."""
    agreement = contracts.about(event, Procedure)
    if agreement is None:
        return None
    procedure = _procedure(agreement.subject_code)
    return ocds.Release(
        number=procedure.process,
        tag=("contract",),
        date=event.at,
        parties=(unit(contracts.supplier(agreement), "tenderer", "supplier"),),
        contracts=(contracts.signed(agreement, _award_of(procedure, agreement)),),
    )


def accepted(event: Event) -> ocds.Release | None:
    """A milestone is met; None for an agreement about anything else."""
    agreement = contracts.about(event, Procedure)
    if agreement is None:
        return None
    procedure = _procedure(agreement.subject_code)
    return ocds.Release(
        number=procedure.process,
        tag=("implementation",),
        date=event.at,
        contracts=(contracts.met(event, agreement, _award_of(procedure, agreement)),),
    )


def completed(event: Event) -> ocds.Release:
    """Everything is accepted, and the acceptance published."""
    procedure = _procedure(event.subject_code)
    agreement = Agreement.objects.about(procedure).get(state="fulfilled")
    report = documents(procedure, KINDS, number=facts(event)["notice"])
    return ocds.Release(
        number=procedure.process,
        tag=("implementation",),
        date=event.at,
        contracts=(
            ocds.Contract(
                id=agreement.number,
                award_id=_award_of(procedure, agreement),
                implementation=ocds.Implementation(documents=report),
            ),
        ),
    )


def ended(event: Event) -> ocds.Release | None:
    """The contract is fulfilled, or was ended by consent."""
    agreement = contracts.about(event, Procedure)
    if agreement is None:
        return None
    procedure = _procedure(agreement.subject_code)
    return ocds.Release(
        number=procedure.process,
        tag=("contractTermination",),
        date=event.at,
        contracts=(contracts.ended(agreement, _award_of(procedure, agreement)),),
    )


# ── parts of releases ────────────────────────────────────────────────────────────────────────────


def _procedure(code: str) -> Procedure:
    return Procedure.objects.select_related("owner__region", "need").get(code=code)


def _related(procedure: Procedure) -> list[ocds.RelatedProcess]:
    """The need's own process, and the unsuccessful one that this one follows, where it does."""
    need = procedure.need
    earlier = (
        need.procedures.exclude(number=None)
        .filter(published_at__lt=procedure.published_at)
        .order_by("published_at", "pk")
        .last()
    )
    if earlier is None or need.number is None:
        return []
    planning = _process(need.number, "planning", need.title)
    if earlier.process == need.number:
        return [_process(need.number, "planning", need.title, "unsuccessfulProcess")]
    return [planning, _process(earlier.process, "unsuccessfulProcess", earlier.title)]


def _process(number: str, kind: str, title: str, *more: str) -> ocds.RelatedProcess:
    return ocds.RelatedProcess(
        id=number,
        relationship=(kind, *more),
        title=title,
        identifier=ocid(number),
        uri=settings.SITE_URL.rstrip("/") + reverse("publication:ocds-record", args=[number]),
    )


def _quotes(procedure: Procedure) -> list[Quote]:
    """The frozen list."""
    return list(procedure.quotes.standing().select_related("supplier__region"))


def _judged(quote: Quote) -> ocds.Bid:
    """As examined; of quotes that were too few to be opened nobody says what they hold."""
    judged = {True: "valid", False: "disqualified", None: "pending"}[quote.is_valid]
    return _bid(quote, judged, quote.price)


def _bid(quote: Quote, status: str, price: str) -> ocds.Bid:
    return ocds.Bid(
        id=quote.code,
        status=status,
        tenderers=(unit(quote.supplier, "tenderer").reference,),
        date=quote.received_at,
        value=value(Decimal(price) if re.fullmatch(lowest.PRICE, price) else None),
    )


def _results(procedure: Procedure) -> list[Notice]:
    """The results in their order: the award of each bears its place."""
    return list(Notice.objects.about(procedure).filter(kind="inquiry-result").defer("paper"))


def _award_of(procedure: Procedure, agreement: Agreement) -> str:
    """The award that led to the agreement: nobody is awarded an inquiry twice."""
    winners: list[Any] = [one.facts["winner"] for one in _results(procedure)]
    return _award_id(procedure, winners.index(contracts.supplier(agreement).uscc) + 1)


def _award_id(procedure: Procedure, place: int) -> str:
    return f"{procedure.number}-{place}"
