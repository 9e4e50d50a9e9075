"""Walking through the site with a browser that judges every page it meets.

A walk begins at some addresses and follows links, a few pages for each name of the URL conf (pages
of one name are made alike) or all of them. A page is judged wide and narrow, folds open: axe, what
runs over the edge, what the browser complains of, parts that are missing, English on Chinese pages.
SCREENSHOTS and PRINTS name folders for pictures of all that is judged and for a print of each kind.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, ConsoleMessage, Error, Response

from tests.programs import demand

MODULES = settings.ROOT / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDE, NARROW, NARROWEST = 1440, 390, 320
DOWNLOADS = (".pdf", ".csv", ".xlsx", ".json", ".zip", ".txt", ".ics", ".xml", ".docx", ".svg")
# Not pages to judge: files, feeds, and doors that lead elsewhere.
PASSED_BY = re.compile(
    r"/(en/)?(files|documents|feeds|healthz|readyz|static|media)(/|$)"
    r"|/en/staff/|/staff/(logout|jsi18n|bulk)/"
)
EVERY = 1_000_000  # as many as there are
OF_QUERIES = 3  # filters, orders and turned pages of a list have no end
STAFF = "/staff/"
# What the staff's screens say in Latin letters for good.
STAFFS_WORDS = {
    "Save Selected",  # on a button of the date picker that is never shown
    "None",  # who published a page that came with the site, in the report on ageing pages
    "div",  # in what scripts build screens from
    *("localhost", "epc", "uscc", "intermediary", "platform", "security"),  # names of addresses
    *{model._meta.model_name for model in apps.get_models()},  # in the report on kinds of pages
    *{app.label for app in apps.get_app_configs()},
}
DESK = re.compile(r"(/en)?/desk/")
LINK = re.compile(r'<a\s(?:[^>]*\s)?href="([^"]*)"([^>]*)')
# Screens of the staff that are ours; axe judges no others: what Wagtail draws is Wagtail's to mend.
OUR_SCREENS = re.compile(
    r"wagtailsnippets_(core|marketplace|search|cms)_|wagtailsettings|service_item|legal_figure"
)
# What the frame that Wagtail puts around ours breaks on each of them, by rule.
FRAME_FAULTS = {
    "landmark-unique": "the bar of a list has two landmarks without a name of their own",
    "page-has-heading-one": "a dialog's heading comes first",
}

# What axe judges by: two pages that differ in nothing but words and numbers are one to it.
STRUCTURE = """() => {
  const found = [];
  const walker = document.createTreeWalker(
    document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
  const telling = /^(class|role|type|scope|tabindex|headers|hidden|disabled|aria-(?!label$).*)$/;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.TEXT_NODE) {
      if (node.textContent.trim()) found.push('…');
      continue;
    }
    const named = [...node.attributes].filter(({ name }) => !/^(href)?lang$/.test(name)).map(
      ({ name, value }) => telling.test(name) ? `${name}=${value}` : name + (value && '='));
    let depth = 0;
    for (let above = node; above; above = above.parentElement) depth++;
    found.push(`${depth}${node.localName}[${named.sort()}]`);
  }
  return found.join('');
}"""
# Of the staff's screens what unfolds later too: Wagtail keeps menus and dialogs in templates.
ENGLISH = """hidden => {
  const found = [];
  const read = root => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent || parent.closest('[lang=en], code, pre, kbd, textarea')) continue;
      if (parent.closest('script, style, noscript, [data-side-panel-toggle-counter]')) continue;
      if (hidden || parent.checkVisibility()) found.push(walker.currentNode.textContent);
    }
    if (hidden) root.querySelectorAll('template').forEach(one => read(one.content));
  };
  read(document.body);
  for (const one of document.querySelectorAll('[placeholder], [aria-label], [title], [alt]'))
    if (!one.closest('[lang=en]'))
      for (const name of ['placeholder', 'aria-label', 'title', 'alt'])
        if (one.hasAttribute(name)) found.push(one.getAttribute(name));
  return [document.title, ...found].map(text => text.trim()).filter(text => text);
}"""
# What is no sentence: addresses, files, digests and numbers.
CODE = re.compile(
    r"\{\w+\}|\S+@\S+|https?://\S+|[\w./-]*\.[a-z]{2,7}\b|\w+_\w+|/[\w/-]+|[\w-]*\d[\w-]*", re.ASCII
)
WORD = re.compile(r"[A-Za-z]{3,}(?:[ -][A-Za-z]+)*")
# Latin words that a Chinese page may bear, beside abbreviations and codes in capitals: names.
NAMES = {
    *("English", "Gongxin", "Linux", "macOS", "Windows", "Android", "iOS", "Chrome", "Atom"),
    *("Python", "PyPI", "bash", "Wagtail", "Ctrl", "Word", "Excel"),
}


@dataclass(frozen=True, order=True)
class Finding:
    what: str
    page: str


class Walk:
    """One visitor's: `person` is somebody of the demo city, or nobody."""

    def __init__(
        self,
        browser: Browser,
        site: str,
        person: str = "",
        *,
        each: int = 1,
        judged: Iterable[str] = (),
        structures: set[bytes] | None = None,
    ) -> None:
        """A walk that judges `each` pages of every kind; pages of the kinds that others `judged`
        are read for their links, and axe is not asked about the `structures` it knows."""
        self.site, self.person, self.each, self.judged = site, person, each, set(judged)
        self.structures = set() if structures is None else structures
        self.path = "/accounts/login/"
        self.findings: list[Finding] = []
        self.sources: dict[str, str] = {}
        self.turned_away: set[str] = set()  # kinds of page that were not shown to this visitor
        self.pictures = os.environ.get("SCREENSHOTS", "")
        self.prints = os.environ.get("PRINTS", "")
        self.seen: Counter[str] = Counter()
        self._axe = AXE.read_text()
        self.context = browser.new_context(locale="zh-CN", reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self._find(f"script: {error}"))
        self.page.on("console", self._hear)
        self.page.on("response", self._look_at_part)
        if person:
            self.page.goto(f"{site}/accounts/login/")
            self.page.locator(f"form[action$='/demo/sign-in/{person}/'] button").click()
            self.page.wait_for_url("**/desk/")
        self._line = HTTPConnection(urlsplit(site).netloc)
        self._cookies = "; ".join(
            f"{cookie['name']}={cookie['value']}" for cookie in self.context.cookies()
        )

    def close(self) -> None:
        self._line.close()
        self.context.close()

    def follow(self, *starts: str, passing: str | None = STAFF, within: str = "/") -> None:
        """Judge what can be reached from here `within`, but for what matches `passing`."""
        waiting, known = list(starts), set(starts)
        while waiting:
            path = waiting.pop(0)
            kind = kind_of(path)
            if kind is None or self._has_enough(kind, path):
                continue
            self.seen[kind] += 1
            for href in self._read(path) if kind in self.judged else self._visit(path, kind):
                found = urldefrag(href).url.removeprefix(self.site)
                if found.startswith(within) and found not in known:
                    known.add(found)
                    if passing is None or not re.match(passing, found):
                        waiting.append(found)

    def _has_enough(self, kind: str, path: str) -> bool:
        """Where every page is judged: each of the desk, and each that nobody in particular sees."""
        anothers = bool(self.person) and not DESK.match(path)
        bounded = "?" in path or anothers
        return self.seen[kind] >= (min(self.each, OF_QUERIES) if bounded else self.each)

    def _read(self, path: str) -> list[str]:
        """Where the links of a page lead that nobody looks at; asked for without the browser, and
        over one connection, for which the server keeps one to its database."""
        while True:
            self._line.request("GET", path, headers={"Cookie": self._cookies})
            answer = self._line.getresponse()
            body = answer.read()
            if answer.status not in (301, 302):
                break
            path = urljoin(path, answer.headers["Location"])
        if "text/html" not in answer.headers.get("Content-Type", ""):
            return []
        return [
            urljoin(self.site + path, unescape(href))
            for href, rest in LINK.findall(body.decode())
            if " download" not in rest
        ]

    def _visit(self, path: str, kind: str) -> list[str]:
        """Judge a page; where its links lead."""
        self.path = path
        self.page.set_viewport_size({"width": WIDE, "height": 900})
        try:
            answer = self.page.goto(self.site + path)
        except Error as not_shown:
            if "Download is starting" not in str(not_shown):
                raise
            return []
        landed = urlsplit(self.page.url).path
        if landed != urlsplit(path).path or (answer and answer.status == 403):
            self.turned_away.add(kind)
        if answer is None or not (answer.ok or answer.status == 403):  # which says who may
            self._find(f"answers {answer and answer.status}")
            return []
        if landed != urlsplit(path).path:
            other = str(kind_of(landed))
            if other in self.judged or self._has_enough(other, landed):
                return []
            self.seen[other] += 1
            self.path = landed
        self.judge(answer)
        found: list[str] = self.page.eval_on_selector_all(
            "a[href]:not([download])", "all => all.map(one => one.href)"
        )
        return found

    def judge(self, answer: Response) -> None:
        staffs, english = self.path.startswith(STAFF), self.path.startswith("/en/")
        if not staffs:
            self.sources[f"{self.person} {self.path}"] = answer.text()
        self._keep_print()
        self.page.evaluate(
            "document.querySelectorAll('main details').forEach(one => one.open = true)"
        )
        asked = (not staffs or OUR_SCREENS.match(str(kind_of(self.path)))) and self._is_new()
        if asked:
            self.page.evaluate(self._axe)
        widths = (WIDE,) if staffs else (WIDE, NARROW)  # Wagtail's frame is made for desks
        for width in widths if asked or self.pictures else ():
            self.page.set_viewport_size({"width": width, "height": 900})
            if asked:
                self._ask_axe(width, colours=self.each > 1 or width == WIDE)
            self._keep_picture(width)
        if not staffs:
            self.page.set_viewport_size({"width": NARROWEST, "height": 900})
            wide = self.page.evaluate("document.documentElement.scrollWidth")
            if wide > NARROWEST:
                self._find(f"runs over the edge: {wide} of {NARROWEST} px")
        if not english:
            for text in self.page.evaluate(ENGLISH, staffs):
                for words in english_of(text):
                    if not (staffs and words in STAFFS_WORDS):
                        self._find(f"English: {words}")

    def _is_new(self) -> bool:
        """Whether axe was never asked about a page that is built like this one."""
        structure = sha256(self.page.evaluate(STRUCTURE).encode()).digest()
        if structure in self.structures:
            return False
        self.structures.add(structure)
        return True

    def _ask_axe(self, width: int, *, colours: bool) -> None:
        """What axe finds; `colours` take half its time and hardly differ by width."""
        found = self.page.evaluate(
            """([rules, colours]) => axe.run(document, {
                runOnly: rules, resultTypes: ['violations'], preload: false,
                rules: {'color-contrast': {enabled: colours}},
            })""",
            [RULES, colours],
        )
        for violation in found["violations"]:
            if self.path.startswith(STAFF) and violation["id"] in FRAME_FAULTS:
                continue
            where = violation["nodes"][0]["target"]
            self._find(f"axe at {width}: {violation['id']}: {violation['help']} {where}")

    def _keep_picture(self, width: int) -> None:
        if not self.pictures:
            return
        name = f"{self.person or 'anybody'}{re.sub(r'[^a-zA-Z0-9]+', '-', self.path)}"[:90]
        folder = Path(self.pictures)
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)

    def _keep_print(self) -> None:
        """As it comes from the printer, once for each kind of page and whoever sees it."""
        if not self.prints or self.path.startswith("/en/"):
            return
        kind = re.sub(r"[^a-zA-Z0-9]+", "-", str(kind_of(self.path))).strip("-")
        printed = Path(self.prints) / f"{kind}-{self.person or 'anybody'}.pdf"
        printed.parent.mkdir(parents=True, exist_ok=True)
        if not printed.exists():
            self.page.pdf(path=printed, prefer_css_page_size=True)

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type == "error" and "Failed to load resource" not in said.text:  # _look_at_part
            self._find(said.text)

    def _look_at_part(self, answer: Response) -> None:
        if answer.status >= 400 and not answer.request.is_navigation_request():
            self._find(f"{answer.status}: {answer.url.removeprefix(self.site)}")

    def _find(self, what: str) -> None:
        self.findings.append(Finding(what, f"{self.person or 'anybody'} {self.path}"))


