"""The addresses of procurement as a whole: its hub, its time limits, its notices."""

from django.urls import path

from procurement.views import hub

urlpatterns = [
    path("procurement/", hub.hub, name="hub"),
    path("procurement/periods/", hub.period_list, name="periods"),
]
