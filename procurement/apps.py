from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = _("procurement")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from procurement import (
            argument_registry,
            inquiry_registry,
            need_registry,
            notice_registry,
            ocds,
            search,
        )

        need_registry.register()
        argument_registry.register()
        inquiry_registry.register()
        notice_registry.register()
        ocds.register()
        search.register()
