"""What the whole database says, so that a refusal can be shown to have changed nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps

from core.lifecycle import RuleBroken
from core.models import Region


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of ours, as it is now."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for package in (
            "core",
            "accounts",
            "publication",
            "selection",
            "contracts",
            "credit",
            "marketplace",
            "alliance",
            "procurement",
        )
        for model in apps.get_app_config(package).get_models()
        if model is not Region  # thousands, which no rule writes
    }


@contextmanager
def refused(sentence: str) -> Iterator[None]:
    """The rule called within refuses in these words, untranslated, and changes no row."""
    before = everything()
    with pytest.raises(RuleBroken) as caught:
        yield
    assert sentence in caught.value.sentence
    assert str(caught.value)  # its values fill it
    assert everything() == before
