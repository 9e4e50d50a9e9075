"""Doors to writing a need: basics, sections, the checker, a Word document, the preview."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_seat
from accounts.models import Deed
from core import clock, uploads
from core.forms import new_once
from core.lifecycle import RuleBroken
from core.models import Upload
from core.once import AlreadyDone
from core.views import asked, autosaved, refusal
from procurement import checker, importing, need_drafts, needs, rulebook
from procurement.document import STANDARD, File, Section, numbers
from procurement.forms.needs import (
    AttachmentForm,
    BasicsForm,
    ImportForm,
    act,
    begun_basics,
    bound_basics,
    section_of,
)
from procurement.models import Answer
from procurement.proposals import FORMS, METHODS
from procurement.splittings import proposal_for, splitting_of
from procurement.views.need_desk import desk, own_need

REMARKS = {
    "picture": gettext_lazy("A picture was left out: attach it, or describe it."),
    "text-box": gettext_lazy("A text box was left out: copy its words."),
    "note": gettext_lazy("Stands outside the running text and was left out."),
    "merged": gettext_lazy(
        "Merged cells: their text stands in the first of them, check the table."
    ),
    "too-long": gettext_lazy("The paragraph was too long and was cut."),
    "too-many": gettext_lazy("Too many blocks, rows or columns: the rest was left out."),
    "unnamed": gettext_lazy("Belongs to no standard section and became one of your own."),
}


@require_seat(Deed.WRITE_NEED)
def need_new(request):
    """Begin a draft: asked once more on GET, so that a link makes no row."""
    if request.method == "POST":
        key = request.POST.get("once", "")[:32]
        try:
            need = need_drafts.begin(
                request.seat.organisation, key=key, by=request.seat, at=clock.now()
            )
        except AlreadyDone as begun:
            return redirect("procurement:need-edit", begun.subject_code)
        except RuleBroken as refused:
            refusal(request, refused, about=request.seat.organisation)
            return redirect("procurement:desk-needs")
        return redirect("procurement:need-edit", need.code)
    return render(request, "procurement/need-new.html", {"once": new_once()})


@require_seat(Deed.WRITE_NEED)
@require_safe
def need_edit(request, code):
    """The first step that is not right yet, else the preview."""
    need = _written(request, code)
    if not bound_basics(need.draft, clock.now()).is_valid():
        return redirect("procurement:need-basics", need.code)
    empty = need_drafts.draft_of(need).missing()
    if empty:
        return redirect("procurement:need-section", need.code, empty[0].key)
    return redirect("procurement:need-submit", need.code)


@require_seat(Deed.WRITE_NEED)
def need_basics(request, code):
    need, at = _written(request, code), clock.now()
    if request.method == "POST":
        form = BasicsForm(request.POST)
        try:
            need_drafts.save_basics(need, form.typed(), by=request.seat, at=at)
        except RuleBroken as refused:
            refusal(request, refused, about=need)
            return redirect("procurement:desk-need", need.code)
        if "leave" in request.POST:
            return redirect("procurement:desk-need", need.code)
        if form.is_valid():
            return redirect("procurement:need-section", need.code, next(iter(STANDARD)))
    else:
        typed = request.GET.get("check")
        form = (bound_basics if typed else begun_basics)(need.draft, at)
    context = {
        "need": need,
        "form": form,
        "steps": _steps(need, "basics"),
        **_outlook(need, at),
    }
    return render(request, "procurement/need-basics.html", context)


@require_seat(Deed.WRITE_NEED)
@require_POST
def need_basics_autosave(request, code):
    need = _written(request, code)
    return autosaved(request, need_drafts.save_basics, need, BasicsForm(request.POST).typed())


@require_seat(Deed.WRITE_NEED)
@require_POST
def need_outlook(request, code):
    """What follows from the choices on the page, saved or not."""
    need = _written(request, code)
    need.draft = {**need.draft, "basics": BasicsForm(request.POST).typed()}
    return render(request, "procurement/need-outlook.html", _outlook(need, clock.now()))


@require_seat(Deed.WRITE_NEED)
def need_section(request, code, key):
    """One section: its blocks, and beside each sentence what the checker says of it."""
    need, at = _written(request, code), clock.now()
    section = _section(need, key)
    form = AttachmentForm(by=request.seat)
    if request.method == "POST":
        deed = request.POST.get("do", "")
        section = act(section_of(request.POST, section), deed)
        if request.FILES:
            form = AttachmentForm(request.POST, request.FILES, by=request.seat)
            if form.is_valid():
                section = _with_files(section, form.cleaned_data["added"])
        try:
            need = need_drafts.save_section(need, section, by=request.seat, at=at)
            if deed.startswith("answer-"):
                _answer(request, need, deed.removeprefix("answer-"), at)
        except RuleBroken as refused:
            refusal(request, refused, about=need)
            if not need.is_written:
                return redirect("procurement:desk-need", need.code)
        if "leave" in request.POST:
            return redirect("procurement:desk-need", need.code)
        if deed == "next" and form.is_valid() | (not form.is_bound):
            return redirect(_after(need, key))
        if not request.htmx and not form.errors:
            return redirect("procurement:need-section", need.code, key)
    context = {
        "need": need,
        "section": section,
        "number": _number(need, key),
        "hint": STANDARD[key][1] if key in STANDARD else "",
        "blocks": _shown_blocks(need, section),
        "form": form,
        "steps": _steps(need, key),
        "back": _before(need, key),
        **_found(need, section),
    }
    return render(request, "procurement/need-section.html", context)


@require_seat(Deed.WRITE_NEED)
@require_POST
def need_section_autosave(request, code, key):
    need = _written(request, code)
    section = section_of(request.POST, _section(need, key))
    return autosaved(request, need_drafts.save_section, need, section)


@require_seat(Deed.WRITE_NEED)
@require_POST
def need_findings(request, code, key):
    """What the checker says of the section as it stands on the page."""
    need = _written(request, code)
    section = section_of(request.POST, _section(need, key))
    return render(request, "procurement/need-findings.html", _found(need, section))


@require_seat(Deed.WRITE_NEED)
@require_POST
def need_section_add(request, code):
    need = _written(request, code)
    try:
        need, key = need_drafts.add_section(
            need, request.POST.get("title", ""), by=request.seat, at=clock.now()
        )
    except RuleBroken as refused:
        refusal(request, refused, about=need)
        return redirect("procurement:need-edit", need.code)
    return redirect("procurement:need-section", need.code, key)


@require_seat(Deed.WRITE_NEED)
def need_section_drop(request, code, key):
    need = _written(request, code)
    section = _section(need, key)
    return asked(
        request,
        about=need,
        rule=partial(need_drafts.drop_section, need, key),
        back=reverse("procurement:need-section", args=[need.code, key]),
        onward=reverse("procurement:need-edit", args=[need.code]),
        title=_("Take this section out?"),
        text=section.title,
        warning=_("What was written in it is lost."),
        verb=_("Take the section out"),
        danger=True,
    )


@require_seat(Deed.WRITE_NEED)
def need_import(request, code):
    """A Word document: first what would become of it, then, confirmed, in the draft's place."""
    need = _written(request, code)
    form = ImportForm(request.POST or None, request.FILES or None, by=request.seat)
    read = None
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["word"]
        try:
            with uploads.content(upload) as file:
                read = importing.read(file.read())
        except importing.Unreadable:
            form.add_error("word", _("This Word document cannot be read: save it anew as .docx."))
        if read is not None and "confirm" in request.POST:
            try:
                need_drafts.replace_document(need, read.document, by=request.seat, at=clock.now())
            except RuleBroken as refused:
                refusal(request, refused, about=need)
                return redirect("procurement:desk-need", need.code)
            messages.success(request, _("Imported: look through each section."))
            return redirect("procurement:need-edit", need.code)
    context = {
        "need": need,
        "form": form,
        "read": read,
        "sections": _imported(read) if read else [],
        "remarks": [(REMARKS[one.kind], one.near) for one in read.remarks] if read else [],
        "steps": _steps(need, "import"),
    }
    return render(request, "procurement/need-import.html", context)


