from django.urls import path

from marketplace.order_urls import demand
from marketplace.views import catalogue

app_name = "marketplace"

supply = [
    path("services/", catalogue.services, name="services"),
    path("services/<slug:slug>/", catalogue.service_detail, name="service-detail"),
]

urlpatterns = [*supply, *demand]
