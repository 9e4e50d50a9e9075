"""The addresses of inquiries: public ones, and those of the desk."""

from django.urls import path

from procurement.views import inquiries, inquiry_desk, inquiry_running, quoting

urlpatterns = [
    path("procurement/inquiries/", inquiries.inquiry_list, name="inquiries"),
    path("procurement/inquiries/<slug:number>/", inquiries.inquiry_detail, name="inquiry-detail"),
    path(
        "procurement/inquiries/<slug:number>/draw.json",
        inquiries.inquiry_bundle,
        name="inquiry-bundle",
    ),
    path("procurement/inquiries/<slug:number>/quote/", quoting.inquiry_quote, name="inquiry-quote"),
    path(
        "procurement/inquiries/<slug:number>/witness/<str:token>/",
        quoting.inquiry_witness,
        name="inquiry-witness",
    ),
    path("desk/procurement/quotes/<slug:code>/", quoting.quote_detail, name="quote-detail"),
    path(
        "desk/procurement/quotes/<slug:code>/withdraw/",
        quoting.quote_withdraw,
        name="quote-withdraw",
    ),
    path("desk/procurement/inquiries/", inquiry_desk.desk_inquiries, name="desk-inquiries"),
    path(
        "desk/procurement/inquiries/new/<slug:need>/", inquiry_desk.inquiry_new, name="inquiry-new"
    ),
    path("desk/procurement/inquiries/<slug:code>/", inquiry_desk.desk_inquiry, name="desk-inquiry"),
    path(
        "desk/procurement/inquiries/<slug:code>/edit/",
        inquiry_desk.inquiry_edit,
        name="inquiry-edit",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/autosave/",
        inquiry_desk.inquiry_autosave,
        name="inquiry-autosave",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/submit/",
        inquiry_desk.inquiry_submit,
        name="inquiry-submit",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/discard/",
        inquiry_desk.inquiry_discard,
        name="inquiry-discard",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/publish/",
        inquiry_desk.inquiry_publish,
        name="inquiry-publish",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/return/",
        inquiry_desk.inquiry_return,
        name="inquiry-return",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/withdraw/",
        inquiry_desk.inquiry_withdraw,
        name="inquiry-withdraw",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/close/",
        inquiry_running.inquiry_close,
        name="inquiry-close",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/examine/",
        inquiry_running.inquiry_examine,
        name="inquiry-examine",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/witnesses/",
        inquiry_running.inquiry_witnesses,
        name="inquiry-witnesses",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/witnesses/<slug:witness>/invite/",
        inquiry_running.inquiry_invite,
        name="inquiry-invite",
    ),
    path("desk/procurement/inquiries/<slug:code>/dice/", quoting.inquiry_dice, name="inquiry-dice"),
    path(
        "desk/procurement/inquiries/<slug:code>/assess/",
        inquiry_running.inquiry_assess,
        name="inquiry-assess",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/archive/",
        inquiry_running.inquiry_archive,
        name="inquiry-archive",
    ),
    path(
        "desk/procurement/inquiries/<slug:code>/archives/",
        inquiry_running.archive_rows,
        name="archive-rows",
    ),
    path(
        "desk/procurement/archives/<slug:code>.zip",
        inquiry_running.archive_download,
        name="archive-download",
    ),
]
