"""The addresses of needs, of the standards, and of the checker's rules."""

from django.urls import path

from procurement.views import need_desk, needs, standards
from procurement.views import need_writing as writing

DESK = "desk/procurement/"
ONE = f"{DESK}needs/<slug:code>/"
PART = f"{ONE}edit/sections/<slug:key>/"

urlpatterns = [
    path("procurement/needs/", needs.need_list, name="need-list"),
    path("procurement/needs/<slug:number>/", needs.need_detail, name="need-detail"),
    path(
        "procurement/needs/<slug:number>/versions/<int:old>/<int:new>/",
        needs.need_compare,
        name="need-compare",
    ),
    path("procurement/standards/", needs.standard_list, name="standard-list"),
    path("procurement/rules/", needs.rule_list, name="rule-list"),
    path(f"{DESK}standards/new/", standards.standard_new, name="standard-new"),
    path(f"{DESK}rules/<slug:name>/", standards.rule_revise, name="rule-revise"),
    path(f"{DESK}splittings/", need_desk.splittings, name="splittings"),
    path(f"{DESK}needs/", need_desk.desk_needs, name="desk-needs"),
    path(f"{DESK}needs/new/", writing.need_new, name="need-new"),
    path(ONE, need_desk.desk_need, name="desk-need"),
    path(f"{ONE}edit/", writing.need_edit, name="need-edit"),
    path(f"{ONE}edit/basics/", writing.need_basics, name="need-basics"),
    path(
        f"{ONE}edit/basics/autosave/",
        writing.need_basics_autosave,
        name="need-basics-autosave",
    ),
    path(f"{ONE}edit/basics/outlook/", writing.need_outlook, name="need-outlook"),
    path(f"{ONE}edit/sections/", writing.need_section_add, name="need-section-add"),
    path(PART, writing.need_section, name="need-section"),
    path(f"{PART}autosave/", writing.need_section_autosave, name="need-section-autosave"),
    path(f"{PART}findings/", writing.need_findings, name="need-findings"),
    path(f"{PART}drop/", writing.need_section_drop, name="need-section-drop"),
    path(f"{ONE}edit/import/", writing.need_import, name="need-import"),
    path(f"{ONE}edit/submit/", writing.need_submit, name="need-submit"),
    path(f"{ONE}discard/", writing.need_discard, name="need-discard"),
    path(f"{ONE}publish/", need_desk.need_publish, name="need-publish"),
    path(f"{ONE}return/", need_desk.need_return, name="need-return"),
    path(f"{ONE}correct/", need_desk.need_correct, name="need-correct"),
    path(f"{ONE}correct/drop/", need_desk.need_correct_drop, name="need-correct-drop"),
    path(f"{ONE}withdraw/", need_desk.need_withdraw, name="need-withdraw"),
    path(f"{ONE}settle/", need_desk.need_settle, name="need-settle"),
]
