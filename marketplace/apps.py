from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import meanings, reference
        from marketplace import catalogue
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
