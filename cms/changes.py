"""What Wagtail changes of the public site, told to the finished pages (core.cache).

A page published or taken down, moved, renamed or deleted; menus, redirects, pictures, documents,
topics. Each writes an event with the site as its subject, in the transaction of the change where
there is one: the very next request is answered anew.
"""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete, post_save
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page, Site
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from cms.models import Frame, Paper, Picture, Topic
from core import cache, clock

SUBJECT = "wagtailcore.site"
EDITED = (Frame, Paper, Picture, Redirect, Site, Topic)


def tell(**_facts: Any) -> None:
    """Say that the public site is another one from now on."""
    with transaction.atomic():  # a savepoint in Wagtail's transaction; its own one elsewhere
        cache.changed(Site(pk=1), at=clock.now())


def tell_of_page(sender: type, **_facts: Any) -> None:
    if sender is Page:  # each page is deleted as its own kind, then as a page
        tell()


def listen() -> None:
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(tell, dispatch_uid="cms.changes")
    post_delete.connect(tell_of_page, sender=Page, dispatch_uid="cms.changes.page")
    for model in EDITED:
        for edited in (post_save, post_delete):
            edited.connect(tell, sender=model, dispatch_uid=f"cms.changes.{model.__name__}")
