"""The addresses of members: directory, own page, roll, certificates, delegates, levels, staff."""

from django.urls import path

from alliance.views import levels, membership, staff

DESK = "desk/alliances/<slug:number>"
CHANGE = "desk/alliances/level-changes/<str:code>"
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
    path(f"{DESK}/levels/", levels.level_changes, name="level-changes"),
    path(f"{DESK}/membership/level/", levels.level_apply, name="level-apply"),
    path(f"{DESK}/roll/<str:code>/level/", levels.level_propose, name="level-propose"),
    path(f"{CHANGE}/", levels.level_change, name="level-change"),
    path(f"{CHANGE}/forward/", levels.level_change_forward, name="level-change-forward"),
    path(f"{CHANGE}/return/", levels.level_change_return, name="level-change-return"),
    path(f"{CHANGE}/take-back/", levels.level_change_take_back, name="level-change-take-back"),
    path(f"{DESK}/membership/staff/", staff.staff_own, name="staff-own"),
    path(f"{DESK}/membership/staff/enter/", staff.staff_enter, name="staff-enter"),
    path(f"{DESK}/membership/staff.xlsx", staff.staff_own_export, name="staff-own-export"),
    path(f"{DESK}/membership/staff/<str:code>/", staff.staff_change, name="staff-change"),
    path(f"{DESK}/membership/staff/<str:code>/end/", staff.staff_end, name="staff-end"),
    path(f"{DESK}/staff/", staff.staff_list, name="staff"),
    path(f"{DESK}/staff.xlsx", staff.staff_export, name="staff-export"),
    path(f"{DESK}/staff/<str:code>/show/", staff.staff_show, name="staff-show"),
]
