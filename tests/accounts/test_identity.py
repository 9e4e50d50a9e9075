import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import identity
from tests.factories import uscc

REAL = ["914403001922038216", "9144030071526726XG", "91330100799655058B"]


@pytest.mark.parametrize("code", REAL)
def test_real_codes_pass_with_their_inner_check(code):
    assert identity.fault(code) is None
    assert identity.inner_fits(code)


@pytest.mark.parametrize(
    ("typed", "kind", "values"),
    [
        ("91440300192203821", "length", {"length": 17}),
        ("", "length", {"length": 0}),
        ("91440300192203821O", "letter", {"letter": "O", "place": 18}),
        ("9144030I1922038216", "letter", {"letter": "I", "place": 8}),
        ("914403001922038217", "check", {"letter": "7"}),
    ],
)
def test_a_wrong_code_is_told_what_is_wrong(typed, kind, values):
    found = identity.fault(typed)
    assert (found.kind, found.values) == (kind, values)


def test_typed_codes_are_normalised():
    assert identity.normalised(" ９１４４-0300 71526726xg ") == "9144030071526726XG"


@given(st.integers(0, 10**8 - 1), st.integers(0, 17), st.sampled_from(identity.ALPHABET))
def test_every_single_wrong_letter_is_caught(place, index, letter):
    good = uscc(place)
    assert identity.fault(good) is None
    bad = good[:index] + letter + good[index + 1 :]
    assert (identity.fault(bad) is None) == (bad == good)


def test_an_older_code_that_fails_only_the_inner_check_passes():
    body = "9144030019220382" + "9"
    code = body + identity.check_letter(body)
    assert identity.fault(code) is None
    assert not identity.inner_fits(code)
