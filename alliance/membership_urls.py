"""The addresses of members: directory, own page, roll, certificates, delegates."""

from django.urls import path

from alliance.views import membership

DESK = "desk/alliances/<slug:number>"
members = [
    path("alliances/<slug:number>/members/", membership.members, name="members"),
    path(f"{DESK}/membership/", membership.membership, name="membership"),
    path(f"{DESK}/membership/entry/", membership.entry, name="membership-entry"),
    path(f"{DESK}/membership/entry/hide/", membership.entry_hide, name="membership-hide"),
    path(f"{DESK}/membership/name/<slug:role>/", membership.nominate, name="delegate-nominate"),
    path(
        f"{DESK}/membership/withdraw/<str:code>/",
        membership.nomination_withdraw,
        name="delegate-withdraw",
    ),
    path(
        f"{DESK}/membership/certificates/<str:code>.pdf",
        membership.certificate,
        name="certificate",
    ),
    path(f"{DESK}/roll/", membership.roll, name="roll"),
    path(f"{DESK}/roll.xlsx", membership.roll_export, name="roll-export"),
    path(f"{DESK}/roll/issue/", membership.certificates_issue, name="certificates-issue"),
    path(f"{DESK}/roll/<str:code>.pdf", membership.certificate_of, name="certificate-of"),
    path(f"{DESK}/delegates/", membership.nominations, name="delegates"),
    path(
        f"{DESK}/delegates/<str:code>/confirm/",
        membership.nomination_confirm,
        name="delegate-confirm",
    ),
    path(
        f"{DESK}/delegates/<str:code>/refuse/",
        membership.nomination_refuse,
        name="delegate-refuse",
    ),
]
