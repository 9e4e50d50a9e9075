from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.db.models import Model

from core.fields import EncryptedTextField, elsewhere, newest

CHUNK = 500


class Command(BaseCommand):
    help = "Encrypt anew, with the newest key, what older keys of FIELD_KEYS wrote."

    def handle(self, *args: Any, **options: Any) -> None:
        for model in apps.get_models():
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedTextField):
                    self.stdout.write(f"{field.label}: {rotate(model, field)} rewritten")
        for label, rotate_there in elsewhere.items():
            self.stdout.write(f"{label}: {rotate_there()} rewritten")


def rotate(model: type[Model], field: EncryptedTextField) -> int:
    """Rewrite in chunks, each under the lock of its rows, so that the site goes on meanwhile."""
    table, column = (
        connection.ops.quote_name(name) for name in (model._meta.db_table, str(field.column))
    )
    key = connection.ops.quote_name(str(model._meta.pk.column))
    stale = f"{column} <> '' AND {column} NOT LIKE %s ORDER BY {key}"
    with connection.cursor() as cursor:
        statement = f"SELECT {key} FROM {table} WHERE {stale}"  # noqa: S608 - our own names
        cursor.execute(statement, [f"v{newest()}:%"])
        keys = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic(durable=True):
            rows = model._base_manager.filter(pk__in=keys[start : start + CHUNK])
            for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
                row.save(update_fields=[field.name])
    return len(keys)
