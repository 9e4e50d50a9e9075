"""What a fresh site begins with: its pages, its menus, who edits and who approves.

Pages that are missing are added, below /guide/, /forms/ and so on; what is there stays as editors
left it. The rights of the editors' groups and the approval are the house's: they are put right.
"""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from accounts.models import Deed
from accounts.seats import EDITOR_GROUPS
from cms import models, navigation
from cms.changes import tell
from cms.menus import site
from cms.models import Frame, HomePage, SecondPersonTask
from core.reference import read

PAGES = Path(__file__).parent / "data" / "site.json"
PLAIN = ("kind", "menu", "below", "body", "groups")
PAGE_RIGHTS: dict[str, tuple[str, ...]] = {
    Deed.EDIT_SITE: ("add_page", "change_page"),
    Deed.APPROVE_SITE: (
        "add_page",
        "change_page",
        "publish_page",  # to take down, to move, to stop a schedule: see cms.models.face
        "lock_page",
        "unlock_page",
        "bulk_delete_page",
    ),
}
MEDIA_RIGHTS: dict[str, tuple[str, ...]] = {
    Deed.EDIT_SITE: ("add_image", "choose_image", "add_document", "choose_document"),
    Deed.APPROVE_SITE: (
        *("add_image", "choose_image", "change_image", "delete_image"),
        *("add_document", "choose_document", "change_document", "delete_document"),
    ),
}
OTHER_RIGHTS: dict[str, tuple[str, ...]] = {
    Deed.EDIT_SITE: ("view_topic", "add_topic"),
    Deed.APPROVE_SITE: (
        *("view_topic", "add_topic", "change_topic", "delete_topic"),
        *("view_redirect", "add_redirect", "change_redirect", "delete_redirect"),
        *("change_frame", "entrust_micrositepage"),
    ),
}
APPS = ("cms", "wagtailredirects")
APPROVAL = "审核发布"


@transaction.atomic(durable=True)
def load_editors() -> int:
    """The rights of the two groups, and the approval that every page goes through."""
    made = 0
    root = Page.get_first_root_node()
    for deed, name in EDITOR_GROUPS.items():
        group = Group.objects.get(name=name)
        made += _grant(group, root, deed)
        others = Permission.objects.filter(
            content_type__app_label__in=APPS, codename__in=OTHER_RIGHTS[deed]
        )
        group.permissions.add(*others)
    return made + _approval(root)


def _grant(group: Group, root: Any, deed: str) -> int:
    made = 0
    pages = Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=PAGE_RIGHTS[deed]
    )
    for permission in pages:
        made += GroupPagePermission.objects.get_or_create(
            group=group, page=root, permission=permission
        )[1]
    media = Permission.objects.filter(
        content_type__app_label__in=["wagtailimages", "wagtaildocs"],
        codename__in=MEDIA_RIGHTS[deed],
    )
    everything = Collection.get_first_root_node()
    for permission in media:
        made += GroupCollectionPermission.objects.get_or_create(
            group=group, collection=everything, permission=permission
        )[1]
    return made


def _approval(root: Any) -> int:
    """The one workflow of the site, in the place of Wagtail's own."""
    if SecondPersonTask.objects.exists():
        return 0
    task = SecondPersonTask.objects.create(name="另一人审核")
    task.groups.add(Group.objects.get(name=EDITOR_GROUPS[Deed.APPROVE_SITE]))
    workflow = Workflow.objects.create(name=APPROVAL)
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowPage.objects.update_or_create(page=root, defaults={"workflow": workflow})
    for other in Workflow.objects.exclude(pk=workflow.pk).filter(active=True):
        other.active = False
        other.save(update_fields=["active"])
    return 1


@transaction.atomic(durable=True)
def load_pages() -> int:
    """Each page of `data/site.json` that is missing."""
    home = HomePage.objects.first()
    if home is None:
        return 0
    added = sum(_page(home, told) for told in read(PAGES))
    if added:
        tell()
    return added


def _page(parent: Any, told: dict[str, Any]) -> int:
    found = Page.objects.child_of(parent).filter(slug=told["slug"]).first()
    page, added = found and found.specific, 0
    if page is None:
        page, added = _made(parent, told), 1
    return added + sum(_page(page, below) for below in told.get("below", ()))


def _made(parent: Any, told: dict[str, Any]) -> Any:
    kind: Any = getattr(models, told["kind"])
    page = kind(
        **{name: value for name, value in told.items() if name not in PLAIN},
        show_in_menus=told.get("menu", False),
    )
    if "body" in told:
        page.body = json.dumps(told["body"])
    if "groups" in told:
        groups = json.dumps([{"type": "group", "value": group} for group in told["groups"]])
        page.groups = groups
        # Looked at, each question gets its id, which is kept: it is the address of the answer.
        list(page.groups)
    parent.add_child(instance=page)
    page.save_revision().publish(log_action=False)
    return page


@transaction.atomic(durable=True)
def load_menus() -> int:
    """The menus as they stand on a fresh site, for chief editors to change."""
    if Frame.objects.filter(site=site()).exists():
        return 0
    pages = {page.slug: page.pk for page in HomePage.objects.get().get_children()}
    Frame.objects.create(
        site=site(),
        main=json.dumps([_item(line, pages) for line in navigation.MAIN]),
        foot=json.dumps([_item(line, pages) for line in navigation.FEET]),
    )
    return 1


def _item(line: tuple[str, str, str], pages: dict[str, int]) -> dict[str, Any]:
    """A line of a menu: a destination's name or `/slug`, words, words in English."""
    to, words, words_en = line
    value: dict[str, Any] = {"label": words, "label_en": words_en}
    if to.startswith("/"):
        value |= {"page": pages.get(to[1:]), "destination": ""}
    else:
        value |= {"destination": to, "page": None}
    return {"type": "item", "value": value}