@require_seat(Deed.WRITE_NEED)
def need_submit(request, code):
    """The preview: the very notice; then, to the approver."""
    need, at = _written(request, code), clock.now()
    form = bound_basics(need.draft, at)
    document = need_drafts.draft_of(need)
    paper, refused_because = None, ""
    if form.is_valid():
        paper = needs.previewed(need, form.basics(), at)
        try:
            needs.check(need, form.basics(), document, at)
        except RuleBroken as broken:
            refused_because = str(broken)
    if request.method == "POST" and form.is_valid():
        try:
            needs.submit(need, form.basics(), by=request.seat, at=clock.now())
        except RuleBroken as refused:
            refusal(request, refused, about=need)
            return redirect("procurement:need-submit", need.code)
        messages.success(request, _("The need is with its approver now."))
        return redirect("procurement:desk-need", need.code)
    context = {
        "need": need,
        "paper": paper,
        "wrong": not form.is_valid(),
        "empty": document.missing(),
        "open": need.warnings.filter(answer=Answer.OPEN),
        "refused_because": refused_because,
        "steps": _steps(need, "submit"),
        **_outlook(need, at),
    }
    return render(request, "procurement/need-submit.html", context)


@require_seat(Deed.WRITE_NEED)
def need_discard(request, code):
    need = _written(request, code)
    return asked(
        request,
        about=need,
        rule=partial(need_drafts.discard, need),
        done=_("The draft was deleted."),
        back=desk(need),
        onward="procurement:desk-needs",
        title=_("Delete this draft?"),
        text=str(need),
        warning=_("It cannot be brought back."),
        verb=_("Delete the draft"),
        danger=True,
    )


