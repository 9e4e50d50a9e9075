"""Witnesses whom a regulator names for an inquiry paid by public money."""

import json
import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from core.models import Event, Letter
from procurement import inquiries, inquiry_offers, opening, witnessing
from procurement.inquiry_todo import waiting_for
from publication.models import Notice, Release
from selection.methods import verify
from selection.models import Witness
from selection.naming import Witnessing
from tests.cast import signed_in
from tests.factories import UserFactory
from tests.procurement import buying
from tests.witness import refused

NEW = Witnessing("孟青", "13800000009", "meng@example.org")


def to(name, *arguments):
    return reverse(f"procurement:{name}", args=arguments)


def change(procedure, by, *coming, leaving=(), reason="原见证人与采购人有业务往来"):
    return witnessing.change(
        procedure, leaving=leaving, coming=coming or (NEW,), reason=reason, by=by, at=clock.now()
    )


def codes(procedure):
    named = Witness.objects.standing().filter(draw__number=procedure.number)
    return list(named.values_list("code", flat=True))


def names(procedure):
    named = Witness.objects.standing().filter(draw__number=procedure.number)
    return list(named.values_list("name", flat=True))


# ── the rule ─────────────────────────────────────────────────────────────────────────────────────


def test_a_regulator_replaces_a_witness_by_a_linked_correction_of_the_notice(cast):
    procedure = buying.published(cast)
    buying.quote(procedure, cast.agency)
    first = inquiries.notice_of(procedure)
    (old,) = codes(procedure)
    ((come, token),) = change(procedure, cast.regulator, leaving=[old])
    assert names(procedure) == ["孟青"]
    assert come.named_by == cast.regulator.organisation
    notice = inquiries.notice_of(procedure)
    assert (notice.kind, notice.relation, notice.follows) == ("inquiry-notice", "corrects", first)
    text = notice.document.text()
    for told in ("周建国", "孟青", cast.regulator.organisation.name, "有业务往来"):
        assert told in text
    assert f"孟青（{cast.regulator.organisation.name}指定）" in text
    event = Event.objects.get(name="procedure.witnesses-changed")
    assert event.public
    assert json.loads(event.content)["facts"]["notice"] == notice.number
    assert token not in event.content
    named = Letter.objects.get(kind="procurement/witness-named")
    assert named.secret_link == to("inquiry-witness", procedure.number, token)
    assert token not in named.link + named.body
    changed = Letter.objects.filter(kind="procurement/witnesses-changed")
    assert set(changed.values_list("organisation_code", flat=True)) == {
        cast.owner.organisation.code,
        cast.agency.organisation.code,
    }
    procedure.refresh_from_db()
    assert procedure.corrected_at is None  # suppliers need not look at their quotes


def test_the_new_witness_throws_and_the_one_who_had_entered_does_not(cast, later):
    procedure = buying.published(cast)
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1500"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    gone = buying.witness(procedure, cast.owner)
    ((_, token),) = change(procedure, cast.regulator, leaving=codes(procedure))
    come = UserFactory(name="孟青")
    opening.enter(procedure, token, by=come, at=clock.now())
    procedure.refresh_from_db()
    procedure = buying.corrected(cast, procedure)  # an owner's correction keeps whom it found
    assert "孟青" in inquiries.notice_of(procedure).document.text()
    buying.until(later, procedure.choose_at)
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    procedure = buying.examine(procedure, cast.owner)
    assert procedure.state == "awaiting-dice"
    with refused("Only a witness of the order"):
        opening.throw_dice(procedure, buying.DICE, by=gone, at=clock.now())
    won = opening.throw_dice(procedure, buying.DICE, by=come, at=clock.now())
    assert won.state == "awarded"
    assert verify(opening.bundle(won)) == []
    assert opening.draw_of(won).facts.notice == inquiries.notice_of(won).digest


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"reason": " "}, "State the reason"),
        ({"coming": ()}, "Name a witness for each one who leaves"),
        ({"leaving": ["nobody"]}, "no witness of the order"),
        ({"coming": (Witnessing("同号", "13800000001"),)}, "a phone of his own"),
        ({"coming": tuple(Witnessing(f"{n}", f"1380000001{n}") for n in range(3))}, "has up to"),
    ],
)
def test_a_change_that_is_not_whole_is_refused(cast, given, sentence):
    procedure = buying.published(cast)
    whole = {"leaving": [], "coming": (NEW,), "reason": "回避"} | given
    with refused(sentence):
        witnessing.change(procedure, **whole, by=cast.regulator, at=clock.now())


