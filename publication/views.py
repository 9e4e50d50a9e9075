"""Doors to what is published: the notices, their papers, and verification."""

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from core import cache, paging
from core.templatetags.gx import day
from core.views import pdf_response, public
from publication import notice_pdf, verification
from publication.forms import NoticeFilter
from publication.models import SUPERSEDING, Notice

ORDERS = {"newest": paging.Order(_("newest first"), "-published_at", "-id")}


@public
@require_safe
def notice_list(request):
    cache.finished(request)
    chosen = NoticeFilter(request.GET, queryset=Notice.objects.in_list_with_followers())
    found = chosen.qs if chosen.form.is_valid() else Notice.objects.none()
    context = {
        "form": chosen.form,
        "page": paging.page(found, ORDERS, request.GET),
        "chips": list(_chips(request, chosen.form)),
    }
    return render(request, "publication/notices.html", context)


def _chips(request, form):
    """Each active filter in words, with the address that drops it."""
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name) if form.is_valid() else None
        if not value:
            continue
        shown = dict(getattr(field, "choices", ())).get(value) or (
            day(value) if isinstance(value, date) else value
        )
        rest = request.GET.copy()
        for stale in (name, "after", "before"):
            rest.pop(stale, None)
        yield {"label": field.label, "value": shown, "href": f"?{rest.urlencode()}"}


@public
@require_safe
def notice_detail(request, number):
    made_from = (Notice._meta.label_lower,)
    return cache.joined(request, "publication/notice.html", made_from, partial(_notice, number))


def _notice(number, at):
    """What the page of a notice shows."""
    shown = Notice.objects.select_related("file", "follows")
    notice = get_object_or_404(shown, number=number)
    same = Q(subject=notice.subject, subject_code=notice.subject_code)
    near = same | Q(follows=notice) | Q(pk=notice.follows_id)
    family = list(
        Notice.objects.in_list().exclude(pk=notice.pk).filter(near).order_by("published_at", "pk")
    )
    context = {
        "notice": notice,
        "paper": notice.document,
        "verify_url": notice_pdf.verify_url(notice.number),
        "family": family,
        **_standing(notice, family),
    }
    return context, None


def _standing(notice, family):
    """What superseded the notice, and the last of that chain, without a query more."""
    after = {one.follows_id: one for one in family if one.relation in SUPERSEDING}
    later = last = after.get(notice.pk)
    while last is not None and last.pk in after:
        last = after[last.pk]
    return {"later": later, "last": last}


@public
@require_safe
def notice_pdf_file(request, number):
    notice = get_object_or_404(Notice.objects.select_related("file"), number=number)
    return pdf_response(notice_pdf.read(notice), f"{notice.number} {notice.title}.pdf")


@public
@require_safe
def verify(request):
    """Where one enters a number or a digest, or chooses a file."""
    cache.finished(request)
    text = request.GET.get("q", "").strip()
    if not text:
        return render(request, "publication/verify.html", {"text": ""})
    sought = verification.wanted(text)
    if sought is None:
        return render(request, "publication/verify.html", {"text": text, "unread": True})
    return redirect("publication:verification", sought.text)


@public
@require_safe
def verification_detail(request, text):
    """What a number or digest leads to. With `of`: whether a digest is that number's."""
    cache.finished(request)
    sought = verification.wanted(text)
    if sought is None:
        return redirect(reverse("publication:verify") + "?" + urlencode({"q": text}))
    expected = verification.wanted(request.GET.get("of", ""))
    if expected is not None and not expected.number:
        raise Http404
    finding = verification.find(sought)
    of = verification.find(expected) if expected else None
    context: dict[str, Any] = {
        "sought": sought,
        "finding": finding,
        "of": of,
        "differs": of is not None and (finding is None or finding.number != of.number),
        "by_file": "file" in request.GET,
    }
    if finding is not None:
        context["matched"] = verification.matches(finding, sought)
    status = 200 if finding else 404
    return render(request, "publication/verification.html", context, status=status)
