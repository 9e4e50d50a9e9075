"""How forms are drawn: by our own templates below `core/templates/forms/`.

Every bound field gets the class its widget needs, so `{{ form.amount }}` and
`{{ form.amount.as_field_group }}` look the same.
"""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

CLASSES: tuple[tuple[tuple[type[forms.Widget], ...], str], ...] = (
    ((forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple), "form-check-input"),
    ((forms.Select,), "form-select"),
    ((forms.widgets.Input, forms.Textarea, forms.MultiWidget), "form-control"),
)


class BoundField(forms.BoundField):
    def build_widget_attrs(
        self, attrs: dict[str, Any], widget: forms.Widget | None = None
    ) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if widget.is_hidden:
            return attrs
        ours = next((name for kinds, name in CLASSES if isinstance(widget, kinds)), "")
        names = [widget.attrs.get("class", ""), attrs.get("class", ""), ours]
        if self.errors:
            names.append("is-invalid")
        attrs["class"] = " ".join(name for name in names if name)
        return attrs

    @property
    def options(self) -> bool:
        """Whether this is drawn as a list of options, one label for each."""
        return isinstance(self.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)

    @property
    def ticked(self) -> bool:
        """Whether this is a single box to tick, with its label behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)


class FormRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = BoundField
