import pytest
from django.utils.translation import override

from selection.forms import DiceForm

DICE = "31415926535897932384"


@pytest.mark.parametrize(
    "typed",
    [
        DICE,
        " 31415 92653 58979 32384 ",
        "３１４１５９２６５３５８９７９３２３８４",
        ", ".join(DICE),
    ],
)
def test_dice_are_read_however_they_are_spaced(typed):
    form = DiceForm({"digits": typed})
    assert form.is_valid()
    assert form.cleaned_data["digits"] == DICE


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (DICE[:19], "and these are 19"),
        (DICE + "1", "and these are 21"),
        (DICE[:19] + "六", "not “六”"),
    ],
)
def test_what_dice_cannot_show_is_told(typed, sentence):
    with override("en"):
        form = DiceForm({"digits": typed})
        assert not form.is_valid()
        assert sentence in str(form.errors["digits"])
