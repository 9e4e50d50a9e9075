"""Witnesses whom a regulator names for an order paid by public money."""

import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, letters, mail
from core.models import Event, LegalFigure, Letter
from marketplace import closing, offers, witnessing
from marketplace.order_todo import waiting_for
from publication.models import Notice
from selection import draws
from selection.methods import verify
from selection.models import Witness
from selection.naming import Witnessing
from tests.cast import seated, signed_in
from tests.factories import UserFactory
from tests.marketplace.ordering import bid, close, published, terms, throw, witness
from tests.witness import refused

NEW = Witnessing("孟青", "13800000009", "meng@example.org")


def until(later, instant):
    later(seconds=(instant - clock.now()).total_seconds() + 1)


def public(cast, **changes):
    """An order paid by public money, its owner's one witness named."""
    return published(cast, terms(public_funds=Decimal(100), **changes))


def change(order, by, *coming, leaving=(), reason="原见证人与业主有业务往来"):
    return witnessing.change(
        order, leaving=leaving, coming=coming or (NEW,), reason=reason, by=by, at=clock.now()
    )


def codes(order):
    named = Witness.objects.standing().filter(draw__number=order.number)
    return list(named.values_list("code", flat=True))


def names(order):
    named = Witness.objects.standing().filter(draw__number=order.number)
    return list(named.values_list("name", flat=True))


def to(name, *arguments):
    return reverse(f"marketplace:{name}", args=arguments)


# ── the rule ─────────────────────────────────────────────────────────────────────────────────────


def test_a_regulator_replaces_a_witness_by_a_linked_correction_of_the_notice(cast):
    order = public(cast)
    bid(order, cast.agency)
    first = Notice.objects.get(kind="order-notice")
    (old,) = codes(order)
    ((come, token),) = change(order, cast.regulator, leaving=[old])
    order.refresh_from_db()
    assert names(order) == ["孟青"]
    assert come.named_by == cast.regulator.organisation
    assert Witness.objects.get(code=old).replaced_at is not None
    notice = Notice.objects.exclude(pk=first.pk).get()
    assert (notice.kind, notice.relation, notice.follows) == ("order-notice", "corrects", first)
    text = notice.document.text()
    for told in ("周建国", "孟青", cast.regulator.organisation.name, "原见证人与业主有业务往来"):
        assert told in text
    assert f"孟青（{cast.regulator.organisation.name}指定）" in text
    assert "周建国" in first.document.text()
    event = Event.objects.get(name="order.witnesses-changed")
    assert event.public
    assert json.loads(event.content)["facts"]["notice"] == notice.number
    assert token not in event.content
    told = {letter.kind: letter for letter in Letter.objects.filter(kind__contains="witness")}
    assert told["marketplace/witness-named"].email == "meng@example.org"
    named = told["marketplace/witness-named"]
    assert named.secret_link == to("order-witness", order.number, token)
    assert token not in named.link + named.body
    assert named.secret_link in mail.message(named).body
    letters.note_mailed(named, at=clock.now())
    named.refresh_from_db()
    assert (named.secret_link, named.link) == ("", order.get_absolute_url())
    changed = Letter.objects.filter(kind="marketplace/witnesses-changed")
    assert set(changed.values_list("organisation_code", flat=True)) == {
        cast.owner.organisation.code,
        cast.agency.organisation.code,
    }


def test_who_was_replaced_is_told_and_his_link_is_dead(cast):
    given = (Witnessing("周建国", "13800000001", "zhou@example.org"),)
    order = public(cast, witnesses=given)
    row = Witness.objects.get()
    old = closing.invite(order, row, by=cast.owner, at=clock.now())
    change(order, cast.regulator, leaving=[row.code])
    letter = Letter.objects.get(kind="marketplace/witness-replaced")
    assert letter.email == "zhou@example.org"
    assert "已经失效" in letter.body
    with refused("the link works no more"):
        closing.enter(order, old, by=cast.stranger, at=clock.now())


def test_the_new_witness_throws_and_the_one_who_had_entered_does_not(cast, later):
    order = public(cast)
    for seat in (cast.agency, cast.rival, seated("third")):
        bid(order, seat)
    gone = witness(order, cast.owner)
    ((_, token),) = change(order, cast.regulator, leaving=codes(order))
    come = UserFactory(name="孟青")
    closing.enter(order, token, by=come, at=clock.now())
    until(later, order.choose_at)
    order = close(order, cast.owner)
    in_force = Notice.objects.filter(kind="order-notice").last()
    assert closing.draw_of(order).facts.notice == in_force.digest
    with refused("Only a witness of the order"):
        throw(order, gone)
    won = throw(order, come)
    assert won.state == "awarded"
    assert verify(draws.bundle(closing.draw_of(won))) == []


