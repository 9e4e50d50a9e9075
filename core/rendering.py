"""How forms are drawn: by our own templates below `core/templates/forms/`."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    pass
