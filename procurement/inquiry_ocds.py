"""What a deed about an inquiry makes known as an Open Contracting release."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Organisation
from contracts import ocds as contracts
from contracts.models import Agreement
from core.models import Event
from procurement.models import Procedure, Quote
from publication import ocds, releases
from publication.models import Notice
from publication.release_parts import Contest, documents, facts, ocid, unit, value
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
        "procedure.corrected": corrected,
        "procedure.witnesses-changed": witnesses_changed,
        "procedure.withdrawn": withdrawn,
        "procedure.opened": opened,
        "procedure.awarded": awarded,
        "procedure.failed": failed,
        "procedure.completed": completed,
    }.items():
        releases.listen(name, builder)
    contracts.listen(Procedure, _follows)


def published(event: Event) -> ocds.Release:
    """The notice: what is asked for, of whom, until when, and the draw's commitment.

    What a correction may have changed since is read from the notice.
    """
    procedure = _procedure(event.subject_code)
    need, stated = procedure.need, _stated(event)
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
            description=stated["content"],
            procuring_entity=owner.reference,
            items=(item,),
            value=ocds.Value(Decimal(stated["ceiling"])),
            procurement_method="open",
            procurement_method_details=f"询价（{procedure.number}）",
            main_procurement_category=procedure.kind,
            award_criteria="priceOnly",
            award_criteria_details="有效报价中最低的成交，同价的公开抽取确定",
            submission_method=("electronicSubmission",),
            submission_method_details="密封报价，截止时间之后由系统开启",
            tender_period=ocds.Period(procedure.published_at, _instant(stated, "open_until")),
            award_period=ocds.Period(_instant(stated, "choose_at")),
            eligibility_criteria=procedure.qualifications,
            documents=documents(procedure, KINDS, number=facts(event)["notice"]),
            draw=ocds.Draw(rule="draw-0", commitment=procedure.commitment),
        ),
        related_processes=tuple(_related(procedure)),
    )


def corrected(event: Event) -> ocds.Release:
    """What the corrected notice states otherwise, its periods, and why."""
    procedure, stated = _procedure(event.subject_code), _stated(event)
    changed = facts(event)["changed"]
    return _contest(procedure).corrected(
        event,
        description=stated["content"] if "content" in changed else "",
        value=ocds.Value(Decimal(stated["ceiling"])) if "ceiling" in changed else None,
        tender_period=ocds.Period(procedure.published_at, _instant(stated, "open_until")),
        award_period=ocds.Period(_instant(stated, "choose_at")),
    )


def witnesses_changed(event: Event) -> ocds.Release:
    """The notice that names other witnesses: nothing else of the process is another."""
    return _contest(_procedure(event.subject_code)).corrected(event)


def withdrawn(event: Event) -> ocds.Release:
    return _contest(_procedure(event.subject_code)).withdrawn(event)


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
    procedure = _procedure(event.subject_code)
    bundle = reverse("procurement:inquiry-bundle", args=[procedure.number])
    return _contest(procedure).awarded(
        event, *_judged(procedure), commitment=procedure.commitment, bundle=bundle
    )


def failed(event: Event) -> ocds.Release:
    """Too few quotes, or too few valid ones; or the last who could be chosen has let go."""
    procedure = _procedure(event.subject_code)
    return _contest(procedure).failed(event, *_judged(procedure))


def completed(event: Event) -> ocds.Release:
    """Everything is accepted, and the acceptance published."""
    procedure = _procedure(event.subject_code)
    agreement = Agreement.objects.about(procedure).get(state="fulfilled")
    process, award = _follows(agreement)
    report = documents(procedure, KINDS, number=facts(event)["notice"])
    return ocds.Release(
        number=process,
        tag=("implementation",),
        date=event.at,
        contracts=(
            ocds.Contract(
                id=agreement.number,
                award_id=award,
                implementation=ocds.Implementation(documents=report),
            ),
        ),
    )


# ── parts of releases ────────────────────────────────────────────────────────────────────────────


def _procedure(code: str) -> Procedure:
    return Procedure.objects.select_related("owner__region", "need").get(code=code)


def _contest(procedure: Procedure) -> Contest:
    assert procedure.number is not None  # noqa: S101 (published)
    return Contest(
        process=procedure.process,
        number=procedure.number,
        title=procedure.title,
        row=procedure,
        types=KINDS,
        result="inquiry-result",
        letter="inquiry-award-letter",
    )


def _follows(agreement: Agreement) -> tuple[str, str]:
    procedure = _procedure(agreement.subject_code)
    return procedure.process, _contest(procedure).award_of(contracts.supplier(agreement))


def _stated(event: Event) -> dict[str, Any]:
    """What the notice of a deed states, for machines."""
    return dict(Notice.objects.get(number=facts(event)["notice"]).facts)


def _instant(stated: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(stated[name])


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


def _judged(procedure: Procedure) -> tuple[list[Organisation], list[ocds.Bid]]:
    """Who quoted, and what, as examined; what quotes too few to be opened hold, nobody says."""
    judged = {True: "valid", False: "disqualified", None: "pending"}
    quotes = _quotes(procedure)
    bids = [_bid(quote, judged[quote.is_valid], quote.price) for quote in quotes]
    return [quote.supplier for quote in quotes], bids


def _bid(quote: Quote, status: str, price: str) -> ocds.Bid:
    return ocds.Bid(
        id=quote.code,
        status=status,
        tenderers=(unit(quote.supplier, "tenderer").reference,),
        date=quote.received_at,
        value=value(Decimal(price) if re.fullmatch(lowest.PRICE, price) else None),
    )
