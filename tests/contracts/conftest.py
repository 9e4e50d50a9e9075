import pytest

from tests.contracts import drawing


@pytest.fixture
def drawn_up(cast):
    """An agreement that owner and agency have yet to sign."""
    return drawing.drawn_up(cast)


@pytest.fixture
def agreement(cast):
    """Concluded a moment ago: 初稿 is due in 20 days, 审核报告 in 10 working days."""
    return drawing.concluded(cast)
