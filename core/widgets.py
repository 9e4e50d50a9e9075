"""Widgets of our forms: options that explain themselves, days and instants."""

from collections.abc import Mapping
from typing import Any

from django import forms


class Options(forms.RadioSelect):
    """Radio buttons with a line below each, and forbidden ones that stay visible with the reason.

    `hints` and `refused` map the value of a choice to its words.
    """

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
        *,
        hints: Mapping[str, Any] | None = None,
        refused: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.hints, self.refused = dict(hints or {}), dict(refused or {})

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        key = str(value)
        option["hint"] = self.refused.get(key) or self.hints.get(key, "")
        if key in self.refused:
            option["attrs"]["disabled"] = True
        return option


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class InstantInput(forms.DateTimeInput):
    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class MoneyInput(forms.TextInput):
    """An amount in yuan: a decimal keyboard, thousands separators allowed on paper only."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"inputmode": "decimal", "autocomplete": "off", "class": "gx-w", **(attrs or {})}
        )
