"""The site's own pages of the demo: news, policies, contact, the microsites of two alliances.

An editor writes, the chief editor publishes; on one microsite the alliance's secretary writes.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.core.files import File
from django.core.files.images import ImageFile

from alliance.models import Alliance
from cms import editing, secretariats
from cms.models import (
    ContactPage,
    ContentPage,
    Frame,
    HomePage,
    MicrositePage,
    NewsIndexPage,
    NewsPage,
    Paper,
    Picture,
    PolicyIndexPage,
    PolicyPage,
    SitesPage,
    Topic,
)
from core import clock, pdf, reference
from core import paper as papers
from demo import city, drawings

WRITER, CHIEF = "jian", "tang"


@cache
def data() -> dict[str, Any]:
    found: dict[str, Any] = reference.read(city.DATA / "site.json")
    return found


class Site:
    """Everything at once, on the day on which the demo is built."""

    def __init__(self) -> None:
        self.writer, self.chief = city.user(WRITER), city.user(CHIEF)
        self.pictures: dict[str, Picture] = {}
        self.topics: dict[str, Topic] = {}

    def build(self) -> None:
        for slug, name in data()["topics"]:
            self.topics[slug] = editing.add_topic(name, slug, by=self.writer, at=clock.now())
        for name, (title, description) in data()["pictures"].items():
            self.pictures[name] = editing.keep_picture(
                ImageFile(BytesIO(drawings.draw(name)), name=f"{name}.png"),
                title=title,
                description=description,
                by=self.writer,
                at=clock.now(),
            )
        self._tell_policies()
        for facts in data()["news"]:
            self.publish(NewsIndexPage.objects.get(slug="news"), self._article(facts))
        contact = data()["contact"]
        offices = [{"type": "office", "value": office} for office in contact["offices"]]
        page = ContactPage(
            **_plain(contact, "offices"),
            offices=json.dumps(offices),
            body=self._body(contact["body"]),
        )
        self.publish(HomePage.objects.get(), page)
        for facts in data()["microsites"]:
            self._microsite(facts)
        home = editing.rewrite(
            HomePage.objects.get(), body=self._body(data()["home"]), by=self.writer, at=clock.now()
        )
        editing.hand_in(home, by=self.writer, at=clock.now())
        editing.accept(home, by=self.chief, at=clock.now())
        editing.set_frame(Frame.objects.get(), **data()["frame"], by=self.chief, at=clock.now())

    def publish(self, parent: Any, page: Any, *, by: Any = None) -> Any:
        by = by or self.writer
        written = editing.write(parent, page, by=by, at=clock.now())
        editing.hand_in(written, by=by, at=clock.now())
        return editing.accept(written, by=self.chief, at=clock.now())

    def _tell_policies(self) -> None:
        index, made = PolicyIndexPage.objects.get(), dict[str, PolicyPage]()
        told = data()["policies"]
        # What takes another's place is published first.
        for facts in [*(f for f in told if not f["superseded_by"]), *_followed(told)]:
            page = PolicyPage(
                **_plain(facts, *DAYS, "topic", "superseded_by"),
                **{name: _day(facts[name]) for name in DAYS},
                topic=self.topics[facts["topic"]],
                superseded_by=made.get(facts["superseded_by"]),
                body=self._body(facts["body"]),
            )
            if facts["slug"].startswith("yunjiang"):
                page.document = self._document(page)
            made[facts["slug"]] = self.publish(index, page)

    def _document(self, page: PolicyPage) -> Paper:
        """The text of a rule of the fictitious city, plainly marked as a specimen."""
        text = papers.Paper(
            page.title,
            (
                papers.Paragraph("演示样张，不具有任何效力。"),
                papers.Fields((("文号", page.number), ("发布机关", page.issuer))),
                papers.Paragraph(page.lead),
            ),
        )
        frame = pdf.Frame(number=page.number, digest=text.digest(), verify_url="", issuer="演示")
        file = File(BytesIO(pdf.draw(text, frame)), name=f"{page.slug}.pdf")
        return editing.keep_document(file, title=page.title, by=self.writer, at=clock.now())

    def _article(self, facts: dict[str, Any], alliance: str = "") -> NewsPage:
        return NewsPage(
            **_plain(facts, "days", "topic", "picture"),
            dated_on=city.today() - timedelta(days=facts["days"]),
            topic=self.topics.get(facts.get("topic", "")),
            picture=self.pictures.get(facts["picture"]),
            body=self._body(facts["body"], alliance),
        )

    def _microsite(self, facts: dict[str, Any]) -> None:
        alliance = Alliance.objects.get(short_name=facts["alliance"])
        page = MicrositePage(
            **_plain(facts, "alliance", "picture", "writer", "news", "pages"),
            alliance=alliance,
            picture=self.pictures[facts["picture"]],
            by_secretariat=bool(facts["writer"]),
            body=self._body(facts["body"], alliance.number),
        )
        home = self.publish(SitesPage.objects.get(), page)
        by = self.writer
        if facts["writer"]:
            by = city.user(facts["writer"])
            secretariats.admit(by, by.seats.held_at(clock.now()))
        lead = f"{facts['title']}的工作动态。"
        news = NewsIndexPage(title="联盟动态", slug="news", lead=lead, show_in_menus=True)
        index = self.publish(home, news, by=by)
        for article in facts["news"]:
            self.publish(index, self._article(article, alliance.number), by=by)
        for told in facts["pages"]:
            body = self._body(told["body"], alliance.number)
            inner = ContentPage(**_plain(told), body=body, show_in_menus=True)
            self.publish(home, inner, by=by)

    def _body(self, blocks: list[dict[str, Any]], alliance: str = "") -> str:
        """Blocks as they are stored; `@` is the alliance, pictures are named."""
        told = []
        for place, block in enumerate(blocks):
            value = block["value"]
            if block["type"] == "picture":
                shown = self.pictures[value["picture"]]
                image = {"image": shown.pk, "alt_text": shown.description, "decorative": False}
                value = {"image": image, "caption": value["caption"], "source": value["source"]}
            elif block["type"] == "table":
                value = _table(value)
            elif isinstance(value, dict) and value.get("alliance") == "@":
                value = {**value, "alliance": alliance}
            key = str(uuid5(NAMESPACE_URL, f"{place}{json.dumps(value)}"))
            told.append({"type": block["type"], "value": value, "id": key})
        return json.dumps(told)


DAYS = ("issued_on", "in_force_from", "last_day", "repealed_on")


def _followed(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [facts for facts in told if facts["superseded_by"]]


def _plain(facts: dict[str, Any], *others: str) -> dict[str, Any]:
    """What goes into columns as it stands."""
    return {name: value for name, value in facts.items() if name not in (*others, "body")}


def _day(text: str | None) -> date | None:
    """A date, or one told from today, so that the demo never grows old."""
    today = city.today()
    named = {
        "year-end": date(today.year, 12, 31),
        "next-year": date(today.year + 1, 1, 1),
        "days-30": today - timedelta(days=30),
    }
    return named.get(text) or date.fromisoformat(text) if text else None


def _table(told: dict[str, Any]) -> dict[str, Any]:
    return {
        "columns": [{"type": "text", "heading": head} for head in told["columns"]],
        "rows": [{"values": row} for row in told["rows"]],
        "caption": "",
    }


def build() -> None:
    Site().build()
