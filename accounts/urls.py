from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("switch/", views.switch_seat, name="switch-seat"),
    path("unit/", views.organisation, name="organisation"),
    path("unit/new/", views.register, name="register"),
    path("unit/contacts/", views.contacts, name="contacts"),
    path("unit/resubmit/", views.resubmit, name="resubmit"),
    path("unit/amend/", views.amendment_ask, name="amendment-ask"),
    path("unit/amendments/<str:code>/", views.amendment, name="amendment"),
    path(
        "unit/amendments/<str:code>/withdraw/", views.amendment_withdraw, name="amendment-withdraw"
    ),
    path("unit/amendments/<str:code>/grant/", views.amendment_grant, name="amendment-grant"),
    path("unit/amendments/<str:code>/refuse/", views.amendment_refuse, name="amendment-refuse"),
    path("seats/", views.seats, name="seats"),
    path("seats/invite/", views.invite, name="invite"),
    path("seats/<str:code>/change/", views.seat_change, name="seat-change"),
    path("seats/<str:code>/revoke/", views.seat_revoke, name="seat-revoke"),
    path("invitations/<str:code>/", views.invitation, name="invitation"),
    path("invitations/<str:code>/accept/", views.invitation_accept, name="invitation-accept"),
    path("invitations/<str:code>/decline/", views.invitation_decline, name="invitation-decline"),
    path("invitations/<str:code>/withdraw/", views.invitation_withdraw, name="invitation-withdraw"),
    path("certificates/", views.certificates, name="certificates"),
    path("certificates/new/", views.certificate_enter, name="certificate-enter"),
    path("certificates/<str:code>/replace/", views.certificate_replace, name="certificate-replace"),
    path(
        "certificates/<str:code>/put-away/", views.certificate_put_away, name="certificate-put-away"
    ),
    path("verification/", views.verifications, name="verifications"),
    path("verification/<str:code>/", views.verification, name="verification"),
    path("verification/<str:code>/verify/", views.organisation_verify, name="organisation-verify"),
    path("verification/<str:code>/refuse/", views.organisation_refuse, name="organisation-refuse"),
    path("show/<slug:kind>/<str:code>/<str:field>/", views.show, name="show"),
]
