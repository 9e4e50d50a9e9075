import pytest

from tests.cast import signed_in


@pytest.fixture
def lead(cast):
    return signed_in(cast.agency.user)
