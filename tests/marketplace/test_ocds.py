"""Orders as open contracting data: each deed a release, all of them one record."""

import json
from datetime import timedelta
from itertools import permutations

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import override_settings
from django.urls import reverse

from core import clock
from marketplace import orders
from publication import ocds, releases
from publication.models import Release
from tests.marketplace import ordering

pytestmark = pytest.mark.django_db


def said(number):
    return [row.json for row in Release.objects.filter(number=number).order_by("released_at", "pk")]


@pytest.fixture
def completed(cast):
    order = ordering.completed(cast)
    ordering.carry_news()
    return order


def test_every_step_of_an_order_is_a_release(completed):
    tags = [one["tag"] for one in said(completed.number)]
    assert tags[:3] == [["tender"], ["award"], ["contract"]]
    assert tags[-1] == ["contractTermination"]
    assert ["implementation"] in tags


def test_the_record_tells_the_whole_order(completed):
    record = releases.record_of(completed.number)
    whole = record["compiledRelease"]
    assert record["ocid"] == f"ocds-gongxn-{completed.number}"
    assert whole["tag"] == ["compiled"]
    assert whole["buyer"]["name"] == completed.owner.name
    assert whole["tender"]["status"] == "complete"
    (award,) = whole["awards"]
    assert (award["status"], award["value"]["amount"]) == ("active", float(completed.amount))
    (contract,) = whole["contracts"]
    assert (contract["awardID"], contract["status"]) == (award["id"], "terminated")
    assert {one["status"] for one in contract["implementation"]["milestones"]} == {"met"}
    parties = {one["id"] for one in whole["parties"]}
    assert {one["id"] for one in whole["tender"]["tenderers"]} <= parties
    assert award["suppliers"][0]["id"] in parties


def test_a_draw_is_told_so_that_it_can_be_recomputed(cast):
    order = ordering.published(cast)
    for seat in (cast.agency, cast.rival):
        ordering.bid(order, seat)
    shift = order.choose_at - clock.now() + settings.CLOCK_OFFSET
    with override_settings(CLOCK_OFFSET=shift + timedelta(seconds=1)):
        order = ordering.close(order, cast.owner)
        order = ordering.throw(order, ordering.witness(order, cast.owner))
        ordering.carry_news()
    draw = releases.record_of(order.number)["compiledRelease"]["tender"]["draw"]
    assert (draw["rule"], draw["commitment"]) == ("draw-0", order.commitment)
    assert draw["url"].endswith(reverse("marketplace:order-bundle", args=[order.number]))
    assert [one["rank"] for one in draw["tickets"]] == [1, 2]
    assert draw["tickets"] == sorted(draw["tickets"], key=lambda one: one["number"])
    winner = order.winner.bidder.uscc
    assert draw["tickets"][0]["id"] == f"CN-USCC-{winner}"


def test_before_the_close_nothing_tells_who_bids(cast):
    order = ordering.published(cast)
    ordering.enlisted(cast.agency.organisation)
    ordering.bid(order, cast.agency)
    ordering.carry_news()
    (release,) = said(order.number)
    assert "bids" not in release
    assert cast.agency.organisation.uscc not in json.dumps(release)


def test_a_withdrawn_order_is_cancelled(cast):
    order = ordering.published(cast)
    orders.withdraw(order, reason="项目取消", by=cast.owner, at=clock.now())
    ordering.carry_news()
    whole = releases.record_of(order.number)["compiledRelease"]
    assert whole["tender"]["status"] == "cancelled"
    assert whole["tender"]["amendments"][0]["rationale"] == "项目取消"
    assert len(whole["tender"]["documents"]) == 2


def test_releases_merge_to_the_same_in_whatever_order_they_were_kept(completed):
    kept = said(completed.number)
    whole = ocds.compiled(kept)
    for mixed in list(permutations(kept))[:24]:
        assert ocds.compiled(mixed) == whole


def test_the_same_news_is_released_once(completed):
    before = Release.objects.count()
    ordering.carry_news()
    assert Release.objects.count() == before


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_a_release_is_never_changed(completed, deed):
    statement = {
        "update": "UPDATE publication_release SET body = '{}'",
        "delete": "DELETE FROM publication_release",
    }[deed]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_month_the_record_and_the_export_hold_the_same_releases(completed, client, tmp_path):
    at = Release.objects.latest("released_at").released_at.astimezone(clock.now().tzinfo)
    month = reverse("publication:ocds-month", args=[at.year, at.month])
    package = json.loads(client.get(month).getvalue())
    record = client.get(reverse("publication:ocds-record", args=[completed.number])).json()
    call_command("export_ocds", tmp_path / "all.json", verbosity=0)
    exported = json.loads((tmp_path / "all.json").read_text())
    of_order = [one for one in exported["releases"] if one["ocid"].endswith(completed.number)]
    assert record["records"][0]["releases"] == of_order
    assert {one["id"] for one in package["releases"]} <= {one["id"] for one in exported["releases"]}
    assert package["version"] == record["version"] == exported["version"] == "1.1"
    call_command("export_ocds", tmp_path / "records.json", records=True, verbosity=0)
    records = json.loads((tmp_path / "records.json").read_text())["records"]
    assert record["records"][0] in records


def test_the_page_lists_months_and_our_extension_answers(completed, client):
    page = client.get(reverse("publication:ocds")).content.decode()
    assert reverse("publication:ocds-extension") in page
    extension = client.get(reverse("publication:ocds-extension")).json()
    assert extension["schemas"] == ["release-schema.json"]
    schema = client.get(reverse("publication:ocds-schema")).json()
    assert set(schema["definitions"]["Draw"]["properties"]) == {
        "rule",
        "commitment",
        "root",
        "seed",
        "digest",
        "url",
        "tickets",
    }
