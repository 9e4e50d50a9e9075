from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AllianceConfig(AppConfig):
    name = "alliance"
    verbose_name = _("alliances")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from alliance import (
            application_registry,
            council_registry,
            founding_registry,
            membership_registry,
            search,
        )

        application_registry.register()
        council_registry.register()
        founding_registry.register()
        membership_registry.register()
        search.register()
