from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("search")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import reference, searched, timetable
        from search import index, tasks
        from search.reference import load_synonyms

        reference.loader("search.synonyms", load_synonyms)
        searched.indexers.append(index.follow)
        timetable.every("search.read-files", seconds=10, task=tasks.read_files)
        timetable.every("search.refresh-due", seconds=30, task=tasks.refresh_due)
