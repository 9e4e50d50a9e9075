from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    verbose_name = _("search")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from django.conf import settings

        from core import health, reference, searched, timetable
        from search import index, tasks
        from search.models import Synonym
        from search.reference import load_synonyms

        reference.loader("search.synonyms", load_synonyms)
        searched.indexers.append(index.follow)
        for edited in (post_save, post_delete):
            edited.connect(index.synonyms_changed, sender=Synonym, dispatch_uid="search.synonyms")
        timetable.every("search.read-files", seconds=10, task=tasks.read_files)
        if settings.ELASTICSEARCH_URL:
            from search import cluster_tasks

            timetable.every("search.carry", seconds=2, task=cluster_tasks.carry)
            health.concerned.append(cluster_tasks.concerns)
        timetable.every("search.tell-due", seconds=300, task=tasks.tell_due)
        timetable.every("search.refresh-due", seconds=30, task=tasks.refresh_due)
