"""The addresses of official forms, invitations, applications and their review."""

from django.urls import path

from alliance.views import applying, official, queue, reviewing

DESK, OFFICE = "desk/alliances", "desk/alliances/<slug:number>/secretariat"
OWN = f"{DESK}/applications/<slug:code>"
LIST = f"{OFFICE}/applications/all"
REVIEW = f"{OFFICE}/applications/<slug:code>"

application = [
    path("alliances/forms/", official.official_forms, name="official-forms"),
    path("alliances/forms/<slug:key>.pdf", official.official_form, name="official-form"),
    path(
        "alliances/<slug:number>/forms/<slug:key>.pdf",
        official.alliance_form,
        name="alliance-form",
    ),
    path("alliances/<slug:number>/join/", official.join, name="join"),
    path(f"{DESK}/applications/", applying.applications_own, name="applications-own"),
    path(f"{DESK}/invitations/<slug:code>/", applying.join_invitation, name="join-invitation"),
    path(f"{DESK}/<slug:number>/apply/", applying.apply, name="apply"),
    path(f"{OWN}/", applying.application, name="application"),
    path(f"{OWN}/open/", applying.application_open, name="application-open"),
    path(f"{OWN}/edit/", applying.application_edit, name="application-edit"),
    path(f"{OWN}/forms/<slug:key>/", applying.application_form, name="application-form"),
    path(
        f"{OWN}/forms/<slug:key>/draft/",
        applying.application_autosave,
        name="application-autosave",
    ),
    path(f"{OWN}/materials/", applying.application_materials, name="application-materials"),
    path(f"{OWN}/submit/", applying.application_submit, name="application-submit"),
    path(f"{OWN}/forms.pdf", applying.application_pdf, name="application-pdf"),
    path(f"{OWN}/files/<slug:upload>/", applying.application_file, name="application-file"),
    path(f"{OWN}/compare/", applying.application_compare, name="application-compare"),
    path(f"{OWN}/discard/", applying.application_discard, name="application-discard"),
    path(f"{OWN}/withdraw/", applying.application_withdraw, name="application-withdraw"),
    path(f"{OFFICE}/invitations/", reviewing.join_invitations, name="join-invitations"),
    path(
        f"{OFFICE}/invitations/<slug:code>/withdraw/",
        reviewing.join_invitation_withdraw,
        name="join-invitation-withdraw",
    ),
    path(f"{OFFICE}/applications/", queue.applications_list, name="applications"),
    path(f"{LIST}/bulk/", queue.applications_bulk, name="applications-bulk"),
    path(f"{LIST}/sheet/", queue.applications_export, name="applications-export"),
    path(f"{LIST}/papers/", queue.applications_papers, name="applications-papers"),
    path(f"{LIST}/views/", queue.view_save, name="view-save"),
    path(f"{LIST}/views/<slug:code>/", queue.view_edit, name="view-edit"),
    path(f"{LIST}/views/<slug:code>/delete/", queue.view_delete, name="view-delete"),
    path(f"{REVIEW}/", reviewing.application_review, name="application-review"),
    path(f"{REVIEW}/comments/", reviewing.application_comment, name="application-comment"),
    path(f"{REVIEW}/return/", reviewing.application_return, name="application-return"),
    path(f"{REVIEW}/forward/", reviewing.application_forward, name="application-forward"),
]
