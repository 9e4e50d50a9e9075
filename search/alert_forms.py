"""What is filled in to keep a search, or to have its digests sent to an address."""

from django import forms
from django.utils.translation import gettext_lazy as _

from search.models import Rhythm


class SaveForm(forms.Form):
    name = forms.CharField(
        label=_("name of this search"),
        max_length=80,
        help_text=_("You see it in your list and in the digest's subject."),
    )
    rhythm_key = forms.ChoiceField(
        label=_("new results by letter"),
        choices=Rhythm.choices,
        widget=forms.RadioSelect,
        initial=Rhythm.DAILY,
        help_text=_("In-site and by mail, at 7:30. Without anything new nothing is sent."),
    )


class AskForm(forms.Form):
    email = forms.EmailField(
        label=_("e-mail"),
        help_text=_("We ask there first; nothing else is sent before you say yes."),
    )
    rhythm_key = forms.ChoiceField(
        label=_("new results by mail"),
        choices=[one for one in Rhythm.choices if one[0] != Rhythm.NEVER],
        widget=forms.RadioSelect,
        initial=Rhythm.DAILY,
        help_text=_("At 7:30. Without anything new nothing is sent."),
    )
