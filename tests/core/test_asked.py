"""The page that asks before a deed: what it shows, does, says and refuses."""

import pytest
from django import forms
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.cache import SessionStore
from django.test import RequestFactory
from django.urls import ResolverMatch

from core import clock
from core.audit import Visitor
from core.lifecycle import RuleBroken
from core.models import Event, Letter
from core.once import AlreadyDone
from core.views import asked, posted

pytestmark = pytest.mark.django_db


class ReasonForm(forms.Form):
    reason = forms.CharField()


@pytest.fixture
def letter():
    return Letter.objects.create(
        code="L1", user_code="u", kind="a", subject="", body="", posted_at=clock.now()
    )


def call(letter, rule, sent=None, form=None, **more):
    request = RequestFactory().get("/") if sent is None else RequestFactory().post("/", sent)
    request.actor, request.user, request.seat = Visitor(), None, None
    request.session = SessionStore()
    request._messages = FallbackStorage(request)
    request.resolver_match = ResolverMatch(asked, (), {}, "core:asked")
    words = {"title": "发出这封信？", "verb": "发出", "back": "/back/", "alone": True}
    form = form and form(posted(request))
    answer = asked(request, about=letter, rule=rule, form=form, **(words | more))
    return answer, [str(one) for one in get_messages(request)]


def test_a_page_that_asks_does_nothing_yet(letter):
    answer, said = call(letter, rule=pytest.fail)
    page = answer.content.decode()
    assert (answer.status_code, said) == (200, [])
    assert "发出这封信？" in page
    assert 'href="/back/" data-close autofocus' in page


def test_the_rule_gets_what_the_form_holds_and_by_whom(letter):
    got = {}
    answer, said = call(
        letter, lambda **given: got.update(given), {"reason": "错了"}, ReasonForm, done="已发出。"
    )
    assert (answer.url, said) == ("/back/", ["已发出。"])
    assert got.pop("at") <= clock.now()
    assert got.pop("by").signature() == {"actor": "visitor"}
    assert got == {"reason": "错了"}


def test_what_is_said_and_where_it_leads_may_follow_from_what_was_made(letter):
    answer, said = call(
        letter,
        lambda *, by, at: "GX-1",
        {},
        done=lambda made: f"编号 {made}。",
        onward=lambda made: f"/made/{made}/",
    )
    assert (answer.url, said) == ("/made/GX-1/", ["编号 GX-1。"])


def test_a_refusal_comes_back_into_the_form_beside_what_was_typed(letter):
    def rule(**given):
        raise RuleBroken("Too late.")

    answer, said = call(letter, rule, {"reason": "错了"}, ReasonForm)
    page = answer.content.decode()
    assert (answer.status_code, said) == (200, [])
    assert "Too late." in page
    assert 'value="错了"' in page
    assert Event.objects.filter(name="deed.refused", subject_code="L1").count() == 1


def test_where_nothing_is_typed_a_refusal_leads_back(letter):
    def rule(**given):
        raise RuleBroken("Too late.")

    answer, said = call(letter, rule, {}, onward="/made/")
    assert (answer.url, said) == ("/back/", ["Too late."])
    assert Event.objects.filter(name="deed.refused", subject_code="L1").count() == 1


def test_a_form_sent_twice_leads_back_without_a_word(letter):
    def rule(**given):
        raise AlreadyDone("L1")

    answer, said = call(letter, rule, {})
    assert (answer.url, said) == ("/back/", [])
    assert not Event.objects.filter(subject_code="L1").exists()
