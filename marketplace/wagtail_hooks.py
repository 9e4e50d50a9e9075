"""Staff screens of the marketplace: the catalogue, revised in versions; categories, edited."""

from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.widgets import HeaderButton, ListingButton
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from accounts.models import Deed
from core import clock
from core.staff import DeedPolicy, RuleFormView
from marketplace import catalogue
from marketplace.forms.catalogue import NewItemForm, RevisionForm
from marketplace.models import QualificationCategory, ServiceItem

DEED = Deed.EDIT_CATALOGUE


def may_edit(request):
    return request.seat is not None and request.seat.may(DEED)


class ItemIndex(IndexView):
    def get_list_buttons(self, instance):
        address = reverse("service_item_revise", args=[instance.code])
        return [
            *([ListingButton(_("Revise"), url=address)] if may_edit(self.request) else []),
            ListingButton(_("Public page"), url=instance.get_absolute_url()),
        ]

    @property
    def header_buttons(self):
        if not may_edit(self.request):
            return []
        return [HeaderButton(_("New item"), url=reverse("service_item_introduce"))]


class ServiceItemViewSet(SnippetViewSet):
    model = ServiceItem
    icon = "list-ul"
    index_view_class = ItemIndex
    list_per_page = 100
    list_display = [
        "name",
        "group",
        "authority",
        "version",
        "revised_at",
        BooleanColumn("retired", label=_("no longer in force"), sort_key="retired"),
    ]
    list_filter = ["group", "retired"]
    search_fields = ["name", "summary", "authority"]
    ordering = ["place", "code"]

    @property
    def permission_policy(self):
        return DeedPolicy(self.model, DEED)


class QualificationCategoryViewSet(SnippetViewSet):
    model = QualificationCategory
    icon = "tag"
    list_per_page = 100
    list_display = [
        "name",
        "holder",
        "authority",
        Column(
            "levels", label=_("levels, highest first"), accessor=lambda one: "、".join(one.levels)
        ),
        Column(
            "specialties", label=_("specialties"), accessor=lambda one: "、".join(one.specialties)
        ),
    ]
    list_filter = ["holder"]
    search_fields = ["name", "code"]
    ordering = ["place", "code"]
    panels = [
        FieldPanel(name)
        for name in (
            "code",
            "name",
            "holder",
            "authority",
            "levels",
            "specialties",
            "note",
            "place",
        )
    ]

    @property
    def permission_policy(self):
        return DeedPolicy(self.model, DEED, {"add", "change"})


class CatalogueGroup(SnippetViewSetGroup):
    items = (ServiceItemViewSet, QualificationCategoryViewSet)
    menu_label = _("Service catalogue")
    menu_icon = "list-ul"
    menu_name = "catalogue"


register_snippet(CatalogueGroup)


class ReviseItem(RuleFormView):
    template_name = "marketplace/item-form.html"
    deed = DEED
    form_class = RevisionForm
    page_title = _("New version of a service item")
    header_icon = "list-ul"
    submit_label = _("Publish the version")
    done = _("Published: in force from now on. Orders published before keep the earlier version.")

    def find(self):
        self.item = get_object_or_404(ServiceItem, code=self.kwargs["slug"])
        # An item's own code is its address, a word; events speak of the version.
        return self.item.versions.first()

    def perform(self, **content):
        seen, note = content.pop("seen"), content.pop("note")
        catalogue.revise(
            self.item, content, seen=seen, note=note, by=self.request.seat, at=clock.now()
        )

    def get_page_subtitle(self):
        return self.item.name

    def get_initial(self):
        return {**self.item.content, "seen": self.item.version}

    def get_success_url(self):
        return reverse("wagtailsnippets_marketplace_serviceitem:list")


class IntroduceItem(RuleFormView):
    template_name = "marketplace/item-form.html"
    deed = DEED
    form_class = NewItemForm
    page_title = _("New service item")
    header_icon = "list-ul"
    submit_label = _("Publish the item")
    done = _("Published: it can be offered and ordered from now on.")

    def find(self):
        return self.request.seat.organisation

    def perform(self, **content):
        slug, note = content.pop("slug"), content.pop("note")
        catalogue.introduce(slug, content, note=note, by=self.request.seat, at=clock.now())

    def get_success_url(self):
        return reverse("wagtailsnippets_marketplace_serviceitem:list")


@hooks.register("register_admin_urls")
def item_urls():
    return [
        path("services/new/", IntroduceItem.as_view(), name="service_item_introduce"),
        path("services/<slug:slug>/revise/", ReviseItem.as_view(), name="service_item_revise"),
    ]
