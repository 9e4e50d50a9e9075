import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

from core import cache  # noqa: E402  # only with Django's settings

application = cache.in_front(django)
