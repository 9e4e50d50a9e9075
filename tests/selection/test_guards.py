from decimal import Decimal

import pytest

from selection import guards
from selection.methods import METHODS
from tests.witness import refused


def test_a_tender_required_by_law_is_not_drawn(db):
    with refused("forbidden here by"):
        guards.check("mandatory-tender", "draw")
    assert "不得采用抽签、摇号、抓阄" in str(guards.forbidden("mandatory-tender")["draw"])
    guards.check("mandatory-tender", "lowest")


def test_government_procurement_has_no_floor_price(db):
    with refused("A floor price is forbidden here by"):
        guards.check("government-procurement", "lowest", floor=Decimal("1.00"))
    guards.check("government-procurement", "lowest")
    guards.check("government-procurement", "draw")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("regime", ["supermarket", "voluntary"])
def test_orders_below_the_thresholds_choose_freely(regime, method):
    guards.check(regime, method, floor=Decimal("1.00"))


def test_every_guard_quotes_its_law():
    for guard in guards.GUARDS:
        assert guard.law.startswith("《")
        assert guard.article.startswith("第")
        assert len(guard.words) >= 8
