from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PublicationConfig(AppConfig):
    name = "publication"

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import timetable
        from publication import finders, kinds, search, tasks, verification

        kinds.register(
            "withdrawal",
            label=_("withdrawal notice"),
            series="GXCH",
            required={"reason": _("reason")},
        )
        verification.register("publication", finders.notice)
        timetable.every("publication.draw-notices", seconds=5, task=tasks.draw_notices)
        search.register()
