"""What the frame of every page shows: the time, the menus, who acts and what waits for them.

Anonymous visitors cost no query; the counts of the others are asked for only when shown.
"""

from django.conf import settings
from django.urls import reverse, translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from cms import desk, navigation
from cms.menus import current as menus_in_force
from core import clock, letters


def frame(request):
    seat = getattr(request, "seat", None)
    language = get_language()
    menus = SimpleLazyObject(menus_in_force)
    shown = {
        "now": clock.now(),
        "site_url": settings.SITE_URL,
        "home": "/en/" if language == "en" else "/",
        "menu": SimpleLazyObject(lambda: navigation.links(menus.main, request.path)),
        "foot_menu": SimpleLazyObject(lambda: navigation.links(menus.foot, "")),
        "menus": menus,
        "other_language": _other_language(request, language),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return shown
    return shown | {
        "seat": seat,
        "desk": reverse("cms:desk"),
        "inbox": reverse("cms:inbox"),
        "desk_menu": navigation.links(navigation.DESK, request.path, seat),
        "user_menu": navigation.links(navigation.USER, request.path, seat),
        "todo_count": SimpleLazyObject(lambda: desk.count(seat, user, shown["now"])),
        "other_seats": [held for held in getattr(request, "seats", []) if held != seat],
        "inbox_count": SimpleLazyObject(lambda: letters.unread(user.code)),
    }


def _other_language(request, language):
    """This page in the other language, told only where it is shown."""
    if request.method != "GET":
        return None
    path = request.get_full_path()
    return SimpleLazyObject(lambda: _translated(path, language))


def _translated(path, language):
    if language == "en":
        return {"label": "中文", "lang": "zh-Hans", "href": translate_url(path, "zh-hans")}
    return {"label": "English", "lang": "en", "href": translate_url(path, "en")}
