"""Who joins the alliances of the demo, and how far each has come: told by invitations, forms filled
in, reviews. What a body decides about those before it is told by its meetings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from alliance import admission, applications, joining, official
from alliance.forms.applications import FILE
from alliance.models import Alliance, Application
from core import clock, reference
from demo import alliances, city
from demo.travel import Story

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@cache
def data() -> dict[str, Any]:
    found: dict[str, Any] = reference.read(city.DATA / "joinings.json")
    return found


def all_of(now: datetime) -> list[Story]:
    """The stories, as they have gone until `now`."""
    told = [Joined(facts, now).told() for facts in data()["applications"]]
    return told + [_invited(facts, now) for facts in data()["invitations"]]


def _alliance(key: str) -> Alliance:
    named = next(one for one in alliances.data()["foundings"] if one["key"] == key)
    return Alliance.objects.get(name=named["name"])


def _invited(facts: Mapping[str, Any], now: datetime) -> Iterator[datetime]:
    """An invitation without an application."""
    start = now - facts["days_ago"] * DAY
    yield start
    by = city.seat(data()["secretaries"][facts["alliance"]])
    invitation = joining.invite(
        _alliance(facts["alliance"]),
        unit=alliances.unit(facts["unit"]) if "unit" in facts else None,
        email=facts.get("email", ""),
        unit_name=facts.get("unit_name", ""),
        message=facts["message"],
        open_until=start + 30 * DAY,
        by=by,
        at=clock.now(),
    )
    if facts["ending"] == "sent":
        return
    yield start + 2 * DAY
    if facts["ending"] == "withdrawn":
        joining.withdraw(invitation, by=by, at=clock.now())
    else:
        seat = city.seat(facts["seat"])
        joining.decline(invitation, reason=facts["reason"], by=seat, at=clock.now())


class Joined:
    """One unit's application, and where it stands today."""

    def __init__(self, facts: Mapping[str, Any], now: datetime) -> None:
        self.facts, self.start = facts, now - facts["days_ago"] * DAY
        self.seat = city.seat(facts["seat"])
        self.secretary = city.seat(data()["secretaries"][facts["alliance"]])
        self.row = Application()

    def told(self) -> Iterator[datetime]:
        facts, ending = self.facts, self.facts["ending"]
        yield self.start
        yield from self._begun()
        self._typed({})
        if ending == "draft":
            return
        yield self.start + 4 * HOUR
        self._handed_in({})
        if ending == "submitted":
            if self.facts["alliance"] == "water":
                admission.assign(
                    self.row, checker=self.secretary, by=self.secretary, at=clock.now()
                )
            return
        yield self.start + DAY
        if comments := facts.get("comments"):
            self.row = admission.return_(self.row, comments, by=self.secretary, at=clock.now())
            if ending == "returned":
                return
            yield self.start + 3 * DAY
            self._handed_in(facts["changes"])
            return
        if ending == "withdrawn":
            reason = facts["reason"]
            applications.withdraw(self.row, reason=reason, by=self.seat, at=clock.now())
            return
        admission.forward(self.row, level=facts["level"], by=self.secretary, at=clock.now())

    def _begun(self) -> Iterator[datetime]:
        of = _alliance(self.facts["alliance"])
        if "invited" not in self.facts:
            self.row = applications.begin(of, by=self.seat, at=clock.now())
            return
        invitation = joining.invite(
            of,
            unit=self.seat.organisation,
            message=self.facts["invited"],
            open_until=self.start + 30 * DAY,
            by=self.secretary,
            at=clock.now(),
        )
        yield self.start + HOUR
        self.row = joining.accept(invitation, by=self.seat, at=clock.now())

    def _typed(self, changes: Mapping[str, Any]) -> dict[str, official.Values]:
        """The forms as the unit's people left them: what the site knew, and the rest by hand."""
        own = {name: self.facts[name] for name in ("duty", "mobile", "website", "postcode")}
        own |= {"legal_phone": self.facts["mobile"], **self.facts.get("profile", {}), **changes}
        typed: dict[str, official.Values] = {}
        for form in applications.forms_of(self.row):
            known, _sources = applications.prefilled(self.row, form.key)
            typed[form.key] = official.normal(form, {**known, **own})
            self.row = applications.save_draft(
                self.row, form.key, typed[form.key], by=self.seat, at=clock.now()
            )
        return typed

    def _handed_in(self, changes: Mapping[str, Any]) -> None:
        forms, unit = self._typed(changes), self.seat.organisation
        lines = {"单位": unit.name, "联盟": self.row.alliance.name, "盖章": "（演示）"}
        stamped = city.scan(FILE, f"盖章表格{self.row.version + 1}.pdf", lines, by=self.seat)
        files = {
            applications.LICENCE: applications.licences(unit),
            applications.OTHER: [],
            applications.STAMPED: [stamped],
        }
        digest = applications.printed_digest(self.row, forms)
        kept = {name: [one.code for one in some] for name, some in files.items()}
        self.row = applications.save_draft(
            self.row, "files", {**kept, "stamped_for": digest}, by=self.seat, at=clock.now()
        )
        self.row = applications.submit(
            self.row,
            applications.Handed(
                forms, files, level=self.facts.get("level", "member"), industry="information"
            ),
            stamped_for=digest,
            by=self.seat,
            at=clock.now(),
        )
