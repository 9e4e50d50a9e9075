"""The public announcement 合同公告 of an agreement, published with its last signature.

The law gives two working days (政府采购法实施条例 第五十条); nothing is gained by waiting.
"""

from datetime import datetime

from contracts import papers
from contracts.models import Agreement
from core.audit import Actor
from core.lifecycle import part
from publication import notices
from publication.models import Notice, Relation

KIND = "agreement-notice"


@part
def announce(agreement: Agreement, *, by: Actor, at: datetime) -> Notice:
    """Publish who agreed with whom, for how much, following the last notice about its subject."""
    parties = {one.side: one.organisation for one in agreement.parties.select_related()}
    about = agreement.subject_row()
    follows = Notice.objects.about(about).in_force().last()
    paper = papers.announcement(agreement)
    return notices.publish(
        KIND,
        about=about,
        title=paper.title[:200],
        paper=paper,
        by=by,
        at=at,
        follows=follows,
        relation=Relation.FOLLOWS if follows else None,
        facts={
            "number": agreement.number,
            "digest": agreement.digest,
            "amount": agreement.amount,
            "concluded_at": agreement.concluded_at,
            "parties": {
                side: {"name": one.name, "uscc": one.uscc} for side, one in parties.items()
            },
        },
        issuer=parties["owner"].name,
    )
