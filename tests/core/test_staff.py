from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from core import clock
from core.calendar import day_of
from core.models import CalendarDay, CalendarYear, Event, LegalFigure
from tests.cast import signed_in
from tests.factories import LegalFigureFactory

pytestmark = pytest.mark.django_db


def staff(seat):
    seat.user.groups.add(Group.objects.get(name="运营人员"))
    return signed_in(seat.user)


@pytest.fixture
def operator(cast):
    return staff(cast.operator)


@pytest.fixture
def figure():
    return LegalFigureFactory(name="test.days", title="测试期限", value=5)


def address(figure, deed="supersede"):
    return reverse(f"legal_figure_{deed}", args=[figure.code])


def data(**changes):
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    return {
        "value": "7",
        "source": "赣市府办发〔2027〕1号",
        "from_on": tomorrow.isoformat(),
    } | changes


def test_the_list_shows_figures_with_their_sources(operator, figure):
    index = reverse("wagtailsnippets_core_legalfigure:list")
    html = operator.get(index, {"q": "测试期限"}).content.decode()
    assert "测试期限" in html
    assert address(figure) in html
    assert operator.get(index).status_code == 200


def test_nobody_edits_or_deletes_a_figure(operator, figure):
    for deed in ("edit", "delete"):
        name = f"wagtailsnippets_core_legalfigure:{deed}"
        response = operator.get(reverse(name, args=[figure.pk]))
        assert response.status_code in (302, 403)
    assert operator.get(reverse("wagtailsnippets_core_legalfigure:add")).status_code in (
        302,
        403,
    )
    assert (
        operator.get(
            reverse("wagtailsnippets_core_legalfigure:inspect", args=[figure.pk])
        ).status_code
        == 200
    )


def test_a_new_version_is_added(operator, figure, cast):
    assert operator.post(address(figure), data()).status_code == 302
    old, new = LegalFigure.objects.filter(name="test.days").order_by("version")
    assert (old.until_on, new.value, new.version) == (new.from_on, 7, 2)
    event = Event.objects.get(name="figure.superseded")
    assert event.seat_code == cast.operator.code
    assert operator.get(address(figure)).status_code == 404  # the old one has its successor


def test_a_refused_version_is_told_on_the_form_and_noted(operator, figure):
    today = day_of(clock.now()).isoformat()
    response = operator.post(address(figure), data(from_on=today))
    assert response.status_code == 200
    assert response.context["form"].non_field_errors()
    assert LegalFigure.objects.filter(name="test.days").count() == 1
    assert Event.objects.filter(name="deed.refused", subject_code=figure.code).exists()


def test_a_region_gets_its_own(operator, figure):
    response = operator.post(address(figure, "localise"), data(region="999999"))
    assert "region" in response.context["form"].errors
    assert operator.post(address(figure, "localise"), data(region="360700")).status_code == 302
    assert LegalFigure.objects.get(name="test.days", region_code="360700").value == 7


def test_without_the_deed_nothing_is_added(cast, figure):
    client = staff(cast.regulator)
    for deed in ("supersede", "localise"):
        assert client.get(address(figure, deed)).status_code in (302, 403)
        assert client.post(address(figure, deed), data()).status_code in (302, 403)
    assert LegalFigure.objects.filter(name="test.days").count() == 1


def test_a_year_of_the_calendar_is_edited_plainly(operator):
    year = CalendarYear.objects.get(year=2026)
    edit = reverse("wagtailsnippets_core_calendaryear:edit", args=[year.pk])
    days = list(CalendarDay.objects.filter(year=year).order_by("on"))
    form = {
        "year": "2026",
        "source": year.source,
        "days-TOTAL_FORMS": len(days) + 1,
        "days-INITIAL_FORMS": len(days),
        "days-MIN_NUM_FORMS": 0,
        "days-MAX_NUM_FORMS": 1000,
    }
    for place, day in enumerate(days):
        form |= {
            f"days-{place}-id": day.pk,
            f"days-{place}-on": day.on.isoformat(),
            f"days-{place}-name": day.name,
        } | ({f"days-{place}-working": "on"} if day.working else {})
    new = {"on": "2026-12-30", "name": "临时放假", "id": ""}
    form |= {f"days-{len(days)}-{name}": value for name, value in new.items()}
    assert operator.get(edit).status_code == 200
    assert operator.post(edit, form).status_code == 302
    assert not CalendarDay.objects.calendar().is_working(date(2026, 12, 30))


def test_a_regulator_looks_and_does_not_edit(cast):
    year = CalendarYear.objects.get(year=2026)
    client = staff(cast.regulator)
    index = reverse("wagtailsnippets_core_calendaryear:list")
    edit = reverse("wagtailsnippets_core_calendaryear:edit", args=[year.pk])
    assert client.get(index).status_code == 200
    assert client.get(edit).status_code in (302, 403)
