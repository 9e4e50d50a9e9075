from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        from core import reference

        reference.loader("core.regions", reference.load_regions)
        reference.loader("core.calendar", reference.load_calendar)
        reference.loader("core.figures", reference.load_figures)
