"""Doors of the operator: a region's next catalogue and standards, a rule's next version."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.access import staff
from accounts.models import Deed
from core import clock
from core.lifecycle import RuleBroken
from core.views import refusal
from procurement import rulebook, standards
from procurement.forms.needs import RuleForm, StandardForm, line_of
from procurement.models import ProcurementStandard, RequirementRule
from procurement.standards import LIMITS


@staff(Deed.EDIT_CATALOGUE)
def standard_new(request):
    """The next version; `?from=` fills it with an earlier one."""
    initial = _initial(request.GET.get("from", ""))
    form = StandardForm(request.POST or None, initial=initial)
    if form.is_valid():
        kept = form.cleaned_data
        try:
            standards.enact(
                kept["region"],
                title=kept["title"],
                year=kept["year"],
                source=kept["source"],
                from_on=kept["from_on"],
                limits=form.limits(),
                rows=form.rows(),
                is_example=kept["is_example"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=request.seat.organisation, form=form)
        else:
            messages.success(request, _("Published: in force from the day that you named."))
            return redirect("procurement:standard-list")
    return render(request, "procurement/standard-new.html", {"form": form})


@staff(Deed.EDIT_CATALOGUE)
def rule_revise(request, name):
    row = get_object_or_404(RequirementRule, name=name, superseded_at=None)
    form = RuleForm(request.POST or None, initial=RuleForm.initial_of(row))
    if form.is_valid():
        try:
            rulebook.revise(
                row,
                form.rule(row),
                is_on=form.cleaned_data["is_on"],
                by=request.seat,
                at=clock.now(),
            )
        except RuleBroken as refused:
            refusal(request, refused, about=row, form=form)
        else:
            messages.success(request, _("Published: in force from now on."))
            return redirect("procurement:rule-list")
    versions = RequirementRule.objects.filter(name=name)
    context = {"form": form, "rule": row, "versions": versions}
    return render(request, "procurement/rule-revise.html", context)


def _initial(code):
    row = ProcurementStandard.objects.filter(code=code).select_related("region").first()
    if row is None:
        return {}
    return {
        "region": row.region.code,
        "title": row.title,
        "year": row.year + 1,
        "is_example": row.is_example,
        "lines": [line_of(entry) for entry in row.entries.all()],
        **{name: getattr(row, name) for name in LIMITS},
    }
