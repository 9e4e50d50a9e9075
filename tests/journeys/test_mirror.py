"""Each kept page is the page that would be made, throughout the demo's story."""

import pytest

from tests import databases
from tests.processes import start
from tests.programs import REQUIRED

pytestmark = pytest.mark.skipif(not REQUIRED, reason="the story takes minutes")


def test_a_kept_page_is_never_another_than_the_one_made_anew(
    django_db_setup, django_db_blocker, tmp_path
):
    with django_db_blocker.unblock(), databases.copied("mirror") as name:
        facts = {"DEMO": "1", "VAR": str(tmp_path), "LOG_LEVEL": "ERROR", "REDIS_URL": None}
        assert start("-m", "tests.journeys.mirror", database=name, **facts).wait() == 0
