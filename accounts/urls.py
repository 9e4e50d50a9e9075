from django.urls import path

from accounts.views import amendments, certificates, seats, units, verification

app_name = "accounts"
urlpatterns = [
    path("switch/", units.switch_seat, name="switch-seat"),
    path("keys/", units.switch_keys, name="switch-keys"),
    path("unit/", units.organisation, name="organisation"),
    path("unit/new/", units.register, name="register"),
    path("unit/contacts/", units.contacts, name="contacts"),
    path("unit/resubmit/", units.resubmit, name="resubmit"),
    path("unit/amend/", amendments.amendment_ask, name="amendment-ask"),
    path("unit/amendments/<str:code>/", amendments.amendment, name="amendment"),
    path(
        "unit/amendments/<str:code>/withdraw/",
        amendments.amendment_withdraw,
        name="amendment-withdraw",
    ),
    path("unit/amendments/<str:code>/grant/", amendments.amendment_grant, name="amendment-grant"),
    path(
        "unit/amendments/<str:code>/refuse/", amendments.amendment_refuse, name="amendment-refuse"
    ),
    path("seats/", seats.seats, name="seats"),
    path("seats/invite/", seats.invite, name="invite"),
    path("seats/<str:code>/change/", seats.seat_change, name="seat-change"),
    path("seats/<str:code>/revoke/", seats.seat_revoke, name="seat-revoke"),
    path("invitations/<str:code>/", seats.invitation, name="invitation"),
    path("invitations/<str:code>/accept/", seats.invitation_accept, name="invitation-accept"),
    path("invitations/<str:code>/decline/", seats.invitation_decline, name="invitation-decline"),
    path("invitations/<str:code>/withdraw/", seats.invitation_withdraw, name="invitation-withdraw"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/new/", certificates.certificate_enter, name="certificate-enter"),
    path(
        "certificates/<str:code>/replace/",
        certificates.certificate_replace,
        name="certificate-replace",
    ),
    path(
        "certificates/<str:code>/put-away/",
        certificates.certificate_put_away,
        name="certificate-put-away",
    ),
    path("verification/", verification.verifications, name="verifications"),
    path("verification/<str:code>/", verification.verification, name="verification"),
    path(
        "verification/<str:code>/verify/",
        verification.organisation_verify,
        name="organisation-verify",
    ),
    path(
        "verification/<str:code>/refuse/",
        verification.organisation_refuse,
        name="organisation-refuse",
    ),
    path("show/<slug:kind>/<str:code>/<str:field>/", units.show, name="show"),
]
