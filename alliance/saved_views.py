"""Saved views of the secretariat's list: kept, renamed, made the default, deleted, by their owner.

A convenience like a draft: no event tells of it.
"""

from django.db import IntegrityError, transaction
from django.http import QueryDict  # noqa: TID251 - what a list is asked for, and no request

from accounts.models import User
from alliance.models import Alliance, SavedView
from core.lifecycle import RuleBroken, lock
from core.numbering import new_code

MOST = 20  # of one person in one alliance


@transaction.atomic(durable=True)
def keep(user: User, alliance: Alliance, *, name: str, query: str) -> SavedView:
    """Keep filters and order under a name. Refused without one, for a name that is taken, and
    beyond a sensible number.
    """
    own = SavedView.objects.filter(user=user, alliance=alliance)
    if own.count() >= MOST:
        raise RuleBroken("You have %(count)s views already: delete one first.", count=MOST)
    view = SavedView(
        code=new_code(), user=user, alliance=alliance, name=_named(name), query=_plain(query)
    )
    return _kept(view)


@transaction.atomic(durable=True)
def rename(view: SavedView, *, name: str) -> SavedView:
    """Give it another name. Refused without one, and for a name that is taken."""
    view = lock(view)
    view.name = _named(name)
    return _kept(view)


@transaction.atomic(durable=True)
def prefer(view: SavedView, *, is_default: bool) -> SavedView:
    """Have the list open with this view, or no longer."""
    others = SavedView.objects.filter(user=view.user_id, alliance=view.alliance_id)
    others.filter(is_default=True).update(is_default=False)
    view = lock(view)
    view.is_default = is_default
    view.save(update_fields=["is_default"])
    return view


@transaction.atomic(durable=True)
def delete(view: SavedView) -> None:
    """Forget it; no application changes."""
    lock(view).delete()


def default(user: User, alliance: Alliance) -> SavedView | None:
    """The view that the list opens with."""
    return SavedView.objects.filter(user=user, alliance=alliance, is_default=True).first()


def _named(name: str) -> str:
    name = " ".join(name.split())[:40]
    if not name:
        raise RuleBroken("Give the view a name.")
    return name


def _plain(query: str) -> str:
    """The filters and the order, without the place in the list."""
    asked = QueryDict(query, mutable=True)
    for stale in ("after", "before", "view"):
        asked.pop(stale, None)
    return asked.urlencode()[:1000]


def _kept(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as twin:
        raise RuleBroken("You have a view of this name already.") from twin
    return view
