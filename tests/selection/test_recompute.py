"""The recomputation in a visitor's browser: on a page of the site, and in the offline program."""

import mimetypes
import re
import subprocess
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.template import Context, Template
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from selection.explanations import Explanation
from selection.methods import METHODS, Evidence, Quote, draw
from tests.selection.facts import EVIDENCE, FROZEN, FROZEN_AT, VECTOR, auctions, draws

BUNDLE = draw.bundle(FROZEN, EVIDENCE)
PAGE = """{% load static %}<!DOCTYPE html><html lang="zh-Hans"><head><meta charset="utf-8">
<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
<link rel="stylesheet" href="{% static "gongxin.css" %}">
<script src="{% static "js/gongxin.js" %}" defer></script>
<script src="{% static "js/recompute.js" %}" defer></script></head>
<body data-now="2026-11-23T10:12:00+08:00"><main class="container-xl gx-page">
{% include "selection/outcome.html" %}{% include explanation.template %}
{% include "selection/recompute.html" %}</main></body></html>"""


def explanation(frozen=FROZEN, evidence=EVIDENCE):
    result = METHODS[frozen.method].choose(frozen, evidence)
    return Explanation(FROZEN_AT, frozen, evidence, result)


def html(shown):
    facts = {"explanation": shown, "bundle_url": "/o/draw.json", "amount": Decimal("96000.00")}
    return Template(PAGE).render(Context(facts))


def policy():
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


@pytest.fixture
def site(browser):
    """`site(html, bundle)`: a page of the site under its policy, and what its console says."""
    pages = []

    def visited(page_html, bundle):
        page = browser.new_page()
        pages.append(page)
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))

        def answer(route):
            path = urlsplit(route.request.url).path
            if path.startswith("/static/"):
                body = (settings.ROOT / path.lstrip("/")).read_bytes()
                route.fulfill(body=body, content_type=mimetypes.guess_type(path)[0])
            elif path.endswith(".json"):
                route.fulfill(body=bundle, content_type="application/json")
            else:
                headers = {"Content-Security-Policy": policy()}
                route.fulfill(body=page_html, content_type="text/html", headers=headers)

        page.route("**/*", answer)
        page.goto("http://127.0.0.1/orders/x/draw/")
        return page

    yield visited
    for page in pages:
        page.close()


def computed(page):
    page.click("[data-start]")
    page.locator("[data-verdict]:not(:empty)").wait_for()
    return {
        row.get_attribute("data-step"): (
            row.locator("[data-mine]").inner_text(),
            "gx-done" in row.get_attribute("class"),
        )
        for row in page.locator("[data-step]").all()
        if row.is_visible()
    }


def test_the_browser_recomputes_the_published_vector_under_the_sites_policy(site):
    page = site(html(explanation()), BUNDLE)
    values = computed(page)
    assert values["root"] == (VECTOR["R"], True)
    assert values["commitment"] == (VECTOR["C"], True)
    assert values["seed"] == (VECTOR["seed"], True)
    first = [VECTOR["tickets"][uscc][:12] for uscc in VECTOR["ranked"]]
    assert values["tickets"] == ("　".join(first), True)
    assert values["form"] == (draw.digest(BUNDLE), True)
    assert values["result"][1]
    assert "quotes" not in values
    assert page.locator("[data-verdict]").get_attribute("class") == "gx-t gx-done"
    assert page.said == []


def test_a_page_that_shows_another_winner_or_ticket_than_the_file_is_caught(site):
    winner = next(one.name for one in FROZEN.entries if one.uscc == VECTOR["ranked"][0])
    other = next(one.name for one in FROZEN.entries if one.uscc == VECTOR["ranked"][1])
    page = site(html(explanation()).replace(f">{winner}<", f">{other}<", 1), BUNDLE)
    values = computed(page)
    assert not values["result"][1]
    assert values["seed"][1]
    assert page.locator("[data-verdict]").get_attribute("class") == "gx-t gx-fail"
    page = site(html(explanation()).replace("8990 0441", "8990 0442"), BUNDLE)
    assert not computed(page)["tickets"][1]


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        (VECTOR["dice"], VECTOR["dice"][::-1], "seed"),
        (VECTOR["s"], "11" * 32, "commitment"),
        (VECTOR["R"], "11" * 32, "root"),
        ('"winners":1', '"winners":2', "result"),
        ("王岚", "王兰", "form"),
    ],
)
def test_a_changed_file_is_caught_at_its_step(old, new, step, site):
    changed = BUNDLE.decode().replace(old, new).encode()
    assert changed != BUNDLE
    values = computed(site(html(explanation()), changed))
    assert not values[step][1]


