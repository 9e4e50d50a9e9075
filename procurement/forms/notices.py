"""What is typed about notices and time limits."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from core.widgets import DayInput

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


class StartForm(forms.Form):
    start = forms.DateField(label=_("Day from which to count"), widget=DayInput())

    def clean_start(self) -> date:
        start: date = self.cleaned_data["start"]
        if not FIRST <= start <= LAST:
            raise forms.ValidationError(_("Choose a day of this century."))
        return start
