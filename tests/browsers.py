"""A real browser: Debian's Chromium, which looks nothing up and shows Chinese with our own font.

Asked for only under REQUIRE_SERVICES=1. The fixture `browser` is one a module: one that lives
longer leaves its event loop open, and later database tests of that process fail.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    # Debian's headless build of the same browser starts and draws with half the work.
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert found, "install chromium, or unset REQUIRE_SERVICES"
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        fonts = Path(home) / "fonts"
        fonts.mkdir()
        for font in (settings.ROOT / "static" / "fonts").glob("*.ttf"):
            (fonts / font.name).symlink_to(font)
        browser = playwright.chromium.launch(
            executable_path=found,
            args=ARGUMENTS,
            env={**os.environ, "XDG_DATA_HOME": home},
        )
        try:
            yield browser
        finally:
            browser.close()
