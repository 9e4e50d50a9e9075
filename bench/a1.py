"""A1, what pages are measured against: a bare Django view with one indexed query by primary key.

No middleware, a persistent connection to the same PostgreSQL, served by granian with 2 workers of
1 thread.
"""

from os import environ

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[],
    MIDDLEWARE=[],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": environ["DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    USE_TZ=True,
)
django.setup()

from django.db import models
from django.http import HttpResponse
from django.urls import path


class Row(models.Model):
    """Any small table with a primary key will do: this one is always there."""

    code = models.CharField(max_length=6)
    full_name = models.CharField(max_length=120)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "core_region"


first = Row.objects.order_by("pk").values_list("pk", flat=True).first()


def bare(request):
    return HttpResponse(Row.objects.get(pk=first).full_name)


urlpatterns = [path("", bare)]
application = get_wsgi_application()