def test_a_regulator_adds_a_witness_up_to_the_figure(cast):
    order = public(cast)
    change(order, cast.regulator, NEW, Witnessing("甲", "13800000011"))
    assert names(order) == ["周建国", "孟青", "甲"]
    with refused("An order has up to"):
        change(order, cast.regulator, Witnessing("乙", "13800000012"))
    fewer = public(cast)
    LegalFigure.objects.filter(name="witness.maximum").update(value=1)
    with refused("An order has up to"):
        change(fewer, cast.regulator)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "State the reason"),
        ({"coming": ()}, "Name a witness for each one who leaves"),
        ({"leaving": ["nobody"]}, "no witness of the order"),
        ({"coming": (Witnessing("同号", "13800000001"),)}, "a phone of his own"),
    ],
)
def test_a_change_that_is_not_whole_is_refused(cast, given, sentence):
    order = public(cast)
    whole = {"leaving": [], "coming": (NEW,), "reason": "回避"} | given
    with refused(sentence):
        witnessing.change(order, **whole, by=cast.regulator, at=clock.now())


def test_nobody_is_replaced_twice_and_not_for_nobody(cast):
    order = public(cast)
    (old,) = codes(order)
    with refused("an order is not left without"):
        witnessing.change(
            order, leaving=[old], coming=(), reason="回避", by=cast.regulator, at=clock.now()
        )
    change(order, cast.regulator, leaving=[old])
    with refused("was replaced already"):
        change(order, cast.regulator, Witnessing("乙", "13800000012"), leaving=[old])


def test_private_money_leaves_the_witnesses_to_the_owner(cast):
    order = published(cast)
    with refused("No public money"):
        change(order, cast.regulator)


def test_witnesses_change_until_the_deadline_by_the_rules_own_clock(cast, later):
    order = public(cast)
    in_time = clock.now()
    until(later, order.open_until)
    with refused("until the deadline for bids only"):
        witnessing.change(
            order, leaving=[], coming=(NEW,), reason="回避", by=cast.regulator, at=in_time
        )


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def test_only_who_named_a_witness_makes_his_link(cast):
    order = public(cast)
    (owners,) = codes(order)
    ((row, _),) = change(order, cast.regulator)
    expected = {
        ("owner", owners): 200,
        ("owner", row.code): 404,
        ("regulator", owners): 404,
        ("regulator", row.code): 200,
    }
    for (who, code), status in expected.items():
        answer = signed_in(getattr(cast, who).user).post(to("order-invite", order.code, code))
        assert answer.status_code == status, (who, code)


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def waits(seat):
    rows = [row for rows in waiting_for(seat, clock.now()) for row in rows]
    return [about for kind, _title, about, _due in rows if kind == "order-witnesses"]


def test_it_waits_for_the_regulator_while_public_money_is_spent_and_nobody_was_named(cast, later):
    order, other = public(cast), public(cast)
    published(cast)
    assert sorted(waits(cast.regulator)) == sorted([order.code, other.code])
    assert waits(cast.owner) == waits(cast.operator) == []
    change(order, cast.regulator)
    assert waits(cast.regulator) == [other.code]
    until(later, other.open_until)
    assert waits(cast.regulator) == []


def test_the_regulator_clicks_from_his_desk_to_the_new_witnesss_link(cast):
    order = public(cast)
    client = signed_in(cast.regulator.user)
    desk = client.get(to("desk-order", order.code))
    href = to("order-witnesses", order.code)
    assert f'href="{href}"' in desk.text
    (old,) = codes(order)
    page = client.get(href)
    assert "周建国" in page.text
    assert "13800000001" not in page.text
    half = client.post(href, {"leaving": [old], "name-0": "孟青", "reason": "回避"})
    assert half.status_code == 200
    assert names(order) == ["周建国"]
    given = {"leaving": [old], "name-0": "孟青", "phone-0": "13800000009", "reason": "应当回避"}
    done = client.post(href, given)
    link = re.search(r"/orders/[^/]+/witness/[^/<]+/", done.text).group()
    again = client.post(href, given)
    assert again.status_code == 200
    assert Event.objects.filter(name="order.witnesses-changed").count() == 1
    shown = Client().get(order.get_absolute_url())
    assert f"孟青（{cast.regulator.organisation.name}指定）" in shown.text
    assert Notice.objects.filter(kind="order-notice").last().number in shown.text
    user = UserFactory(name="孟青")
    witness = Client()
    witness.force_login(user)
    assert witness.post(link).status_code == 302
    assert Witness.objects.get(user=user).named_by == cast.regulator.organisation
    own = signed_in(cast.owner.user).get(to("desk-order", order.code))
    assert cast.regulator.organisation.name in own.text


def test_after_the_deadline_the_page_says_so_and_offers_nothing(cast, later):
    order = public(cast)
    until(later, order.open_until)
    page = signed_in(cast.regulator.user).get(to("order-witnesses", order.code))
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
    order.refresh_from_db()
    verbs = offers.desk(order, cast.regulator, clock.now())
    assert to("order-witnesses", order.code) not in [one.href for one in verbs]


def test_an_order_without_public_money_has_no_such_page(cast):
    order = published(cast)
    page = signed_in(cast.regulator.user).get(to("order-witnesses", order.code))
    assert page.status_code == 404


def test_the_page_of_an_order_runs_the_same_queries_for_1_witness_and_for_3(cast):
    one, three = public(cast), public(cast)
    change(three, cast.regulator, NEW, Witnessing("甲", "13800000011"))
    client = signed_in(cast.owner.user)
    counts = []
    client.get(to("desk-orders"))  # the session notes its seat once
    for order in (one, three):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(to("desk-order", order.code)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
