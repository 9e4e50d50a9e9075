"""The secretariat of an alliance at its own microsite: let in while it is in office.

Rights are looked up at every request of the staff's pages: who is an officer of the secretariat
now, and whose microsite is open to it. Wagtail asks its groups, so these follow what is found.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from accounts.models import Seat, User
from alliance.models import SECRETARIAT, Officer
from cms.models import MicrositePage
from core import clock
from core.lifecycle import lock

MAY = ("add_page", "change_page")
MEDIA = ("add_image", "choose_image", "add_document", "choose_document")


def name(page: MicrositePage) -> str:
    """Of the group that may write below a microsite."""
    return f"联盟网站 {page.alliance.number}"


def admit(user: Any, seats: Iterable[Seat]) -> bool:
    """Whether a user may write on any microsite now, as an officer of its alliance; brings the
    groups into line with that."""
    held = Officer.objects.held_at(clock.now()).filter(seat__in=list(seats), post__in=SECRETARIAT)
    pages = MicrositePage.objects.filter(
        by_secretariat=True, alliance__in=held.values("alliance")
    ).select_related("alliance")
    wanted = {name(page): page for page in pages}
    has = user.groups.filter(name__startswith="联盟网站 ")
    names = set(has.values_list("name", flat=True))
    if names != set(wanted):
        _seat(user, wanted, names - set(wanted))
    return bool(wanted)


@transaction.atomic(durable=True)
def _seat(user: Any, wanted: dict[str, MicrositePage], gone: set[str]) -> None:
    user = lock(User(pk=user.pk))
    user.groups.remove(*Group.objects.filter(name__in=gone))
    for page in wanted.values():
        user.groups.add(group_of(page))


def group_of(page: MicrositePage) -> Group:
    """The group of a microsite's writers, made when it is first needed."""
    group, new = Group.objects.get_or_create(name=name(page))
    if new:
        permissions = Permission.objects
        group.permissions.add(
            permissions.get(content_type__app_label="wagtailadmin", codename="access_admin")
        )
        for codename in MAY:
            GroupPagePermission.objects.create(
                group=group,
                page=page.page_ptr,
                permission=permissions.get(
                    content_type__app_label="wagtailcore", codename=codename
                ),
            )
        own = Collection.get_first_root_node().add_child(name=page.title)
        media = permissions.filter(
            content_type__app_label__in=["wagtailimages", "wagtaildocs"], codename__in=MEDIA
        )
        for permission in media:
            GroupCollectionPermission.objects.create(
                group=group, collection=own, permission=permission
            )
    return group
