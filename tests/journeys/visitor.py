"""Somebody at a browser, for the journeys. SCREENSHOTS names a folder for pictures of pages."""

import os
from pathlib import Path

from playwright.sync_api import Locator

from tests.cast import PASSWORD


class Visitor:
    """Somebody at a browser of his own."""

    def __init__(self, browser, email: str | None) -> None:
        self.email = email
        self.context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def arrive(self, site: str) -> None:
        """At another server, on another day: whoever was signed in is so no more."""
        self.site = site
        self.context.clear_cookies()

    def open(self, path: str) -> None:
        answer = self.page.goto(self.site + path)
        if self.email and not self._is_signed_in():
            self.page.goto(self.site + "/accounts/login/")
            self.page.fill("[name=login]", self.email)
            self.page.fill("[name=password]", PASSWORD)
            self.submit()
            assert self._is_signed_in(), self.text
            answer = self.page.goto(self.site + path)
        assert answer.ok, f"{path}: {answer.status}"

    def _is_signed_in(self) -> bool:
        cookies = self.context.cookies(self.site + "/")
        return any(cookie["name"] == "sessionid" for cookie in cookies)

    def submit(self, **typed: str) -> None:
        for name, value in typed.items():
            self._fill(name.replace("__", "-"), value)
        self.go("main form button.btn-primary[type=submit]")
        assert not self.faults
        errors = self.page.locator(".gx-errors, .invalid-feedback")
        if errors.count():
            self.picture("refused")
        assert errors.count() == 0, errors.first.inner_text()

    def _fill(self, name: str, value: str) -> None:
        field = self.page.locator(f"main [name='{name}']")
        if field.first.get_attribute("type") in ("radio", "checkbox"):
            self.page.locator(f"main [name='{name}'][value='{value}']").check()
        elif field.first.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.first.fill(value)

    def press(self, ending: str) -> None:
        """Follow the first link, or send the first form, whose address ends so."""
        link = f"main a[href$='{ending}']"
        if self.page.locator(link).count():
            self.go(link)
        else:
            self.go(f"main form[action$='{ending}'] button[type=submit]")

    def go(self, to: str | Locator) -> None:
        """Click the first of these and stay until the page that it leads to is there."""
        with self.page.expect_navigation():
            (self.page.locator(to) if isinstance(to, str) else to).first.click()

    def picture(self, name: str) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            self.page.evaluate("scrollTo(0, 0)")  # what sticks to the window stands at its top
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site)

    @property
    def text(self) -> str:
        return self.page.inner_text("main")
