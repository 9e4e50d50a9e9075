"""The addresses of needs, of the standards, and of the checker's rules."""

from django.urls import path

from procurement.views import need_desk, needs, standards

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
    path(f"{DESK}needs/new/", need_desk.need_new, name="need-new"),
    path(ONE, need_desk.desk_need, name="desk-need"),
    path(f"{ONE}edit/", need_desk.need_edit, name="need-edit"),
    path(f"{ONE}edit/basics/", need_desk.need_basics, name="need-basics"),
    path(
        f"{ONE}edit/basics/autosave/", need_desk.need_basics_autosave, name="need-basics-autosave"
    ),
    path(f"{ONE}edit/basics/outlook/", need_desk.need_outlook, name="need-outlook"),
    path(f"{ONE}edit/sections/", need_desk.need_section_add, name="need-section-add"),
    path(PART, need_desk.need_section, name="need-section"),
    path(f"{PART}autosave/", need_desk.need_section_autosave, name="need-section-autosave"),
    path(f"{PART}findings/", need_desk.need_findings, name="need-findings"),
    path(f"{PART}drop/", need_desk.need_section_drop, name="need-section-drop"),
    path(f"{ONE}edit/import/", need_desk.need_import, name="need-import"),
    path(f"{ONE}edit/submit/", need_desk.need_submit, name="need-submit"),
    path(f"{ONE}discard/", need_desk.need_discard, name="need-discard"),
    path(f"{ONE}publish/", need_desk.need_publish, name="need-publish"),
    path(f"{ONE}return/", need_desk.need_return, name="need-return"),
    path(f"{ONE}correct/", need_desk.need_correct, name="need-correct"),
    path(f"{ONE}correct/drop/", need_desk.need_correct_drop, name="need-correct-drop"),
    path(f"{ONE}withdraw/", need_desk.need_withdraw, name="need-withdraw"),
    path(f"{ONE}settle/", need_desk.need_settle, name="need-settle"),
]
