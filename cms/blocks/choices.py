"""Blocks that choose by name from a list of ours: a page of the site, a legal figure, an alliance.

What is stored is the name. Migrations know them as plain text, so a list may grow without one.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from alliance.models import Alliance
from cms import destinations
from core.models import LegalFigure

NONE = ("", "---------")


class NamedBlock(blocks.FieldBlock):
    """A choice from `options()`, asked anew each time the form is drawn."""

    def __init__(self, required: bool = True, help_text: Any = None, **kwargs: Any) -> None:
        self.field = forms.ChoiceField(
            choices=self._offered, required=required, help_text=help_text
        )
        super().__init__(**kwargs)

    def _offered(self) -> list[Any]:
        return [NONE, *self.options()]

    def options(self) -> list[Any]:
        raise NotImplementedError("each kind of choice says what there is")

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return "wagtail.blocks.CharBlock", [], {"required": self.field.required}

    def deconstruct_with_lookup(self, lookup: Any) -> Any:
        return self.deconstruct()


class DestinationBlock(NamedBlock):
    """A page of the site by name (cms.destinations)."""

    options: Callable[..., list[Any]] = staticmethod(destinations.choices)

    class Meta:
        icon = "link"
        label = _("page of the site")


class LegalFigureBlock(NamedBlock):
    """A legal figure: where it is shown, it is the one in force."""

    def options(self) -> list[Any]:
        rows = LegalFigure.objects.filter(until_on=None, region_code="", regime="")
        return list(rows.order_by("name").values_list("name", "title"))

    class Meta:
        icon = "table"
        label = _("legal figure")


class AllianceBlock(NamedBlock):
    """A registered alliance, by its number."""

    def options(self) -> list[Any]:
        return list(Alliance.objects.order_by("name").values_list("number", "name"))

    class Meta:
        icon = "group"
        label = _("alliance")