def test_a_file_that_is_no_bundle_is_told(site):
    page = site(html(explanation()), BUNDLE[:-1])
    assert computed(page) == {}
    assert page.locator("[data-verdict]").inner_text()


@pytest.fixture
def offline(browser):
    """`offline(content)`: the verdict of the program in one file, opened from the disk."""
    page = browser.new_page()
    page.goto((settings.ROOT / "static" / "verify-draw.html").as_uri())

    def verdict(content):
        file = {"name": "draw.json", "mimeType": "application/json", "buffer": content}
        page.evaluate("document.querySelector('[data-verdict]').textContent = ''")
        page.set_input_files("#file", [])
        page.set_input_files("#file", file)
        page.locator("[data-verdict]:not(:empty)").wait_for()
        return page.locator("[data-verdict]").inner_text()

    yield verdict
    page.close()


def test_the_offline_program_agrees_with_python_on_draws_of_both_methods(offline):
    seen = set()

    bare = auctions().map(lambda facts: (facts[0], replace(facts[1], dice=None, secret=None)))

    @limits(
        max_examples=60,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(draws(), auctions(), bare))
    def agree(facts):
        method = METHODS[facts[0].method]
        if method.missing(*facts):
            return
        verdict = offline(method.bundle(*facts))
        assert "项全部一致" in verdict
        seen.add((facts[0].method, method.choose(*facts).failure, facts[1].secret is None))

    agree()
    assert len(seen) >= 4


def test_the_offline_program_catches_changed_bytes(offline):
    assert "项全部一致" in offline(BUNDLE)
    for place in range(3, len(BUNDLE), 41):
        changed = bytearray(BUNDLE)
        changed[place] ^= 1
        assert "全部一致" not in offline(bytes(changed)), place


def test_the_shell_finds_every_value_again(tmp_path):
    script = explanation().shell
    assert len(script.strip().splitlines()) <= 18
    (tmp_path / "recompute.sh").write_text(script)
    run = subprocess.run(
        ["bash", "recompute.sh"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
    lines = [re.split(r"\s+", line) for line in run.stdout.splitlines()]
    assert lines[:3] == [["C", VECTOR["C"]], ["R", VECTOR["R"]], ["seed", VECTOR["seed"]]]
    assert lines[3:] == [[VECTOR["tickets"][uscc][:12], uscc] for uscc in VECTOR["ranked"]]


A, B, C = FROZEN.entries
LOWEST = replace(FROZEN, method="lowest", ceiling=Decimal("100.00"), floor=Decimal("10.00"))


def asked(*prices):
    return tuple(Quote(one.uscc, price) for one, price in zip((A, B, C), prices, strict=True))


@pytest.mark.parametrize(
    ("frozen", "evidence", "told"),
    [
        (FROZEN, EVIDENCE, [VECTOR["seed"], VECTOR["C"], VECTOR["R"], "王岚", "8990 0441 4926"]),
        (replace(FROZEN, needed=4), Evidence(), [VECTOR["R"]]),
        (
            replace(FROZEN, entries=(A, B, replace(C, reason="资质已于 11月15日 到期")), needed=1),
            EVIDENCE,
            ["资质已于 11月15日 到期"],
        ),
        (
            FROZEN,
            replace(EVIDENCE, dice=replace(EVIDENCE.dice, thrown_as="regulator")),
            [VECTOR["seed"]],
        ),
        (LOWEST, Evidence(quotes=asked("90.00", "80.00", "85.00")), ["80.00", "¥100.00", "¥10.00"]),
        (LOWEST, replace(EVIDENCE, quotes=asked("80.00", "80.00", "85.00")), [VECTOR["seed"]]),
        (LOWEST, Evidence(quotes=asked("101.00", "壹佰", None)), ["101.00", "壹佰"]),
        (replace(LOWEST, needed=4), Evidence(), [VECTOR["R"]]),
    ],
)
def test_every_kind_of_result_explains_itself(frozen, evidence, told):
    shown = html(explanation(frozen, evidence))
    for text in told:
        assert text in shown
    assert shown.count('<tr class="is-won"') == (
        0 if explanation(frozen, evidence).result.failure else 1
    )
    for one in frozen.entries:
        assert one.name in shown
