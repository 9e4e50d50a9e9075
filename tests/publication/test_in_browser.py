"""A visitor verifies a file in a real browser: it is hashed there, and nothing of it is sent."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from publication import notice_pdf
from publication.models import Notice
from tests.browsers import chromium
from tests.processes import serving
from tests.publication.doors import published

pytestmark = pytest.mark.skipif(
    os.environ.get("REQUIRE_SERVICES") != "1", reason="needs a browser: REQUIRE_SERVICES=1"
)


def test_a_file_is_verified_without_being_sent(database, tmp_path):
    notice = Notice.objects.get(pk=published(database.cast).pk)
    draw = "import django; django.setup(); from publication import tasks; tasks.draw_notices()"
    subprocess.run(
        [sys.executable, "-c", draw],
        check=True,
        cwd=settings.ROOT,
        env={
            **os.environ,
            "DATABASE": database.name,
            "REHEARSAL": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
    )
    genuine, forged = tmp_path / "genuine.pdf", tmp_path / "forged.pdf"
    genuine.write_bytes(notice_pdf.draw(notice))
    forged.write_bytes(notice_pdf.draw(notice) + b" ")

    address = reverse("publication:verification", args=[notice.number])

    # Only now: a started browser keeps an event loop in this thread, in which no query may run.
    with serving() as site, chromium() as browser:
        page = browser.new_page()
        sent, complaints = [], []
        page.on("request", lambda request: sent.append((request.method, request.post_data)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
        )

        def verdict(file) -> str:
            page.goto(site + address)
            page.set_input_files("#file", file)
            page.wait_for_url(re.compile(r"\?file"))
            return page.inner_text("#verdict")

        assert "真实有效" in verdict(genuine)
        assert "不是公布的文件" in verdict(forged)
        page.close()

    assert set(sent) == {("GET", None)}
    assert complaints == []
