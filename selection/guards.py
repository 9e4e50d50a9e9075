"""What the law forbids of a selection, by the regime of the purchase 采购制度. Data.

A form leaves a forbidden choice visible and disabled, with the article; `check` refuses it in the
same words. Legal text is Chinese only, as it stands in its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.lifecycle import RuleBroken

TENDER, GOVERNMENT = "mandatory-tender", "government-procurement"
FLOOR = "floor"  # beside the methods: a lowest price below which a quote is invalid
REGISTRATION = "registration"  # a registration before the documents are handed out


@dataclass(frozen=True, slots=True)
class Guard:
    """Under `regime`, the `choice` (a method, or another word of this module) is forbidden."""

    regime: str
    choice: str
    law: str
    article: str
    words: str

    def __str__(self) -> str:
        return f"{self.law}{self.article}：“{self.words}”"


TENDER_OPINION = (
    "《关于严格执行招标投标法规制度进一步规范招标投标主体行为的若干意见》"
    "（发改法规规〔2022〕1117号）"
)
TENDER_REGULATION = "《招标投标法实施条例》"
GOVERNMENT_TENDERS = "《政府采购货物和服务招标投标管理办法》（财政部令第87号）"

NO_LOTS = (
    TENDER_OPINION,
    "第（二）项",
    "不得采用抽签、摇号、抓阄等违规方式直接选择投标人、中标候选人或中标人",
)
NO_REGISTRATION = (TENDER_OPINION, "第（三）项", "严禁设置投标报名等前置环节")
NO_NEARNESS = (TENDER_REGULATION, "第五十条", "不得以投标报价是否接近标底作为中标条件")
NO_FLOOR = (GOVERNMENT_TENDERS, "第十二条", "不得设定最低限价")
NO_TRIMMING = (GOVERNMENT_TENDERS, "第五十五条", "不得去掉报价中的最高报价和最低报价")

GUARDS: tuple[Guard, ...] = (
    Guard(TENDER, "draw", *NO_LOTS),
    Guard(TENDER, "credit", *NO_LOTS),
    Guard(TENDER, "mean", *NO_NEARNESS),
    Guard(TENDER, "best-price", *NO_NEARNESS),
    Guard(TENDER, REGISTRATION, *NO_REGISTRATION),
    Guard(GOVERNMENT, FLOOR, *NO_FLOOR),
    Guard(GOVERNMENT, "best-price", *NO_TRIMMING),
)


def forbidden(regime: str) -> dict[str, Guard]:
    """What the regime forbids: the guard of each choice."""
    return {guard.choice: guard for guard in GUARDS if guard.regime == regime}


def check(regime: str, method: str, *, floor: Decimal | None = None) -> None:
    """Refuse a method, or a floor price, that the regime forbids."""
    against = forbidden(regime)
    if (guard := against.get(method)) is not None:
        raise RuleBroken(
            "This selection method is forbidden here by %(law)s Choose another one.", law=guard
        )
    if floor is not None and (guard := against.get(FLOOR)) is not None:
        raise RuleBroken("A floor price is forbidden here by %(law)s Leave it empty.", law=guard)
