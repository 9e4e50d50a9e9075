from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from core import cache, jobs, letters, meanings, reference, tasks, timetable, todo, uploads
        from core.models import CalendarYear, JobState

        cache.watch(CalendarYear)
        reference.loader("core.regions", reference.load_regions)
        reference.loader("core.calendar", reference.load_calendar)
        reference.loader("core.figures", reference.load_figures)
        reference.loader("core.permissions", reference.name_permissions)
        timetable.every("core.scan-pending", seconds=60, task=tasks.scan_pending)
        timetable.every("core.deliver-letters", seconds=10, task=letters.deliver)
        timetable.every("core.run-jobs", seconds=2, task=tasks.run_jobs)
        uploads.purpose(jobs.RESULT, label=_("result of a job"), readable_by=jobs.is_readable)
        meanings.register(
            {
                JobState.WAITING: "wait",
                JobState.RUNNING: "open",
                JobState.DONE: "done",
                JobState.FAILED: "fail",
                JobState.CANCELLED: "ended",
            }
        )
        todo.deed("job.asked", _("asked for an export"))
