"""Redirects 重定向 hold below /en/ too: an old address leads on in the same language."""

from typing import Any

from django.http import HttpResponsePermanentRedirect, HttpResponseRedirect
from wagtail.contrib.redirects.middleware import RedirectMiddleware, get_redirect
from wagtail.contrib.redirects.models import Redirect

ENGLISH = "/en/"


class Redirects(RedirectMiddleware):
    def process_response(self, request: Any, response: Any) -> Any:
        answer = super().process_response(request, response)
        if answer.status_code != 404 or not request.path.startswith(ENGLISH):
            return answer
        plain = request.get_full_path().removeprefix(ENGLISH.rstrip("/"))
        found = get_redirect(request, Redirect.normalise_path(plain, decode_unicode=False))
        if found is None or not found.link:
            return answer
        link = found.link
        if link.startswith("/") and not link.startswith(ENGLISH):
            link = ENGLISH.rstrip("/") + link
        if found.is_permanent:
            return HttpResponsePermanentRedirect(link)
        return HttpResponseRedirect(link)
