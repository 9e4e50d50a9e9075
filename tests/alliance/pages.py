"""What a visitor sees of the pages of alliances."""

import re

from django.test import Client
from django.urls import reverse


def page(name, *args, client=None, **query):
    return (client or Client()).get(reverse(f"alliance:{name}", args=args), query)


def text(response):
    return re.sub(r"\s+", " ", response.content.decode())
