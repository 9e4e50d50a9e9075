from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MarketplaceConfig(AppConfig):
    name = "marketplace"
    verbose_name = _("marketplace")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import meanings, reference
        from marketplace import catalogue, order_registry
        from marketplace.models import AgencyState, ReviewState

        reference.loader("marketplace.service-items", catalogue.load)
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
