import pytest


@pytest.fixture(autouse=True)
def _many_visitors_at_one_address(settings) -> None:
    """Everybody in every story signs in from this machine, which no limit by address foresees."""
    settings.ACCOUNT_RATE_LIMITS = False
