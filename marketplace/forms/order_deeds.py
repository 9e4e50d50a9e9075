"""Forms of what is done about an order once it is written: bids, evaluation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import MoneyField, OnceField
from marketplace.models import (
    Method,
    ServiceOrder,
)


class ReasonForm(forms.Form):
    """A reason that somebody will read."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class BidForm(forms.Form):
    """A bid: a price where the lowest wins, and the unit's name typed out."""

    price = MoneyField(label=_("Your price (yuan)"))
    typed = forms.CharField(label=_("Full name of your unit, to confirm"), max_length=120)
    above = forms.BooleanField(
        label=_("I bid above the ceiling, and know that such a bid is invalid"), required=False
    )
    once = OnceField()

    def __init__(self, *args: Any, order: ServiceOrder, name: str, **facts: Any) -> None:
        self.order, self.name = order, name
        super().__init__(*args, **facts)
        self.fields["typed"].help_text = _("Type: %(name)s") % {"name": name}
        if order.method == Method.DRAW:
            del self.fields["price"], self.fields["above"]
        elif not self._is_above():
            del self.fields["above"]

    def clean(self) -> dict[str, Any]:
        if "above" in self.fields and not self.cleaned_data.get("above"):
            self.add_error(
                "price", _("This is above the ceiling: such a bid is invalid once it is opened.")
            )
        return self.cleaned_data

    def _is_above(self) -> bool:
        limit = self.order.limit
        if not self.is_bound or limit is None:
            return False
        try:
            price = self.fields["price"].clean(self.data.get("price"))
        except forms.ValidationError:
            return False
        return price is not None and price > limit
