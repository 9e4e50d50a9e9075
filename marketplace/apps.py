from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    name = "marketplace"
    verbose_name = _("marketplace")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import cache, meanings, reference, timetable, todo, uploads
        from marketplace import catalogue, order_registry, search, tasks
        from marketplace.agencies import may_read
        from marketplace.models import AgencyState, QualificationCategory, ReviewState
        from marketplace.todo import drafts_of, name_kinds, waiting_for

        cache.watch(QualificationCategory)
        reference.loader("marketplace.service-items", catalogue.load)
        for purpose, label in (
            ("marketplace.entry-file", _("paper of an entry")),
            ("marketplace.qualification-scan", _("scan of a certificate")),
        ):
            uploads.purpose(purpose, label=label, readable_by=may_read)
        todo.register("marketplace", waiting_for, drafts_of=drafts_of)
        name_kinds()
        timetable.every(
            "marketplace.remind-of-qualifications",
            seconds=6 * 3600,
            task=tasks.remind_of_qualifications,
        )
        meanings.register(
            {
                AgencyState.DRAFT: "draft",
                AgencyState.SUBMITTED: "wait",
                AgencyState.RETURNED: "fail",
                AgencyState.LISTED: "done",
            }
        )
        meanings.register(
            {
                ReviewState.PENDING: "wait",
                ReviewState.VERIFIED: "done",
                ReviewState.RETURNED: "fail",
            }
        )
        order_registry.register()
        search.register()
