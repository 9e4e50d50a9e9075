"""Doors to files of the site: pictures, empty forms, the picture that stands for a shared page."""

import mimetypes

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms import blank_forms, social_image
from core import cache, clock
from core.views import pdf_response, public

A_DAY = 86_400


@public
@require_safe
def picture(request, name):
    """A picture in a size that a page asked for; originals and documents are not served here."""
    file = f"images/{name}"
    try:
        if not default_storage.exists(file):
            raise Http404
        content = default_storage.open(file)
    except (SuspiciousFileOperation, IsADirectoryError) as strange:
        raise Http404 from strange
    kind, _encoding = mimetypes.guess_type(name)
    response = FileResponse(content, content_type=kind or "application/octet-stream")
    response["Cache-Control"] = f"public, max-age={A_DAY}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@public
@require_safe
def form_file(request, key):
    """An empty form, drawn now: always the edition in force."""
    blank = blank_forms.find(key)
    if blank is None:
        raise Http404
    cache.finished(request)
    return pdf_response(blank_forms.draw(blank), blank.filename)


@public
@require_safe
def social(request, path):
    """A picture with a page's title, for who shares a page that has no picture of its own."""
    inner = "" if path == "home" else f"{path}/"
    pages = Page.objects.live().filter(url_path=f"/home/{inner}")
    page = get_object_or_404(pages.exclude(expire_at__lte=clock.now()))
    cache.finished(request, until=page.expire_at)
    return HttpResponse(social_image.draw(page.title), content_type="image/png")
