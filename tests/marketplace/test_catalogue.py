import pytest
from django.core.management import call_command

from core import clock
from core.models import Event
from marketplace import catalogue
from marketplace.models import QualificationCategory, ServiceItem, ServiceItemVersion
from tests.factories import AgencyServiceFactory, QualificationCategoryFactory
from tests.witness import refused, witnessed

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast):
    QualificationCategoryFactory(code="mapping")
    content = {
        "name": "测绘",
        "group": "testing",
        "summary": "测量地形、界线与房产。",
        "when_needed": "规划核实前。",
        "authority": "自然资源主管部门",
        "fee_basis": "market",
        "requirement": {"qualification": "mapping", "level": "乙级"},
    }
    return catalogue.introduce("mapping", content, by=cast.operator, at=clock.now())


def revise(item, cast, seen=1, note="法律修改", **content):
    return catalogue.revise(item, content, seen=seen, note=note, by=cast.operator, at=clock.now())


def test_the_data_file_is_loaded_once_and_publicly_recorded(capsys):
    call_command("load_service_items")
    assert ServiceItem.objects.count() == ServiceItemVersion.objects.count() == 12
    assert QualificationCategory.objects.count() == 15
    events = Event.objects.filter(name="service-item.introduced", public=True)
    assert events.count() == 12
    with witnessed() as database:
        call_command("load_service_items")
        assert database.is_as_it_was()


def test_loading_leaves_alone_what_staff_revised(cast):
    catalogue.load()
    item = ServiceItem.objects.get(code="surveying")
    revise(item, cast, authority="市自然资源局")
    catalogue.load()
    item.refresh_from_db()
    assert (item.authority, item.version) == ("市自然资源局", 2)


def test_a_revision_makes_a_version_and_keeps_the_earlier_one(item, cast):
    revise(item, cast, time_limit_days=12)
    item.refresh_from_db()
    assert (item.version, item.time_limit_days) == (2, 12)
    newest, first = item.versions.all()
    assert (newest.content["time_limit_days"], first.content["time_limit_days"]) == (12, None)
    assert newest.digest != first.digest
    event = Event.objects.get(name="service-item.revised")
    assert event.public
    assert newest.digest in event.content


def test_a_revision_is_refused(item, cast):
    with refused("Nothing differs"):
        revise(item, cast, name="测绘")
    with refused("Say what changes"):
        revise(item, cast, note=" ", name="测量")
    with refused("No qualification category"):
        revise(item, cast, requirement={"qualification": "unknown"})
    with refused("not written as they must be"):
        revise(item, cast, requirement={"some": []})
    revise(item, cast, name="测量")
    with refused("Somebody else revised"):
        revise(item, cast, seen=1, name="测绘与测量")


def test_an_address_is_taken_once(item, cast):
    with refused("has this address already"):
        catalogue.introduce("mapping", item.content, by=cast.operator, at=clock.now())


def test_only_listed_agencies_that_offer_now_are_counted(item):
    AgencyServiceFactory(item=item)
    AgencyServiceFactory(item=item, offered_until=clock.now())
    draft = AgencyServiceFactory(item=item).agency
    type(draft).objects.filter(pk=draft.pk).update(state="submitted", listed_at=None)
    assert ServiceItem.objects.with_agency_count().get(pk=item.pk).agency_count == 1
