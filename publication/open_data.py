"""Doors to the open data: releases by month, the record of a process, and our own extension."""

import json
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.http import Http404, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from core import cache, clock
from core.calendar import SHANGHAI
from core.views import public
from publication import ocds, releases
from publication.models import Release


@public
@require_safe
def index(request):
    cache.finished(request)
    months = (
        Release.objects.annotate(month=TruncMonth("released_at", tzinfo=SHANGHAI))
        .values("month")
        .annotate(releases=Count("pk"), processes=Count("number", distinct=True))
        .order_by("-month")
    )
    return render(request, "publication/open-data.html", {"months": months})


@public
@require_safe
def month(request, year, month):
    """Every release of a month, as one package that is written while it is read."""
    try:
        first = date(year, month, 1)
        until = date(year + month // 12, month % 12 + 1, 1)
    except (ValueError, OverflowError) as error:
        raise Http404 from error
    if not Release.objects.between(first, until).exists():
        raise Http404
    head = releases.package(request.path, at=clock.now())
    response = StreamingHttpResponse(
        _written(head, "releases", releases.bodies(first=first, until=until)),
        content_type="application/json",
    )
    response["Content-Disposition"] = f'attachment; filename="gongxin-ocds-{first:%Y-%m}.json"'
    return response


@public
@require_safe
def record(request, number):
    found = releases.record_of(number)
    if found is None:
        raise Http404
    at = clock.now()
    return _json(releases.package(request.path, at=at) | {"records": [found]})


@public
@require_safe
def extension(request):
    return _json(ocds.EXTENSION | {"documentationUrl": {"zh": _absolute(request)}})


@public
@require_safe
def schema(request):
    return _json(ocds.SCHEMA)


def _absolute(request):
    return request.build_absolute_uri(reverse("publication:ocds"))


def _json(said):
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 2})


def _written(head, name, rows):
    """The package's text in pieces."""
    yield json.dumps(head, ensure_ascii=False)[:-1] + f', "{name}": ['
    for place, row in enumerate(rows):
        yield (",\n" if place else "\n") + ocds.text_of(row)
    yield "\n]}\n"
