from datetime import date, timedelta

import pytest

from core import clock, figures
from core.audit import Clock
from core.calendar import day_of
from core.models import Event, LegalFigure, Region
from tests.factories import LegalFigureFactory
from tests.witness import refused

pytestmark = pytest.mark.django_db

NAME = "order.review.working-days"


@pytest.fixture
def figure():
    return LegalFigureFactory(name="test.days", value=5)


@pytest.fixture
def county():
    return Region.objects.get(code="360702")


def today(later: int = 0) -> date:
    return day_of(clock.now()) + timedelta(days=later)


def supersede(figure, **facts):
    facts = {"value": 9, "source": "赣市府办发〔2027〕1号", "from_on": today(1)} | facts
    return figures.supersede(figure, by=Clock(), at=clock.now(), **facts)


def test_one_query_gives_every_figure_in_force(django_assert_num_queries, county):
    with django_assert_num_queries(1):
        found = figures.on(today(), county)
        assert found[NAME].value == 2
        assert found[NAME].unit == "工作日"
        assert found["agreement.signing.days"].source.startswith("《政府采购法》第四十六条")


def test_a_page_names_the_values_of_a_figure_one_after_the_other():
    found = figures.on(date(2026, 1, 5))
    assert found["credit.publication.ordinary.months"].shown == "3、12"
    assert found["tender.period.days"].shown == "20"


def test_what_nobody_set_is_an_error():
    with pytest.raises(figures.Unknown, match=r"no legal figure 'no\.such'"):
        figures.on(today())["no.such"]
    assert "no.such" not in figures.on(today())


def test_the_nearest_figure_wins(figure, county):
    for code, value in (("360000", 6), ("360700", 7), ("440000", 8)):
        LegalFigureFactory(name="test.days", region_code=code, value=value)
    assert figures.on(today())["test.days"].value == 5
    assert figures.on(today(), county)["test.days"].value == 7
    assert figures.on(today(), county.parent.parent)["test.days"].value == 6


def test_a_regimes_own_figure_wins_at_one_place_but_not_over_a_nearer_one(figure, county):
    LegalFigureFactory(name="test.days", regime="tender", value=20)
    assert figures.on(today(), county, "tender")["test.days"].value == 20
    assert figures.on(today(), county)["test.days"].value == 5
    LegalFigureFactory(name="test.days", region_code="360700", value=7)
    assert figures.on(today(), county, "tender")["test.days"].value == 7


def test_a_new_version_holds_from_its_day_on_and_the_old_one_until_then(figure):
    successor = supersede(figure)
    assert successor.version == 2
    assert figures.on(today())["test.days"].value == 5
    assert figures.on(today(1))["test.days"] == figures.Figure(
        "test.days", "测试用数值", 9, "工作日", "赣市府办发〔2027〕1号", 2
    )
    assert Event.objects.get(name="figure.superseded").public


def test_a_version_is_superseded_once(figure):
    supersede(figure)
    with refused("has a successor"):
        supersede(figure)


@pytest.mark.parametrize("days", [-1, 0])
def test_no_version_begins_in_the_past_or_today(figure, days):
    with refused("begins after today"):
        supersede(figure, from_on=today(days))


def test_an_old_instant_does_not_backdate_a_version(figure):
    successor = supersede(figure, from_on=today(5))
    with refused("after the day its predecessor began"):
        supersede(successor, from_on=today(5))


def test_a_region_gets_its_own_figure_once(figure, county):
    def localise():
        facts = {"region": county.parent, "value": 8, "source": "赣市府办发〔2023〕11号"}
        return figures.localise(figure, from_on=today(1), by=Clock(), at=clock.now(), **facts)

    localise()
    assert figures.on(today(1), county)["test.days"].value == 8
    assert figures.on(today(1))["test.days"].value == 5
    with refused("has its own version"):
        localise()
    assert LegalFigure.objects.filter(name="test.days").count() == 2


def test_a_regions_figure_begins_after_today(figure, county):
    with refused("begins after today"):
        figures.localise(
            figure, region=county, value=1, source="x", from_on=today(), by=Clock(), at=clock.now()
        )
