"""What every door needs: a declared access, a request id, and a way to refuse."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.forms import BaseForm, Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template import loader
from django.urls import URLPattern, URLResolver
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import audit, clock, health, uploads
from core.lifecycle import RuleBroken
from core.models import Upload
from core.once import AlreadyDone
from core.tracing import request_id

Door = TypeVar("Door", bound=Any)
View = Callable[[HttpRequest], HttpResponse]


def declare(door: Door, access: str) -> Door:
    """Say, once, who may call a view or everything behind an include."""
    if hasattr(door, "access"):
        raise ImproperlyConfigured(f"{door} is {door.access!r} and cannot be {access!r} too")
    door.access = access
    return door


def public(view: Door) -> Door:
    """Anybody may call this door, signed in or not."""
    return declare(login_not_required(view), "public")


def declare_include(entry: URLResolver, access: str, **by_name: str) -> URLResolver:
    """Say who may call a third party's include: `access`, or what its URL names say apart.

    What is `public` needs no sign-in any more.
    """
    declare(entry, access)
    for found in _patterns(entry):
        declared = by_name.get(found.name or "", access)
        if found.name in by_name:
            found.access = declared  # type: ignore[attr-defined]
        if declared == "public":
            found.callback = login_not_required(found.callback)
    return entry


def _patterns(entry: URLPattern | URLResolver) -> Iterator[URLPattern]:
    if isinstance(entry, URLPattern):
        yield entry
    else:
        for inner in entry.url_patterns:
            yield from _patterns(inner)


def doors(
    entries: Iterable[URLPattern | URLResolver], prefix: str = "/", access: str | None = None
) -> Iterator[tuple[str, str | None]]:
    """Every address below `entries` with who may call it; None where nobody said."""
    for entry in entries:
        address = prefix + str(entry.pattern)
        declared = getattr(entry, "access", access)
        if isinstance(entry, URLResolver):
            yield from doors(entry.url_patterns, address, declared)
        else:
            yield address, getattr(entry.callback, "access", declared)


def refusal(
    request: Any, refused: RuleBroken, *, about: models.Model, form: BaseForm | None = None
) -> None:
    """Record the refused attempt, and tell the user: in the form, else above the next page."""
    note_refusal(request, refused, about=about)
    if form is None:
        messages.error(request, str(refused))
    else:
        form.add_error(None, str(refused))


def note_refusal(request: Any, refused: RuleBroken, *, about: Any) -> None:
    """Record the refused attempt; whoever calls tells the user, as in a list of many results."""
    with transaction.atomic(durable=True):
        audit.record(
            about,
            "deed.refused",
            by=request.actor,
            at=clock.now(),
            door=request.resolver_match.view_name,
            kind=type(refused).__name__,
            sentence=refused.sentence,
        )


def posted(request: HttpRequest) -> Any:
    """What was sent: a form without fields is sent empty, and is sent all the same."""
    return request.POST if request.method == "POST" else None


def asked(
    request: Any,
    *,
    about: models.Model,
    rule: Callable[..., Any],
    done: str | Callable[[Any], str] = "",
    back: str = "",
    onward: Any = None,
    form: BaseForm | None = None,
    template: str = "confirm.html",
    **page: Any,
) -> HttpResponse:
    """Ask before a deed, on a page of its own; once sent, do it, say so and lead on.

    `rule` is called with what the form holds, `by` and `at`. Its refusal comes back into the form,
    or, where nothing is filled in, onto the page one came from: `back`, else the row's own. What is
    said when it is `done`, and where it then leads (`onward`, else back), may be functions of what
    the rule made. `page` is what components/confirm.html shows.
    """
    back = back or about.get_absolute_url()  # type: ignore[attr-defined]  # such rows have one
    form = Form(posted(request)) if form is None else form
    if form.is_valid():
        try:
            made = rule(**form.cleaned_data, by=request.actor, at=clock.now())
        except AlreadyDone:
            return redirect(back)
        except RuleBroken as refused:
            if not form.visible_fields():
                refusal(request, refused, about=about)
                return redirect(back)
            refusal(request, refused, about=about, form=form)
        else:
            if done:
                messages.success(request, done(made) if callable(done) else done)
            return redirect((onward(made) if callable(onward) else onward) or back)
    return render(request, template, {**page, "form": form, "back": back})


def autosaved(
    request: Any, save: Callable[..., Any], *typed: Any, **told: Callable[[Any], Any]
) -> JsonResponse:
    """Keep what was typed so far, right or wrong; the answer is what parts/forms.js shows of it.

    `save` is the rule that keeps a draft, called with `typed` (the row first), `by` and `at`. What
    else is `told` is taken from the row that it kept. A refusal is answered with 409.
    """
    at = clock.now()
    try:
        kept = save(*typed, by=request.actor, at=at)
    except RuleBroken as refused:
        return JsonResponse({"saved": str(refused)}, status=409)
    saved = _("Saved %(time)s") % {"time": f"{localtime(at):%H:%M}"}
    return JsonResponse({"saved": saved, **{name: of(kept) for name, of in told.items()}})


def name_request(get_response: View) -> View:
    """Middleware: one id for the request, borne by its events."""

    def named(request: HttpRequest) -> HttpResponse:
        request_id.set(uuid4().hex)
        response = get_response(request)
        response["X-Request-ID"] = request_id.get()
        return response

    return named


def pdf_response(pdf: bytes, filename: str) -> HttpResponse:
    """A drawn paper, shown in the browser under its name, Chinese or not (RFC 6266)."""
    disposition = content_disposition_header(as_attachment=False, filename=filename)
    headers = {"Content-Disposition": disposition or "inline", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@public
@require_safe
def healthz(request):
    """Whether this process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
def readyz(request):
    """Whether what this process stands on answers too, and what it does without meanwhile."""
    with translation.override("en"):
        faults, concerns = health.faults(), health.concerns()
    said = {"ready": not faults, "faults": faults, "concerns": concerns}
    return JsonResponse(said, status=503 if faults else 200)


@public
@require_safe
def upload(request, code):
    """A received file, to whom its purpose allows; all others learn not even that it exists."""
    found = get_object_or_404(Upload, code=code)
    if not uploads.is_readable(found, request):
        raise Http404
    return file_response(found)


def file_response(found: Upload) -> HttpResponseBase:
    """A received file as a download; who may have it was judged by the caller."""
    if settings.X_ACCEL:
        response: HttpResponseBase = HttpResponse()
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL}/{uploads.path(found.sha256)}"
        response["Content-Disposition"] = content_disposition_header(True, found.name)
    else:
        content = uploads.content(found)
        response = FileResponse(content, as_attachment=True, filename=found.name)
    response["Content-Type"] = found.media_type
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def server_error(request):
    """The last resort: a page without the frame, whose making might fail again."""
    page = loader.get_template("500.html").render({"request_id": request_id.get()})
    return HttpResponse(page, status=500)
