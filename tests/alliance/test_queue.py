"""The secretary's screen: found, kept as views, handled at once, exported."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from accounts import keys
from accounts.models import Organisation
from alliance import admission, applications, saved_views
from alliance.models import Application, ApplicationState, Post, SavedView, UnitKind
from alliance.models.applications import ApplicationQuerySet
from core import clock, tasks, uploads
from core.models import Event, Job, JobState, Letter, Region
from core.numbering import new_code
from tests.alliance import applying
from tests.cast import signed_in
from tests.factories import AllianceFactory, OfficerFactory, OrganisationFactory, SeatFactory
from tests.witness import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary():
    return SeatFactory()


@pytest.fixture
def of(secretary):
    return applying.alliance(secretary)


@pytest.fixture
def client(secretary):
    return signed_in(secretary.user)


def at(name, of, *args):
    return reverse(f"alliance:{name}", args=[of.number, *args])


def many(of, count, **facts):
    """Rows as they are when handed in; only their list is looked at, so they have no forms."""
    seat = SeatFactory()
    rows = [
        Application(
            code=new_code(),
            number=f"{of.number}-T{place:04}",
            alliance=of,
            organisation=OrganisationFactory(),
            unit_kind=UnitKind.UNIVERSITY,
            state=ApplicationState.SUBMITTED,
            draft_saved_at=clock.now(),
            created_by=seat,
            submitted_by=seat,
            submitted_at=clock.now() - timedelta(minutes=place),
            version=1,
            **facts,
        )
        for place in range(count)
    ]
    return Application.objects.bulk_create(rows)


def names(page):
    return {each["row"].organisation.name for each in page.context["rows"]}


# ── the list ─────────────────────────────────────────────────────────────────────────────────────


def test_the_list_asks_as_much_for_200_as_for_one(of, client):
    many(of, 1)
    here = at("applications", of) + "?state=&show=200"
    client.get(here)
    with CaptureQueriesContext(connection) as one:
        client.get(here)
    Application.objects.all().delete()
    many(of, 200)
    with CaptureQueriesContext(connection) as lots:
        page = client.get(here)
    assert len(page.context["rows"]) == 200
    assert len(lots) == len(one)
    assert len(lots) < 40


def test_it_opens_with_what_waits(of, client):
    many(of, 2)
    Application.objects.filter(number__endswith="T0001").update(state=ApplicationState.WITHDRAWN)
    page = client.get(at("applications", of))
    assert len(page.context["rows"]) == 1
    counts = {one.value: one.count for one in page.context["facets"]["state"]}
    assert (counts["submitted"], counts["withdrawn"]) == (1, 1)
    everything = client.get(at("applications", of) + "?state=")
    assert len(everything.context["rows"]) == 2


def test_each_filter_finds_its_own(of, client, secretary):
    first, second = many(of, 2)
    first_name = first.organisation.name
    Application.objects.filter(pk=first.pk).update(
        unit_kind=UnitKind.ENTERPRISE,
        level_asked="member",
        industry="biology",
        checker=secretary,
        submitted_at=clock.now() - timedelta(days=8),
    )
    today = clock.now().date().isoformat()
    for asked in (
        "kind=enterprise",
        "level=member",
        "industry=biology",
        "checker=mine",
        "waiting=7",
        f"until={(clock.now() - timedelta(days=3)).date().isoformat()}",
        f"q={first.number}",
    ):
        assert names(client.get(at("applications", of) + f"?{asked}")) == {first_name}, asked
    for asked in ("kind=university", "level=unsaid", "checker=nobody", f"since={today}"):
        found = names(client.get(at("applications", of) + f"?{asked}"))
        assert found == {second.organisation.name}, asked


def test_region_is_a_facet(of, client):
    first, second = many(of, 2)
    Organisation.objects.filter(pk=first.organisation_id).update(
        region=Region.objects.get(code="440605")
    )
    Organisation.objects.filter(pk=second.organisation_id).update(region=None)
    page = client.get(at("applications", of) + "?state=")
    assert [(one.value, one.count) for one in page.context["facets"]["region"]] == [("440605", 1)]
    found = client.get(at("applications", of) + "?region=440605")
    assert names(found) == {first.organisation.name}


def test_a_filter_that_cannot_be_read_is_told_not_raised(of, client):
    many(of, 1)
    for asked in ("waiting=x", "since=yesterday", "level=none", "region=1", "show=9", "after=x"):
        assert client.get(at("applications", of) + f"?{asked}").status_code == 200


def test_what_is_empty_says_what_to_drop(of, client):
    page = client.get(at("applications", of) + "?q=%E6%97%A0").content.decode()
    assert "?state=" in page


# ── views ────────────────────────────────────────────────────────────────────────────────────────


def test_a_view_is_kept_renamed_preferred_and_deleted(of, client, secretary):
    client.post(at("view-save", of), {"name": "高校", "query": "kind=university&after=abc"})
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("高校", "kind=university")
    edit = at("view-edit", of, view.code)
    client.post(edit, {"name": "高校院所"})
    client.post(edit, {"default": "on"})
    view.refresh_from_db()
    assert (view.name, view.is_default) == ("高校院所", True)
    assert client.get(at("applications", of)).url.endswith("?kind=university")
    page = client.get(at("applications", of) + "?kind=university")
    assert "高校院所" in page.content.decode()
    client.post(edit, {"default": "off"})
    assert client.get(at("applications", of)).status_code == 200
    client.post(at("view-delete", of, view.code))
    assert not SavedView.objects.exists()


def test_a_name_is_there_once_and_not_empty(of, secretary):
    saved_views.keep(secretary.user, of, name="待审", query="")
    with refused("You have a view of this name already"):
        saved_views.keep(secretary.user, of, name=" 待审 ", query="q=x")
    with refused("Give the view a name"):
        saved_views.keep(secretary.user, of, name="  ", query="")
    other = saved_views.keep(secretary.user, of, name="其他", query="")
    with refused("You have a view of this name already"):
        saved_views.rename(other, name="待审")


def test_views_do_not_pile_up(of, secretary):
    for place in range(saved_views.MOST):
        saved_views.keep(secretary.user, of, name=str(place), query="")
    with refused("You have %(count)s views already"):
        saved_views.keep(secretary.user, of, name="x", query="")


def test_only_one_view_opens_first(of, secretary):
    views = [saved_views.keep(secretary.user, of, name=name, query="") for name in "ab"]
    for view in views:
        saved_views.prefer(view, is_default=True)
    assert saved_views.default(secretary.user, of) == views[1]


def test_nobody_sees_anothers_views(of, client):
    other = SeatFactory()
    view = saved_views.keep(other.user, of, name="别人的", query="")
    assert client.get(at("view-edit", of, view.code)).status_code == 404
    assert "别人的" not in client.get(at("applications", of) + "?state=").content.decode()


# ── many at once ─────────────────────────────────────────────────────────────────────────────────


def bulk(client, of, deed, rows, **typed):
    data = {"deed": deed, "application": [one.code for one in rows], "query": "state=submitted"}
    return client.post(at("applications-bulk", of), data | typed)


def test_a_preview_names_each_row_and_why_it_would_be_refused(of, client, secretary):
    good, gone, own = many(of, 3)
    Application.objects.filter(pk=gone.pk).update(state=ApplicationState.WITHDRAWN)
    Application.objects.filter(pk=own.pk).update(organisation=secretary.organisation)
    page = bulk(client, of, "return", [good, gone, own])
    assert (page.context["good"], page.context["bad"]) == (1, 2)
    assert Application.objects.get(pk=good.pk).state == ApplicationState.SUBMITTED
    sentences = [str(objection) for _row, _level, objection in page.context["rows"] if objection]
    assert len(set(sentences)) == 2
    assert good.code in page.content.decode()
    assert f'value="{gone.code}"' not in page.content.decode()


def test_each_row_is_one_rule_call_and_each_result_is_told(of, client):
    first, second, gone = many(of, 3)
    Application.objects.filter(pk=gone.pk).update(state=ApplicationState.WITHDRAWN)
    page = bulk(client, of, "return", [first, second, gone], confirmed=1, reason="请补充材料")
    assert (page.context["done"], page.context["refused"]) == (2, 1)
    assert Event.objects.filter(name="application.returned").count() == 2
    assert Event.objects.filter(name="deed.refused").count() == 1
    assert Application.objects.get(pk=first.pk).state_reason == "请补充材料"
    letters = Letter.objects.filter(kind="alliance/application-returned")
    assert "请补充材料" in letters.first().body


def test_without_a_reason_nothing_is_returned(of, client):
    rows = many(of, 1)
    page = bulk(client, of, "return", rows, confirmed=1, reason=" ")
    assert page.context["form"].errors
    assert not Event.objects.filter(name="application.returned").exists()


def test_many_go_before_the_body_each_with_the_level_it_asks_for(of, client):
    first, second = many(of, 2)
    levels = [key for key, _label in applications.askable(of, clock.now())]
    Application.objects.filter(pk=first.pk).update(level_asked=levels[0])
    bulk(client, of, "forward", [first, second], confirmed=1, level=levels[-1])
    told = dict(Application.objects.values_list("pk", "level"))
    assert told == {first.pk: levels[0], second.pk: levels[-1]}


def test_the_stamped_scan_is_asked_for_at_its_field(of, client, cast):
    row = applying.submitted(cast.agency, of)
    bulk(client, of, "rescan", [row], confirmed=1, reason="扫描件缺第 2 页")
    row.refresh_from_db()
    assert row.state == ApplicationState.RETURNED
    event = Event.objects.get(name="application.returned")
    assert "files.stamped" in str(event.content)


def test_all_that_is_found_is_chosen_at_once(of, client):
    many(of, 60)
    data = {"deed": "assign", "all": "1", "query": "state=submitted"}
    assert client.post(at("applications-bulk", of), data).context["good"] == 60


def test_nothing_chosen_is_said_and_an_unknown_deed_is_none(of, client):
    many(of, 1)
    assert client.post(at("applications-bulk", of), {"deed": "return"}).status_code == 302
    assert client.post(at("applications-bulk", of), {"deed": "burn"}).status_code == 404


def test_another_alliances_rows_are_not_touched(of, client):
    other = many(AllianceFactory(), 1)
    answer = bulk(client, of, "return", other, confirmed=1, reason="x")
    assert answer.status_code == 302
    assert Application.objects.get().state == ApplicationState.SUBMITTED


# ── whose it is ──────────────────────────────────────────────────────────────────────────────────


def test_it_waits_on_the_checkers_desk_alone(of, secretary):
    row = many(of, 1)[0]
    other = OfficerFactory(alliance=of, seat=SeatFactory(), post=Post.SECRETARY).seat
    admission.assign(row, checker=other, by=secretary, at=clock.now())
    queue: ApplicationQuerySet = Application.objects.all()
    assert not queue.to_review_by(secretary, clock.now()).exists()
    assert queue.to_review_by(other, clock.now()).exists()
    with refused("That is so already"):
        admission.assign(row, checker=other, by=secretary, at=clock.now())
    admission.assign(row, checker=None, by=secretary, at=clock.now())
    assert queue.to_review_by(secretary, clock.now()).exists()


def test_a_checker_sits_in_the_secretariat_and_not_in_the_unit(of, secretary):
    row, stranger = many(of, 1)[0], SeatFactory()
    with refused("%(person)s is not in the secretariat"):
        admission.assign(row, checker=stranger, by=secretary, at=clock.now())
    own = SeatFactory(organisation=row.organisation)
    OfficerFactory(alliance=of, seat=own, post=Post.SECRETARY)
    with refused("Nobody reviews what his own unit handed in"):
        admission.assign(row, checker=own, by=secretary, at=clock.now())


def test_a_return_wants_words(of, secretary):
    row = many(of, 1)[0]
    with refused("Say what is to be corrected"):
        admission.return_whole(row, reason=" ", by=secretary, at=clock.now())


# ── exports ──────────────────────────────────────────────────────────────────────────────────────


def test_the_sheet_has_the_chosen_rows_or_all_that_is_found(of, client):
    rows = many(of, 3)
    here, query = at("applications-export", of), {"query": "state=submitted"}
    sheet = load_workbook(BytesIO(client.post(here, query).content)).active
    assert sheet.max_row == 4
    one = client.post(here, query | {"application": rows[1].code}).content
    sheet = load_workbook(BytesIO(one)).active
    assert [cell.value for cell in sheet["A"]][1:] == [rows[1].number]


def test_forms_come_in_a_zip_made_by_the_worker(of, client, cast, secretary):
    row = applying.submitted(cast.agency, of)
    answer = client.post(at("applications-papers", of), {"query": "state=submitted"})
    job = Job.objects.get()
    assert answer.url == job.get_absolute_url()
    tasks.run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 1, 1)
    with uploads.content(job.result) as file, zipfile.ZipFile(file) as pack:
        assert len(pack.namelist()) == 2
        pdf = next(one for one in pack.namelist() if one.endswith(".pdf"))
        assert row.number in pdf
        assert pack.read(pdf).startswith(b"%PDF")
    assert client.get(job.result.get_absolute_url()).getvalue().startswith(b"PK")
    of.officers.update(held_until=clock.now())  # who sits there no more reads it no more
    assert client.get(job.result.get_absolute_url()).status_code == 404


def test_nothing_found_is_not_exported(of, client):
    for name in ("applications-export", "applications-papers"):
        assert client.post(at(name, of), {"query": "state=submitted"}).status_code == 302
    assert not Job.objects.exists()


# ── what the unit asks for, and keys ─────────────────────────────────────────────────────────────


def test_a_unit_says_which_level_it_asks_for(of, cast):
    row = applying.begun(cast.agency, of)
    whole = applying.handed(cast.agency, row)
    key = applications.askable(of, clock.now())[0][0]
    asked = applications.Handed(whole.forms, whole.files, level=key, industry="biology")
    row = applying.submit(cast.agency, row, asked)
    assert (row.level_asked, row.industry) == (key, "biology")
    assert row.versions.get().content["asked"] == {"level": key, "industry": "biology"}


def test_a_level_that_the_charter_lacks_is_not_asked_for(of, cast):
    row = applying.begun(cast.agency, of)
    whole = applying.handed(cast.agency, row)
    asked = applications.Handed(whole.forms, whole.files, level="golden")
    with refused("The charter in force knows no such level"):
        applying.submit(cast.agency, row, asked)


def test_keys_are_switched_off_for_a_person(of, client, secretary):
    many(of, 1)
    assert 'data-keys="off"' not in client.get(at("applications", of)).content.decode()
    client.post(reverse("accounts:switch-keys"), {"on": "0"})
    assert 'data-keys="off"' in client.get(at("applications", of)).content.decode()
    secretary.user.refresh_from_db()
    keys.switch(secretary.user, on=False, by=secretary.user, at=clock.now())
    assert Event.objects.filter(name="user.keys-switched").count() == 1
