from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock, jobs, tasks, uploads
from core.models import Event, Job, JobState, Letter
from tests.cast import signed_in
from tests.witness import refused

pytestmark = pytest.mark.django_db
KIND = "core.test"


@pytest.fixture
def work(monkeypatch):
    """A kind of work that counts to the number in its params; what else it does can be put in."""
    seen = []

    def counts(job, progress):
        for done in range(1, job.params["to"] + 1):
            seen.append(done)
            if job.params.get("stop_at") == done:
                jobs.cancel(job, by=counts.by, at=clock.now())
            if job.params.get("fail_at") == done:
                raise ValueError("no more paper")
            progress(done, job.params["to"])
        return jobs.Made("数.txt", "text/plain", b"one two three")

    counts.seen = seen
    monkeypatch.setitem(jobs.kinds, KIND, jobs.Kind(KIND, "counting", counts, lambda *_: True))
    return counts


def ask(seat, **params):
    return jobs.ask(
        KIND, title="数到三", params={"to": 3, **params}, back="/desk/", by=seat, at=clock.now()
    )


def test_a_job_is_done_with_progress_and_its_asker_gets_the_file(cast, work):
    job = ask(cast.agency)
    tasks.run_jobs()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert Letter.objects.get(kind="core/job-done").user_code == cast.agency.user.code
    with uploads.content(job.result) as file:
        assert file.read() == b"one two three"
    client = signed_in(cast.agency.user)
    answer = client.get(job.result.get_absolute_url())
    assert answer.getvalue() == b"one two three"
    client = signed_in(cast.rival.user)
    assert client.get(job.result.get_absolute_url()).status_code == 404


def test_a_result_is_not_kept_readable_for_ever(cast, work, later):
    job = ask(cast.agency)
    tasks.run_jobs()
    job.refresh_from_db()
    client = signed_in(cast.agency.user)
    later(days=31)
    assert client.get(job.result.get_absolute_url()).status_code == 404


def test_what_is_cancelled_stops_at_the_next_step_and_keeps_nothing(cast, work):
    work.by = cast.agency
    job = ask(cast.agency, stop_at=2)
    tasks.run_jobs()
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.CANCELLED, None)
    assert work.seen == [1, 2]
    assert not Letter.objects.exists()


def test_a_failed_job_says_so_and_holds_up_nobody(cast, work, caplog):
    first, second = ask(cast.agency, fail_at=1), ask(cast.rival)
    tasks.run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (JobState.FAILED, JobState.DONE)
    assert Letter.objects.filter(kind="core/job-failed").count() == 1
    assert "no more paper" in caplog.text


def test_what_a_killed_worker_left_is_begun_anew(cast, work, later):
    job = ask(cast.agency)
    Job.objects.update(state=JobState.RUNNING, claimed_until=clock.now() + jobs.LEASE, done=2)
    assert not jobs.run_once()
    later(seconds=(jobs.LEASE + timedelta(seconds=1)).total_seconds())
    assert jobs.run_once()
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_who_lost_his_lease_ends_nothing(cast, work):
    job = ask(cast.agency)

    def taken_over(job, progress):
        Job.objects.update(claimed_until=clock.now() + timedelta(hours=1))
        progress(1, 3)

    jobs.kinds[KIND] = jobs.Kind(KIND, "counting", taken_over, lambda *_: True)
    assert jobs.run_once()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_the_same_is_not_asked_for_twice_nor_many_at_once(cast, work):
    ask(cast.agency)
    with refused("This is being made already"):
        ask(cast.agency)
    for number in range(1, jobs.AT_ONCE):
        ask(cast.agency, number=number)
    with refused("%(count)s of your jobs are not done yet"):
        ask(cast.agency, number=9)
    ask(cast.rival)


def test_what_has_ended_is_not_cancelled(cast, work):
    job = ask(cast.agency)
    tasks.run_jobs()
    with refused("This is “%(now)s” and cannot become"):
        jobs.cancel(job, by=cast.agency, at=clock.now())


def test_its_page_follows_it_and_cancels_it(cast, work):
    job = ask(cast.agency)
    client = signed_in(cast.agency.user)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "every 2s" in page
    assert page.count("<h1") == 1
    part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "<h1" not in part
    client.post(reverse("core:job-cancel", args=[job.code]))
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert Event.objects.filter(name="job.cancelled").count() == 1
    assert "every 2s" not in client.get(job.get_absolute_url()).content.decode()
    assert job.title in client.get(reverse("core:jobs")).content.decode()


def test_the_list_asks_as_much_for_many_as_for_one(
    cast, work, django_assert_num_queries, monkeypatch
):
    client = signed_in(cast.agency.user)
    monkeypatch.setattr(jobs, "AT_ONCE", 100)
    ask(cast.agency)
    client.get(reverse("core:jobs"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("core:jobs"))
    for number in range(18):
        ask(cast.agency, number=number)
    with django_assert_num_queries(len(one)):
        client.get(reverse("core:jobs"))
