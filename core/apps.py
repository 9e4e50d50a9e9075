from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import letters, reference, tasks, timetable

        reference.loader("core.regions", reference.load_regions)
        reference.loader("core.calendar", reference.load_calendar)
        reference.loader("core.figures", reference.load_figures)
        timetable.every("core.scan-pending", seconds=60, task=tasks.scan_pending)
        timetable.every("core.deliver-letters", seconds=10, task=letters.deliver)
