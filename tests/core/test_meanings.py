"""States and what they mean."""

import pytest
from django.db import models

from core import meanings
from core.meanings import Meaning


class Light(models.TextChoices):
    RED = "red"
    GREEN = "green"


class Lamp(models.TextChoices):
    RED = "red"


@pytest.fixture
def registry(monkeypatch):
    monkeypatch.setattr(meanings, "REGISTERED", {})


def test_two_enumerations_may_share_a_value(registry):
    meanings.register({Light.RED: "fail", Light.GREEN: "done"})
    meanings.register({Lamp.RED: "soon"})
    assert meanings.meaning(Light.RED) is Meaning.FAIL
    assert meanings.meaning(Lamp.RED) is Meaning.SOON


def test_an_enumeration_is_registered_whole(registry):
    with pytest.raises(ValueError, match="no meaning for"):
        meanings.register({Light.RED: "fail"})
    assert meanings.REGISTERED == {}


def test_an_unknown_meaning_is_refused(registry):
    with pytest.raises(ValueError, match="pretty"):
        meanings.register({Lamp.RED: "pretty"})


def test_a_meaning_may_be_named_itself():
    assert meanings.meaning("public") is Meaning.PUBLIC
    with pytest.raises(ValueError, match="published"):
        meanings.meaning("published")


def test_every_meaning_has_its_icon():
    assert set(meanings.ICONS) == set(Meaning)
