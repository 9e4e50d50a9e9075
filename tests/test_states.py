"""Whatever state a row may be in, a reader is told what it means."""

import pytest
from django.apps import apps
from django.db.models import Choices

from core import meanings

STATEFUL = [model for model in apps.get_models() if hasattr(model, "MOVES")]


@pytest.mark.parametrize("model", STATEFUL, ids=lambda model: model._meta.label)
def test_every_state_that_a_row_may_be_in_has_a_meaning(model):
    moves = model.MOVES
    states = set(moves).union(*moves.values())
    (enumeration,) = {type(state) for state in states}
    assert issubclass(enumeration, Choices)
    assert states == set(enumeration)
    stored = {value for value, _label in model._meta.get_field("state").choices}
    assert stored == set(enumeration.values)
    for state in enumeration:
        assert meanings.meaning(state) in meanings.ICONS
        assert meanings.of(model(state=state.value)) == meanings.meaning(state)


def test_there_are_states_to_ask_about():
    assert {model._meta.app_label for model in STATEFUL} >= {"accounts", "marketplace"}
