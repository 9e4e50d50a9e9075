from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("credit")

    def ready(self) -> None:
        # Only here: this module is imported before any model can be.
        from core import outbox, reference, uploads
        from core.todo import register
        from credit import news, todo
        from credit.models import Statement
        from credit.reference import load_schemes

        reference.loader("credit.schemes", load_schemes)
        for name in ("delivery.accepted", "delivery.returned"):
            outbox.listen(name, "credit.delivery_decided", news.delivery_decided)
        for name in ("agreement.declined", "agreement.lapsed"):
            outbox.listen(name, "credit.agreement_unsigned", news.agreement_unsigned)
        uploads.purpose(
            "credit.statement",
            label=_("evidence for a statement"),
            readable_by=Statement.is_readable,
        )
        todo.name_kinds()
        register("credit", todo.waiting_for)
