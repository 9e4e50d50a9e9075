"""The content security policy of each kind of page."""

import re
from pathlib import Path

import pytest
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from core.policy import PolicyMiddleware
from tests.cast import signed_in


def policy(answer):
    directives = answer.headers["Content-Security-Policy"].split("; ")
    return {
        name: sources.split() for name, _, sources in (one.partition(" ") for one in directives)
    }


def test_public_pages_run_nothing_inline(db):
    told = policy(Client().get("/"))
    assert told["default-src"] == ["'self'"]
    assert told["object-src"] == ["'none'"]
    assert "script-src" not in told
    assert "unsafe" not in str(told)


def test_the_desk_is_as_strict(cast):
    told = policy(signed_in(cast.owner.user).get("/accounts/password/change/"))
    assert "unsafe" not in str(told)


def test_a_view_may_ask_for_more_than_the_usual_policy(rf):
    @csp_update({"script-src": "'wasm-unsafe-eval'"})
    def sealing(request):
        return HttpResponse("sealing")

    usual = policy(PolicyMiddleware(lambda request: HttpResponse("usual"))(rf.get("/")))
    told = policy(PolicyMiddleware(sealing)(rf.get("/")))
    assert told.pop("script-src") == ["'wasm-unsafe-eval'"]
    assert told == usual


def test_a_policy_that_a_view_gave_is_left(rf):
    def view(request):
        return HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})

    assert policy(PolicyMiddleware(view)(rf.get("/"))) == {"default-src": ["'none'"]}


def test_wagtails_pages_may_run_what_is_inline(db):
    told = policy(Client().get("/staff/login/"))
    assert told["script-src"] == ["'self'", "'unsafe-inline'"]
    assert "blob:" in told["img-src"]
    assert told["object-src"] == ["'none'"]


@pytest.mark.parametrize(
    "template",
    sorted(settings.ROOT.glob("*/templates/**/*.html")),
    ids=lambda file: str(file.relative_to(settings.ROOT)),
)
def test_no_template_holds_what_the_policy_forbids(template: Path):
    source = re.sub(r"{%.*?%}", "", template.read_text(), flags=re.DOTALL)
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son[a-z]+=", source)
    assert "javascript:" not in source
    for attributes, content in re.findall(r"<script([^>]*)>(.*?)</script>", source, re.DOTALL):
        assert "src=" in attributes or "application/json" in attributes, content
