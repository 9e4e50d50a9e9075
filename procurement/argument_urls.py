"""The addresses of arguments: public ones, those of experts, and those of the desk."""

from django.urls import path

from procurement.views import argument_desk, arguments, opinions

urlpatterns = [
    path("procurement/arguments/", arguments.argument_list, name="arguments"),
    path("procurement/arguments/<slug:number>/", arguments.argument_detail, name="argument-detail"),
    path(
        "procurement/arguments/<slug:number>/comment/",
        arguments.argument_comment,
        name="argument-comment",
    ),
    path(
        "procurement/arguments/<slug:number>/opinions/<slug:code>.pdf",
        arguments.opinion_pdf,
        name="opinion-pdf",
    ),
    path("procurement/experts/<str:token>/", opinions.expert_enter, name="expert-enter"),
    path("desk/procurement/opinions/<slug:code>/", opinions.opinion_sign, name="opinion-sign"),
    path(
        "desk/procurement/experts/<slug:code>/opinion.pdf",
        opinions.expert_opinion,
        name="expert-opinion",
    ),
    path(
        "desk/procurement/experts/<slug:code>/invite/", opinions.expert_invite, name="expert-invite"
    ),
    path("desk/procurement/experts/<slug:code>/scan/", opinions.opinion_scan, name="opinion-scan"),
    path("desk/procurement/experts/<slug:code>/drop/", opinions.expert_drop, name="expert-drop"),
    path("desk/procurement/arguments/", argument_desk.desk_arguments, name="desk-arguments"),
    path(
        "desk/procurement/arguments/new/<slug:need>/",
        argument_desk.argument_new,
        name="argument-new",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/", argument_desk.desk_argument, name="desk-argument"
    ),
    path(
        "desk/procurement/arguments/<slug:code>/edit/",
        argument_desk.argument_edit,
        name="argument-edit",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/expert/",
        argument_desk.expert_name,
        name="expert-name",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/discard/",
        argument_desk.argument_discard,
        name="argument-discard",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/publish/",
        argument_desk.argument_publish,
        name="argument-publish",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/withdraw/",
        argument_desk.argument_withdraw,
        name="argument-withdraw",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/close/",
        argument_desk.argument_close,
        name="argument-close",
    ),
    path(
        "desk/procurement/arguments/<slug:code>/comment/",
        argument_desk.comment_enter,
        name="comment-enter",
    ),
    path(
        "desk/procurement/comments/<slug:code>/reply/",
        argument_desk.comment_reply,
        name="comment-reply",
    ),
]
