"""What the staff's menu offers of accounts: the way back to the desk, where deeds are done."""

from django.conf import settings
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from accounts.models import Deed


class VerificationsItem(MenuItem):
    def is_shown(self, request):
        return request.seat is not None and request.seat.may(Deed.VERIFY_ORGANISATION)


@hooks.register("register_admin_menu_item")
def desk_item():
    return MenuItem(
        _("Desk"), settings.LOGIN_REDIRECT_URL, name="desk", icon_name="tasks", order=10
    )


@hooks.register("register_admin_menu_item")
def verifications_item():
    return VerificationsItem(
        _("Verification of units"),
        reverse_lazy("accounts:verifications"),
        name="verifications",
        icon_name="clipboard-list",
        order=20,
    )
