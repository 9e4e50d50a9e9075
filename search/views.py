"""Doors to the search: its page, and what is suggested while one types."""

from dataclasses import dataclass, replace
from typing import Any

from django.shortcuts import redirect, render
from django.utils.formats import localize
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import cache, clock, searched
from core.models import Region
from core.views import public
from search import facets, finding, index, query, words
from search.found import COUNTED, FARTHEST, SIZE

EXCERPT = 140  # characters
SORTS = {
    "best": gettext_lazy("best first"),
    "new": gettext_lazy("newest first"),
    "amount": gettext_lazy("by amount, highest first"),
    "deadline": gettext_lazy("by deadline, nearest first"),
}
STANDINGS = {  # the meaning of each badge: core.meanings
    "coming": "wait",
    "open": "open",
    "deciding": "wait",
    "contestable": "public",
    "under-way": "wait",
    "in-force": "done",
    "done": "done",
    "failed": "fail",
    "ended": "ended",
}


@dataclass(frozen=True)
class Line:
    """A hit as the page shows it."""

    document: Any
    href: str
    kind: Any
    title: list[words.Part]
    number: list[words.Part]
    summary: list[words.Part]
    excerpt: list[words.Part]
    standing: Any
    meaning: str
    region: str


@public
@require_safe
def results(request):
    """Whatever an anonymous visitor may see of the site, by words and by facets."""
    at = clock.now()
    is_behind = index.is_behind(at)  # looked at before anything is found
    asked = query.from_url(dict(request.GET.lists()), facets.understand)
    answer = finding.find(asked, at)
    found = answer.found
    if found.total and asked.page > 1 and not found.keys:  # beyond the last page
        return redirect(f"{request.path}?{asked.to_url(page=_last_page(found))}")
    context = {
        "asked": asked,
        "answer": answer,
        "lines": _lines(answer, at),
        "count_text": count_text(found.total, found.is_exact),
        "facets": facets.shown(answer.query, found.facets),
        "chips": facets.chips(asked),
        "no_chips": f"?{_without_facets(asked).to_url()}",
        "sorts": [
            {"label": label, "href": f"?{asked.to_url(sort=name, page=1)}", "value": name}
            for name, label in SORTS.items()
        ],
        "page": _turning(asked, found),
        "ways": [_way(way) for way in answer.ways],
        "said": " ".join(term.text for term in asked.terms),
        "corrected": " ".join(term.text for term in answer.query.terms),
    }
    if not is_behind and not found.is_stand_in:
        cache.finished(request, until=index.next_change(at))
    whole = not request.htmx or request.htmx.history_restore_request
    return render(request, "search/results.html" if whole else "search/found.html", context)


@public
@require_safe
def suggest(request):
    """Titles with what is typed so far; a fragment of a page."""
    at = clock.now()
    is_behind = index.is_behind(at)
    asked = query.parse(request.GET.get("q", "")[: query.LONGEST])
    typed = [term.text for term in asked.terms]
    lines = [
        {
            "href": _href(document.path),
            "kind": _kind(document),
            "title": words.marked(document.title, typed),
        }
        for document in finding.suggest(asked, at)
    ]
    if not is_behind:
        cache.finished(request, until=index.next_change(at))
    return render(request, "search/suggested.html", {"lines": lines, "asked": asked})


def count_text(total, is_exact):
    if not is_exact or total > COUNTED:
        return _("more than %(count)s results") % {"count": localize(COUNTED)}
    text = ngettext("%(count)s result", "%(count)s results", total)
    return text % {"count": localize(total)}


def _lines(answer, at):
    regions = {one.region for one in answer.documents if one.region}
    names = dict(Region.objects.filter(code__in=regions).values_list("code", "full_name"))
    return [_line(document, answer.query, names, at) for document in answer.documents]


def _line(document, asked, regions, at):
    standing, terms, typed = document.standing_at(at), asked.terms, asked.shown_words
    above = words.normal(f"{document.title}\n{document.number}\n{document.summary}")
    told = all(any(_stands(way, above) for way in term.ways) for term in terms)
    excerpt = words.marked("" if told else words.excerpt(document.text, typed, EXCERPT), typed)
    return Line(
        document=document,
        href=_href(document.path),
        kind=_kind(document),
        title=words.marked(document.title, typed),
        number=words.marked(document.number, typed),
        summary=words.marked(document.summary, typed),
        excerpt=excerpt if any(part.is_hit for part in excerpt) else [],
        standing=standing.label,
        meaning=STANDINGS[standing],
        region=regions.get(document.region, ""),
    )


def _stands(way, normal):
    """Whether a typed word is to be seen already."""
    return all(
        (piece.text if piece.is_han else f" {piece.text}") in normal for piece in words.pieces(way)
    )


def _kind(document):
    return searched.kinds[document.kind].label if document.kind in searched.kinds else ""


def _href(path):
    """The page with English labels below /en/."""
    return f"/en{path}" if get_language() == "en" else path


def _turning(asked, found):
    """Previous and next, as `components/pager.html` takes them."""
    last = _last_page(found)
    start = (asked.page - 1) * SIZE
    return {
        "previous": f"?{asked.to_url(page=min(asked.page - 1, last))}" if asked.page > 1 else "",
        "next": f"?{asked.to_url(page=asked.page + 1)}" if asked.page < last else "",
        "count_text": _("results %(first)s to %(last)s")
        % {"first": start + 1, "last": start + len(found.keys)},
    }


def _last_page(found):
    return min(FARTHEST, -(-found.total // SIZE))


def _way(way):
    """A condition whose dropping helps, in words."""
    dropped = way.dropped
    if way.facet and way.facet != "*":
        labels = facets.names_of({way.facet: [way.dropped]})
        dropped = labels[way.facet].get(way.dropped, way.dropped)
    return {
        "dropped": dropped,
        "all": way.facet == "*",
        "href": f"?{way.query.to_url()}",
        "count_text": count_text(way.total, way.is_exact),
    }


def _without_facets(asked):
    return replace(asked, filters={}, page=1)
