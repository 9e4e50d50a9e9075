"""A real order, drawn by its rules, checked by a visitor in four ways: browser, file, shell, and a
third party's program.
"""

import json
import os
import subprocess
import sys
from datetime import timedelta
from urllib.request import urlopen

import pytest
from consistent_sampler import sampler
from django.conf import settings

from core import clock
from selection import methods
from tests import browsers
from tests.marketplace import ordering
from tests.processes import serving

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1",
    reason="a browser is asked for by REQUIRE_SERVICES=1",
)


@pytest.fixture(params=["draw", "lowest"])
def decided(request, database, later):
    """The number and winner of an order: drawn, or with equal prices that the dice decided."""
    cast = database.cast
    asked = ordering.terms if request.param == "draw" else ordering.lowest
    order = ordering.published(cast, asked())
    for seat in (cast.agency, cast.rival):
        ordering.bid(order, seat, None if request.param == "draw" else "90000.00")
    witness = ordering.witness(order, cast.owner)
    later(seconds=(order.open_until - clock.now()).total_seconds() + 1)
    order = ordering.close(order, cast.owner)
    later(seconds=(order.choose_at - clock.now()).total_seconds() + 1)
    order = ordering.throw(order, witness)
    return order.number, order.winner.bidder.name


def test_anybody_finds_the_same_winner(decided, database, tmp_path):
    number, winner = decided
    later = settings.CLOCK_OFFSET + timedelta(minutes=1)
    with serving(later=later) as site:
        with urlopen(f"{site}/orders/{number}/draw.json") as answer:
            content = answer.read()
        with browsers.chromium() as browser:
            said = []
            page = browser.new_page(locale="zh-CN")
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.goto(f"{site}/orders/{number}/draw/")
            page.click("[data-start]")
            verdict = page.locator("[data-verdict]:not(:empty)")
            verdict.wait_for()
            assert "gx-done" in verdict.get_attribute("class")
            assert winner in verdict.inner_text()
            assert page.locator("[data-step].gx-fail").count() == 0
            assert said == []
            page.click("details summary")
            script = page.locator(".gx-code").inner_text()
    assert methods.verify(content) == []
    bundle = json.loads(content)
    seed, places = bundle["result"]["seed"], bundle["result"]["places"]
    tickets = {one["uscc"]: one["ticket"] for one in places}
    theirs = list(sampler(sorted(tickets), with_replacement=False, seed=seed, output="id"))
    assert theirs == sorted(tickets, key=tickets.__getitem__)
    assert next(one["name"] for one in places if one["uscc"] == theirs[0]) == winner
    (tmp_path / "recompute.sh").write_text(script)
    (tmp_path / "draw.json").write_bytes(content)
    shell = subprocess.run(
        ["bash", "recompute.sh"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert [line.split()[1] for line in shell.stdout.splitlines()] == [
        bundle["frozen"]["commitment"],
        bundle["result"]["root"],
        seed,
        *theirs,
    ]
    command = [sys.executable, "manage.py", "verify_draw", str(tmp_path / "draw.json")]
    assert subprocess.run(command, cwd=settings.ROOT, check=False).returncode == 0
    (tmp_path / "draw.json").write_bytes(content.replace(b'"winners":1', b'"winners":2'))
    assert subprocess.run(command, cwd=settings.ROOT, check=False).returncode == 1