def test_nobody_is_replaced_twice(cast):
    procedure = buying.published(cast)
    (old,) = codes(procedure)
    change(procedure, cast.regulator, leaving=[old])
    with refused("was replaced already"):
        change(procedure, cast.regulator, Witnessing("乙", "13800000012"), leaving=[old])


def test_private_money_leaves_the_witnesses_to_the_owner(cast):
    procedure = buying.published(cast, buying.terms(public_funds=Decimal(0)))
    with refused("No public money"):
        change(procedure, cast.regulator)
    offered = {str(one.verb) for one in inquiry_offers.desk(procedure, cast.regulator, clock.now())}
    assert not offered


def test_witnesses_change_until_the_deadline_by_the_rules_own_clock(cast, later):
    procedure = buying.published(cast)
    in_time = clock.now()
    buying.until(later, procedure.open_until)
    with refused("until the deadline for quotes only"):
        witnessing.change(
            procedure, leaving=[], coming=(NEW,), reason="回避", by=cast.regulator, at=in_time
        )


def test_only_who_named_a_witness_makes_his_link(cast):
    procedure = buying.published(cast)
    (owners,) = codes(procedure)
    ((row, _),) = change(procedure, cast.regulator)
    expected = {
        ("owner", owners): 200,
        ("owner", row.code): 404,
        ("regulator", owners): 404,
        ("regulator", row.code): 200,
    }
    for (who, code), status in expected.items():
        client = signed_in(getattr(cast, who).user)
        answer = client.post(to("inquiry-invite", procedure.code, code))
        assert answer.status_code == status, (who, code)


def test_the_record_bears_the_notice_with_the_new_witnesses(cast):
    procedure = buying.published(cast)
    change(procedure, cast.regulator)
    buying.carry_news()
    last = Release.objects.filter(number=procedure.process).order_by("released_at").last()
    assert last.json["tag"] == ["tenderAmendment"]
    notice = inquiries.notice_of(procedure)
    assert [one["id"] for one in last.json["tender"]["documents"]] == [notice.number]


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def waits(seat):
    rows = [row for rows in waiting_for(seat, clock.now()) for row in rows]
    return [about for kind, _title, about, _due in rows if kind == "inquiry-witnesses"]


def test_it_waits_for_the_regulator_while_public_money_is_spent_and_nobody_was_named(cast, later):
    procedure, other = buying.published(cast), buying.published(cast)
    buying.published(cast, buying.terms(public_funds=Decimal(0)))
    assert sorted(waits(cast.regulator)) == sorted([procedure.code, other.code])
    assert waits(cast.owner) == waits(cast.operator) == []
    change(procedure, cast.regulator)
    assert waits(cast.regulator) == [other.code]
    buying.until(later, other.open_until)
    assert waits(cast.regulator) == []


def test_the_regulator_clicks_from_his_desk_to_the_new_witnesss_link(cast):
    procedure = buying.published(cast)
    client = signed_in(cast.regulator.user)
    desk = client.get(to("desk-inquiry", procedure.code))
    href = to("inquiry-witnesses", procedure.code)
    assert f'href="{href}"' in desk.text
    (old,) = codes(procedure)
    page = client.get(href)
    assert "周建国" in page.text
    assert "13800000001" not in page.text
    half = client.post(href, {"leaving": [old], "name-0": "孟青", "reason": "回避"})
    assert half.status_code == 200
    assert names(procedure) == ["周建国"]
    given = {"leaving": [old], "name-0": "孟青", "phone-0": "13800000009", "reason": "应当回避"}
    done = client.post(href, given)
    link = re.search(r"/procurement/inquiries/[^/]+/witness/[^/<]+/", done.text).group()
    assert client.post(href, given).status_code == 200
    assert Event.objects.filter(name="procedure.witnesses-changed").count() == 1
    shown = Client().get(procedure.get_absolute_url())
    assert f"孟青（{cast.regulator.organisation.name}指定）" in shown.text
    assert Notice.objects.filter(kind="inquiry-notice").last().number in shown.text
    user = UserFactory(name="孟青")
    witness = Client()
    witness.force_login(user)
    assert witness.post(link).status_code == 302
    assert Witness.objects.get(user=user).named_by == cast.regulator.organisation
    own = signed_in(cast.owner.user).get(to("desk-inquiry", procedure.code))
    assert cast.regulator.organisation.name in own.text


def test_after_the_deadline_the_page_says_so_and_offers_nothing(cast, later):
    procedure = buying.published(cast)
    buying.until(later, procedure.open_until)
    page = signed_in(cast.regulator.user).get(to("inquiry-witnesses", procedure.code))
    assert page.status_code == 200
    assert "<form" not in page.text.partition("<main")[2].partition("</main>")[0]