def _written(request, code):
    need = own_need(request, code)
    if not need.is_written:
        raise Http404
    return need


def _section(need, key):
    section = need_drafts.draft_of(need).get(key)
    if section is None:
        raise Http404
    return section


def _number(need, key):
    return next(number for number, one in need_drafts.draft_of(need).numbered() if one.key == key)


def _outlook(need, at):
    """The proposal and the warning of splitting for what the draft says."""
    form = bound_basics(need.draft, at)
    form.full_clean()
    wanted = ("kind", "region", "budget", "budget_year")
    if any(name in form.errors for name in wanted):
        return {"proposal": None, "form_words": "", "method_words": ""}
    kept = form.cleaned_data
    basics = need_drafts.Basics(
        title="",
        kind=kept["kind"],
        region=kept["region"].code,
        budget=kept["budget"],
        budget_year=kept["budget_year"],
        funding="",
        contact="",
        contact_phone="",
        item=kept.get("item") or "",
    )
    proposal = proposal_for(need, basics, at)
    need.budget, need.kind = basics.budget, basics.kind
    need.region, need.item, need.budget_year = kept["region"], basics.item, basics.budget_year
    return {
        "proposal": proposal,
        "form_words": FORMS[proposal.form],
        "method_words": METHODS[proposal.method],
        "splitting": splitting_of(need, at),
    }


def _with_files(section, files):
    new = tuple(File(one.code, one.name, one.sha256) for one in files)
    return Section(section.key, section.title, (*section.blocks, *new))


def _answer(request, need, code, at):
    warning = get_object_or_404(need.warnings, code=code)
    reason = request.POST.get(f"reason-{code}", "")
    need_drafts.answer(need, warning, reason, by=request.seat, at=at)
    messages.success(request, _("Your answer is kept; it is published with the need."))


def _found(need, section):
    """The checker's findings in a section, each with its warning row where it was saved."""
    whole = need_drafts.draft_of(need).with_section(section)
    rows = {(one.rule, one.section, one.fingerprint): one for one in need.warnings.all()}
    found = [
        (one, rows.get(one.key))
        for one in checker.check(whole, rulebook.in_force())
        if one.section == section.key
    ]
    return {"findings": found, "need": need}


def _shown_blocks(need, section):
    """Each block with its number and what the checker says of its sentences."""
    found = _found(need, section)["findings"]
    files = Upload.objects.in_bulk(
        [one.code for one in section.blocks if isinstance(one, File)], field_name="code"
    )
    return [
        {
            "block": block,
            "number": number,
            "findings": [pair for pair in found if pair[0].block == place],
            "upload": files.get(block.code) if isinstance(block, File) else None,
        }
        for place, (number, block) in enumerate(numbers(section))
    ]


def _imported(read):
    return [(number, one) for number, one in read.document.numbered()]


def _steps(need, current):
    """The steps as components/steps.html shows them."""
    valid = bound_basics(need.draft, clock.now()).is_valid()
    steps = [
        {
            "label": _("Basics"),
            "href": reverse("procurement:need-basics", args=[need.code]),
            "state": "now" if current == "basics" else "done" if valid else "todo",
        }
    ]
    for number, section in need_drafts.draft_of(need).numbered():
        state = "now" if section.key == current else "todo" if section.is_empty else "done"
        href = reverse("procurement:need-section", args=[need.code, section.key])
        steps.append({"label": f"{number}、{section.title}", "href": href, "state": state})
    last = reverse("procurement:need-submit", args=[need.code])
    state = "now" if current == "submit" else "todo"
    return [*steps, {"label": _("Preview and submit"), "href": last, "state": state}]


def _keys(need):
    return [section.key for section in need_drafts.draft_of(need).sections]


def _after(need, key):
    keys = _keys(need)
    place = keys.index(key) + 1
    if place == len(keys):
        return reverse("procurement:need-submit", args=[need.code])
    return reverse("procurement:need-section", args=[need.code, keys[place]])


def _before(need, key):
    keys = _keys(need)
    place = keys.index(key)
    if place == 0:
        return reverse("procurement:need-basics", args=[need.code])
    return reverse("procurement:need-section", args=[need.code, keys[place - 1]])
