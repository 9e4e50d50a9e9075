"""Finished papers of agreements: kept word for word, drawn after commit, their files noted."""

from datetime import datetime
from hashlib import sha256

from django.db import transaction

from contracts import papers
from contracts.models import Agreement, AgreementPaper, Deliverable
from core import clock
from core.audit import Actor, record
from core.lifecycle import RuleBroken, lock, part


@part
def file_contract(agreement: Agreement, *, at: datetime) -> AgreementPaper:
    """Keep the text with its signatures. Its digest is the text's: that is what was signed."""
    return AgreementPaper.objects.create(
        number=agreement.number,
        agreement=agreement,
        paper=papers.signed(agreement).to_json(),
        digest=agreement.digest,
        issued_at=at,
    )


@part
def file_certificate(deliverable: Deliverable, *, at: datetime) -> AgreementPaper:
    """Keep the acceptance certificate of a deliverable that was just accepted."""
    paper = papers.certificate(deliverable)
    return AgreementPaper.objects.create(
        number=deliverable.milestone.number,
        agreement=deliverable.milestone.agreement,
        deliverable=deliverable,
        paper=paper.to_json(),
        digest=paper.digest(),
        issued_at=at,
    )


@transaction.atomic(durable=True)
def note_file(paper: AgreementPaper, *, pdf: bytes, by: Actor, at: datetime) -> AgreementPaper:
    """Note the digest of the drawn PDF. Refused when it was noted already."""
    paper = lock(paper)
    if paper.drawn_at:
        raise RuleBroken("The PDF of %(number)s was noted already.", number=paper.number)
    paper.file_digest, paper.size = sha256(pdf).hexdigest(), len(pdf)
    paper.drawn_at = clock.after_lock()
    paper.save(update_fields=["file_digest", "size", "drawn_at"])
    record(
        paper.agreement,
        "agreement.paper-drawn",
        by=by,
        at=at,
        number=paper.number,
        file=paper.file_digest,
        size=paper.size,
    )
    return paper
