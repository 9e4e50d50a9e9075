"""What the whole database says, so that a refusal can be shown to have changed nothing."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from core.lifecycle import RuleBroken
from core.models import Region

READS = re.compile(r"\(?(SELECT|SAVEPOINT|RELEASE|ROLLBACK)\b")


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


class Witness:
    """Keeps what every row was before the first statement that may have changed one: most refusals
    write nothing, and reading everything takes longer than they do."""

    def __init__(self) -> None:
        self.before: dict[str, list[dict[str, Any]]] | None = None

    def __call__(self, execute: Any, sql: Any, *rest: Any) -> Any:
        if self.before is None and not READS.match(str(sql)):
            self.before = everything()
        return execute(sql, *rest)

    def is_as_it_was(self) -> bool:
        return self.before is None or everything() == self.before


@contextmanager
def witnessed() -> Iterator[Witness]:
    """`is_as_it_was()` of what it gives: whether the calls within left every row as it was."""
    witness = Witness()
    with connection.execute_wrapper(witness):
        yield witness


@contextmanager
def refused(sentence: str) -> Iterator[None]:
    """The rule called within refuses in these words, untranslated, and changes no row."""
    with witnessed() as database:
        with pytest.raises(RuleBroken) as caught:
            yield
        assert sentence in caught.value.sentence
        assert str(caught.value)  # its values fill it
        assert database.is_as_it_was()
