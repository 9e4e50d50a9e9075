"""The kinds of notices: each package registers its own from `apps.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Kind:
    """How a kind is called, the series of its numbers, and the facts that it must state."""

    name: str
    label: Any
    series: str
    required: Mapping[str, Any]

    def missing(self, facts: Mapping[str, Any]) -> list[str]:
        """The labels of required facts that are absent or blank; 0 and False are no blanks."""
        return [
            str(label)
            for name, label in self.required.items()
            if facts.get(name) in (None, "", [], {})
        ]


kinds: dict[str, Kind] = {}


def register(
    name: str, *, label: Any, series: str, required: Mapping[str, Any] | Sequence[str] = ()
) -> Kind:
    """Register `name` ("order-notice"); `required` maps a fact's name to its label."""
    if name in kinds:
        raise ImproperlyConfigured(f"there is a kind of notice {name!r} already")
    labels = required if isinstance(required, Mapping) else {fact: fact for fact in required}
    kinds[name] = Kind(name, label, series, labels)
    return kinds[name]
