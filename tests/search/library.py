"""A small library to search in: `corpus.json` as documents, and the judged queries on it."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from core import searched
from core.searched import Entry, Kind
from search import index
from search.query import Query, parse

HERE = Path(__file__).parent
CORPUS: list[dict[str, Any]] = json.loads((HERE / "corpus.json").read_text())
JUDGED: list[dict[str, Any]] = json.loads((HERE / "relevance.json").read_text())
NAMES = {"订单": "order", "公告": "notice"}


def entry(told: dict[str, Any], at: datetime) -> Entry:
    """Each lies some days back, as the corpus says."""
    amount = told.get("amount")
    return Entry(
        path=f"/{told['kind']}/{told['code']}/",
        title=told["title"],
        at=at - timedelta(days=told["days"], hours=1),
        number=told.get("number", ""),
        summary=told.get("summary", ""),
        text=told.get("text", ""),
        names=tuple(told.get("names", ())),
        region=told.get("region", ""),
        items=tuple(told.get("items", ())),
        method=told.get("method", ""),
        amount=None if amount is None else Decimal(amount),
        standing=told["standing"],
        grade=told.get("grade", ""),
    )


def shelve(at: datetime) -> None:
    """Write every document of the corpus, as the index would."""
    told = {(one["kind"], one["code"]): one for one in CORPUS}
    for (kind, code), one in told.items():
        known = searched.kinds[kind]
        shown = entry(one, at)
        made = Kind(kind, known.label, lambda _code, _at, shown=shown: shown, list, {})
        index.refresh(made, code, at=at)


def asked(judged: dict[str, Any]) -> Query:
    return parse(judged["q"], judged.get("filters", {}), naming=lambda _name, said: NAMES[said])


def holders(query: Query) -> set[str]:
    """By a plain look at every text: which documents hold all words, in whatever place."""
    found = set()
    for told in CORPUS:
        fields = [told["title"], told.get("number", ""), told.get("summary", "")]
        fields += [told.get("text", ""), *told.get("names", [])]
        text = "\n".join(fields).lower()
        if all(term.text.lower() in text for term in query.terms):
            found.add(told["code"])
    return found
