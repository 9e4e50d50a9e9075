"""The addresses of the register, the charters, calls and foundings."""

from django.urls import path

from alliance.views import register

founding = [
    path("alliances/", register.alliances, name="alliances"),
    path("alliances/<slug:number>/", register.alliance, name="detail"),
]
