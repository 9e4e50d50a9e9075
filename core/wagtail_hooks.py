"""Staff screens of the kernel: the calendar, edited plainly, and legal figures, superseded."""

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import path, reverse, reverse_lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail import hooks
from wagtail.admin.forms.workflows import WorkflowPageForm
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.widgets import ListingButton
from wagtail.models import Site
from wagtail.sites.views import IndexView as SiteIndex
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import (
    IndexView,
    InspectView,
    SnippetViewSet,
    SnippetViewSetGroup,
)
from wagtail.users.forms import PagePermissionsForm

from core import clock, figures, health
from core.models import CalendarYear, LegalFigure, Region
from core.staff import DeedPolicy, RuleFormView

# Wagtail heads the columns of its sites with the names of attributes.
for column in SiteIndex.columns:
    if column.name in ("port", "site_name", "root_page"):
        column.label = capfirst(Site._meta.get_field(column.name).verbose_name)
# And fields of its forms.
for form in (PagePermissionsForm, WorkflowPageForm):
    form.base_fields["page"].label = _("page")

DEED = "catalogue.edit"  # accounts.models.Deed.EDIT_CATALOGUE, which this package does not know


class CalendarYearViewSet(SnippetViewSet):
    model = CalendarYear
    icon = "calendar"
    list_display = ["year", "source"]
    panels = [
        FieldPanel("year"),
        FieldPanel("source"),
        InlinePanel(
            "days",
            heading=_("days of the calendar"),
            panels=[FieldPanel("on"), FieldPanel("working"), FieldPanel("name")],
        ),
    ]

    @property
    def permission_policy(self):
        return DeedPolicy(self.model, DEED, {"add", "change"})


class FigureIndex(IndexView):
    def get_list_buttons(self, instance):
        buttons = []
        seat = self.request.seat
        if instance.until_on is None and seat is not None and seat.may(DEED):
            for name, label in (("supersede", _("New version")), ("localise", _("For a region"))):
                address = reverse(f"legal_figure_{name}", args=[instance.code])
                buttons.append(ListingButton(label, url=address))
        return buttons


class FigureInspection(InspectView):
    def get_field_display_value(self, field_name, field):
        value = super().get_field_display_value(field_name, field)
        return "—" if value in (None, "") else value


class LegalFigureViewSet(SnippetViewSet):
    model = LegalFigure
    icon = "table"
    index_view_class = FigureIndex
    inspect_view_enabled = True
    inspect_view_fields_exclude = ["code"]
    inspect_view_class = FigureInspection
    list_per_page = 100
    list_display = ["title", "value", "unit", "region_code", "from_on", "until_on", "source"]
    list_filter = ["regime", "region_code"]
    search_fields = ["title", "name", "source"]
    ordering = ["name", "region_code", "-version"]

    @property
    def permission_policy(self):
        return DeedPolicy(self.model, DEED)


class ReferenceGroup(SnippetViewSetGroup):
    items = (LegalFigureViewSet, CalendarYearViewSet)
    menu_label = _("Law and calendar")
    menu_icon = "table"
    menu_name = "law"


register_snippet(ReferenceGroup)


class FigureForm(forms.Form):
    value = forms.JSONField(
        label=_("value"), help_text=_("A number, or a list of numbers in square brackets.")
    )
    source = forms.CharField(
        label=_("source"),
        max_length=300,
        help_text=_("Law, number and article, or the local rule."),
    )
    from_on = forms.DateField(
        label=_("in force from"), widget=forms.DateInput(attrs={"type": "date"})
    )


class LocalFigureForm(FigureForm):
    region = forms.CharField(label=_("region"), help_text=_("The six digits of GB/T 2260."))

    field_order = ["region", "value", "source", "from_on"]

    def clean_region(self):
        region = Region.objects.filter(code=self.cleaned_data["region"].strip()).first()
        if region is None:
            raise forms.ValidationError(_("No region has this code."))
        return region


class SupersedeFigure(RuleFormView):
    deed = DEED
    form_class = FigureForm
    page_title = _("New version of a legal figure")
    header_icon = "table"
    submit_label = _("Add the version")
    done = _("Added. It holds from its day on; what is published before keeps the old one.")
    rule: Any = staticmethod(figures.supersede)

    def find(self):
        return get_object_or_404(LegalFigure, code=self.kwargs["code"], until_on=None)

    def perform(self, **data):
        type(self).rule(self.subject, **data, by=self.request.seat, at=clock.now())

    def get_page_subtitle(self):
        return f"{self.subject.title} {self.subject.region_code}".strip()

    def get_initial(self):
        return {"value": self.subject.value}

    def get_success_url(self):
        return reverse("wagtailsnippets_core_legalfigure:list")


class LocaliseFigure(SupersedeFigure):
    form_class = LocalFigureForm
    page_title = _("A region's own legal figure")
    rule = staticmethod(figures.localise)


class Status(WagtailAdminTemplateMixin, TemplateView):
    """Whether what the site stands on answers, and what waits for a worker."""

    template_name = "core/status.html"
    page_title = _("State of the system")
    header_icon = "info-circle"

    def get_context_data(self, **context):
        told = {"faults": health.faults(), "concerns": health.concerns()}
        return super().get_context_data(**context) | told | {"queues": health.queues(clock.now())}


@hooks.register("register_admin_menu_item")
def status_item():
    address = reverse_lazy("system_status")
    return MenuItem(
        _("State of the system"), address, name="status", icon_name="info-circle", order=9_000
    )


@hooks.register("register_admin_urls")
def figure_urls():
    return [
        path("status/", Status.as_view(), name="system_status"),
        path(
            "figures/<str:code>/supersede/",
            SupersedeFigure.as_view(),
            name="legal_figure_supersede",
        ),
        path(
            "figures/<str:code>/localise/", LocaliseFigure.as_view(), name="legal_figure_localise"
        ),
    ]
