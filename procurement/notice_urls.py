"""The addresses of procurement as a whole: its hub, its time limits, its composed notices."""

from django.urls import path

from procurement.views import hub, notice_desk

DESK = "desk/procurement/notices/"
ONE = f"{DESK}<slug:code>/"

urlpatterns = [
    path("procurement/", hub.hub, name="hub"),
    path("procurement/periods/", hub.period_list, name="periods"),
    path(DESK, notice_desk.desk_notices, name="desk-notices"),
    path(f"{DESK}new/<slug:need>/", notice_desk.notice_new, name="notice-new"),
    path(f"{DESK}new/<slug:need>/<slug:number>/", notice_desk.notice_follow, name="notice-follow"),
    path(ONE, notice_desk.desk_notice, name="desk-notice"),
    path(f"{ONE}edit/", notice_desk.notice_edit, name="notice-edit"),
    path(f"{ONE}edit/autosave/", notice_desk.notice_autosave, name="notice-autosave"),
    path(f"{ONE}submit/", notice_desk.notice_submit, name="notice-submit"),
    path(f"{ONE}publish/", notice_desk.notice_publish, name="notice-publish"),
    path(f"{ONE}return/", notice_desk.notice_return, name="notice-return"),
    path(f"{ONE}discard/", notice_desk.notice_discard, name="notice-discard"),
]
