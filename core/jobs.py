"""Long work: asked for by a person, done by the worker, with progress, cancel, and a letter.

    jobs.kind("alliance.forms", label=…, work=forms, readable_by=is_secretary)   # from apps.py
    job = jobs.ask("alliance.forms", title=…, params={…}, by=seat, at=now)       # a rule
    redirect(job)                                                                # its own page

`work(job, progress)` runs outside any transaction, calls `progress(done, total)` now and then, and
returns what it made. A job whose worker was killed begins anew once its lease is over; a job that
was cancelled ends at the next `progress`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any, Protocol

from django.db import transaction

from core import clock, letters, uploads
from core.audit import Actor, Clock, record
from core.letters import Recipient
from core.lifecycle import RuleBroken, lock, move
from core.models import Job, JobState, Scan, Upload
from core.numbering import new_code

RESULT = "core.job-result"
LEASE = timedelta(minutes=2)  # between two calls of `progress`
AT_ONCE = 5  # unfinished jobs of one person
READABLE = timedelta(days=30)  # how long a result may be fetched

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made:
    """What a job made: a file."""

    name: str
    media_type: str
    content: bytes


class Stopped(Exception):
    """The job was cancelled meanwhile, or another worker took it over."""


class Progress(Protocol):
    def __call__(self, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Kind:
    name: str
    label: Any
    work: Callable[[Job, Progress], Made]
    readable_by: Callable[[Job, Any], bool]


kinds: dict[str, Kind] = {}


@dataclass(frozen=True)
class _To:
    """Who asked for a job, to be written to."""

    job: Job

    def letter_recipients(self, at: datetime) -> list[Recipient]:
        return [Recipient(**self.job.recipient)]


class _Asker(Actor, letters.Addressee, Protocol):
    """A seat or a user."""


def kind(
    name: str,
    *,
    label: Any,
    work: Callable[[Job, Progress], Made],
    readable_by: Callable[[Job, Any], bool],
) -> None:
    """Register a kind of work. `readable_by(job, request)`: whether who asked may still read it."""
    kinds[name] = Kind(name, label, work, readable_by)


@transaction.atomic(durable=True)
def ask(
    kind: str, *, title: str, params: Mapping[str, Any], back: str, by: _Asker, at: datetime
) -> Job:
    """Have the worker do it. Refused while the same is under way, and beyond a few at once."""
    signature, recipient = by.signature(), next(iter(by.letter_recipients(at)))
    unfinished = Job.objects.unfinished().filter(user_code=signature["actor"])
    if any(one.kind == kind and one.params == params for one in unfinished):
        raise RuleBroken("This is being made already: see your jobs.")
    if len(unfinished) >= AT_ONCE:
        raise RuleBroken("%(count)s of your jobs are not done yet: wait for one.", count=AT_ONCE)
    job = Job.objects.create(
        code=new_code(),
        kind=kind,
        title=title[:200],
        params=dict(params),
        user_code=signature["actor"],
        recipient=asdict(recipient),
        back=back,
        asked_at=at,
    )
    record(job, "job.asked", by=by, at=at, kind=kind, title=job.title)
    return job


@transaction.atomic(durable=True)
def cancel(job: Job, *, by: Actor, at: datetime) -> Job:
    """Stop it; nothing is kept of what was made so far. Refused once it has ended."""
    job = lock(job)
    move(job, JobState.CANCELLED, ended_at=clock.after_lock(), claimed_until=None)
    record(job, "job.cancelled", by=by, at=at)
    return job


def run_once() -> bool:
    """Do one job; False when none waits. Called by the worker."""
    job = _claim(at=clock.now())
    if job is None:
        return False
    try:
        made = kinds[job.kind].work(job, lambda done, total: _note(job, done, total))
        upload = _keep(job, made)
    except Stopped:
        logger.info("job %s: stopped", job.code)
        return True
    except RuleBroken as refused:
        fail(job, str(refused), by=Clock(), at=clock.now())
        return True
    except Exception:
        logger.exception("job %s failed", job.code)
        fail(job, "", by=Clock(), at=clock.now())
        return True
    try:
        finish(job, upload, by=Clock(), at=clock.now())
    except RuleBroken as late:  # cancelled in the last moment
        logger.info("job %s: %s", job.code, late)
    return True


@transaction.atomic(durable=True)
def _claim(*, at: datetime) -> Job | None:
    for job in Job.objects.claimable_at(at)[:5]:
        mine = Job.objects.filter(pk=job.pk, state=job.state, claimed_until=job.claimed_until)
        job.state, job.claimed_until, job.started_at = JobState.RUNNING, at + LEASE, at
        taken = {"claimed_until": job.claimed_until, "started_at": at, "done": 0}
        if mine.update(state=JobState.RUNNING, **taken):
            return job
    return None


@transaction.atomic(durable=True)
def _note(job: Job, done: int, total: int) -> None:
    """How far the work is; the lease begins anew. Raises Stopped where it is ours no more."""
    seen, until = job.claimed_until, clock.now() + LEASE
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, claimed_until=seen)
    if not mine.update(done=done, total=total, claimed_until=until):
        raise Stopped
    job.claimed_until = until


def _keep(job: Job, made: Made) -> Upload:
    """Store the file, outside any transaction; its row comes with the job's end."""
    digest, size = uploads.keep(BytesIO(made.content))
    return Upload(
        code=new_code(),
        sha256=digest,
        name=made.name,
        size=size,
        media_type=made.media_type,
        purpose=RESULT,
        subject=Job._meta.label_lower,
        subject_code=job.code,
        user_code=job.user_code,
        organisation_code=job.recipient["organisation"],
        scan=Scan.CLEAN,  # made here, of what was scanned when it came
        received_at=clock.now(),
    )


@transaction.atomic(durable=True)
def finish(job: Job, upload: Upload, *, by: Actor, at: datetime) -> Job:
    """The file is made: whoever asked is told. Refused where it was cancelled or taken over."""
    seen = job.claimed_until
    job = lock(job, state=JobState.RUNNING)
    if job.claimed_until != seen:
        raise RuleBroken("Another worker has this job now.")
    upload.save()
    ended_at = clock.after_lock()
    move(job, JobState.DONE, ended_at=ended_at, claimed_until=None, result=upload, done=job.total)
    record(job, "job.done", by=by, at=at, sha256=upload.sha256, size=upload.size)
    _tell(job, "core/job-done", at=ended_at)
    return job


@transaction.atomic(durable=True)
def fail(job: Job, note: str, *, by: Actor, at: datetime) -> Job:
    """It could not be done: whoever asked is told why, and may ask anew."""
    job = lock(job, state=JobState.RUNNING)
    ended_at = clock.after_lock()
    move(job, JobState.FAILED, ended_at=ended_at, claimed_until=None, note=note[:500])
    record(job, "job.failed", by=by, at=at, note=note)
    _tell(job, "core/job-failed", at=ended_at)
    return job


def _tell(job: Job, kind: str, *, at: datetime) -> None:
    letters.post(kind, to=_To(job), at=at, link=job.get_absolute_url(), job=job)


def is_readable(upload: Upload, request: Any) -> bool:
    """Only who asked for it, for some time, and as long as the kind's package says so."""
    job = Job.objects.filter(code=upload.subject_code).first()
    if job is None or job.ended_at is None or job.ended_at + READABLE < clock.now():
        return False
    asked = bool(request.user.is_authenticated and request.user.code == job.user_code)
    return asked and job.kind in kinds and kinds[job.kind].readable_by(job, request)
