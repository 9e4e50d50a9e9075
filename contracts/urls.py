from django.urls import path

from contracts import views

app_name = "contracts"
urlpatterns = [
    path("agreements/", views.agreement_list, name="agreement-list"),
    path("agreements/<number>/", views.agreement_detail, name="agreement-detail"),
    path("agreements/<number>/contract.pdf", views.agreement_pdf, name="agreement-pdf"),
    path("agreements/<number>/sign/", views.agreement_sign, name="agreement-sign"),
    path("agreements/<number>/decline/", views.agreement_decline, name="agreement-decline"),
    path("agreements/<number>/terminate/", views.agreement_terminate, name="agreement-terminate"),
    path("milestones/<number>/hand-in/", views.milestone_hand_in, name="milestone-hand-in"),
    path("milestones/<number>/extend/", views.milestone_extend, name="milestone-extend"),
    path("deliverables/<code>/", views.deliverable_detail, name="deliverable-detail"),
    path("deliverables/<code>/accept/", views.deliverable_accept, name="deliverable-accept"),
    path("deliverables/<code>/return/", views.deliverable_return, name="deliverable-return"),
    path(
        "deliverables/<code>/certificate.pdf",
        views.deliverable_certificate,
        name="deliverable-certificate",
    ),
    path("changes/<code>/grant/", views.change_grant, name="change-grant"),
    path("changes/<code>/refuse/", views.change_refuse, name="change-refuse"),
    path("changes/<code>/withdraw/", views.change_withdraw, name="change-withdraw"),
]