def kind_of(path: str) -> str | None:
    """What pages made alike have in common; None is not judged."""
    split = urlsplit(path)
    if PASSED_BY.match(split.path) or split.path.endswith(DOWNLOADS):
        return None
    if "export=" in split.query:
        return None
    plain = split.path.removeprefix("/en") or "/"
    language = "en " if plain != split.path else ""
    try:
        match = resolve(plain)
    except Resolver404:
        return language + plain
    if match.view_name == "wagtail_serve":
        return language + plain
    steps = " ".join(
        str(value) for key, value in match.kwargs.items() if key in ("step", "section")
    )
    return f"{language}{match.view_name} {steps}{'?' if split.query else ''}"


def html_faults(sources: dict[str, str], folder: Path) -> list[Finding]:
    """What the Nu checker says of the pages as they were served."""
    pages = {}
    for number, (page, source) in enumerate(sources.items()):
        (folder / f"{number}.html").write_text(source)
        pages[f"{number}.html"] = page
    run = subprocess.run(
        [
            *(demand(program="java"), "-jar", str(VNU), "--errors-only", "--format", "json"),
            *(str(folder / name) for name in pages),
        ],
        capture_output=True,
        check=False,
    )
    told = json.loads(run.stderr)["messages"]
    return [
        Finding(f"html: {one['message']}", pages[one["url"].rpartition("/")[2]]) for one in told
    ]


def english_of(text: str) -> Iterator[str]:
    for words in WORD.findall(CODE.sub(" ", text)):
        if words not in NAMES and not words.isupper():
            yield words


def told(findings: list[Finding]) -> str:
    """Each finding once, with where it is met."""
    where: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        where[finding.what].add(finding.page)
    return "\n".join(
        f"{what}\n    {len(pages)}: {', '.join(sorted(pages)[:4])}"
        for what, pages in sorted(where.items())
    )
