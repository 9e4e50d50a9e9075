"""The addresses of the register, the charters, calls, foundings and officers."""

from django.urls import path

from alliance.views import calls, charters, foundings, officers, register, reviews

founding = [
    path("alliances/", register.alliances, name="alliances"),
    path("alliances/calls/", calls.calls, name="calls"),
    path("alliances/calls/<slug:number>/", calls.call, name="call"),
    path("alliances/<slug:number>/", register.alliance, name="detail"),
    path("alliances/<slug:number>/charter/", register.charter, name="charter"),
    path(
        "alliances/<slug:number>/charter/<int:version>/",
        register.charter,
        name="charter-version",
    ),
    path("alliances/<slug:number>/charter/compare/", register.compare, name="charter-compare"),
    path("desk/alliances/", foundings.desk, name="desk"),
    path("desk/alliances/calls/", calls.desk, name="desk-calls"),
    path("desk/alliances/calls/new/", calls.edit, name="call-new"),
    path("desk/alliances/calls/<slug:code>/", calls.edit, name="call-edit"),
    path("desk/alliances/calls/<slug:code>/publish/", calls.publish, name="call-publish"),
    path("desk/alliances/calls/<slug:code>/discard/", calls.discard, name="call-discard"),
    path("desk/alliances/foundings/", reviews.foundings, name="foundings"),
    path("desk/alliances/foundings/begin/<slug:number>/", foundings.begin, name="founding-begin"),
    path("desk/alliances/foundings/consent/<slug:code>/", foundings.consent, name="consent"),
    path(
        "desk/alliances/foundings/consent/<slug:code>/decline/",
        foundings.decline,
        name="consent-decline",
    ),
    path("desk/alliances/foundings/<slug:code>/", foundings.founding, name="founding"),
    path("desk/alliances/foundings/<slug:code>/edit/", foundings.edit, name="founding-edit"),
    path("desk/alliances/foundings/<slug:code>/units/", foundings.units, name="founding-units"),
    path(
        "desk/alliances/foundings/<slug:code>/units/<slug:unit>/drop/",
        foundings.drop,
        name="founding-drop",
    ),
    path("desk/alliances/foundings/<slug:code>/submit/", foundings.submit, name="founding-submit"),
    path(
        "desk/alliances/foundings/<slug:code>/withdraw/",
        foundings.withdraw,
        name="founding-withdraw",
    ),
    path(
        "desk/alliances/foundings/<slug:code>/registration.pdf",
        foundings.paper,
        name="founding-paper",
    ),
    path("desk/alliances/foundings/<slug:code>/step/<slug:step>/", foundings.step, name="step"),
    path(
        "desk/alliances/foundings/<slug:code>/step/<slug:step>/autosave/",
        foundings.autosave,
        name="step-autosave",
    ),
    path("desk/alliances/foundings/<slug:code>/return/", reviews.return_, name="founding-return"),
    path("desk/alliances/foundings/<slug:code>/refuse/", reviews.refuse, name="founding-refuse"),
    path(
        "desk/alliances/foundings/<slug:code>/register/",
        reviews.register,
        name="founding-register",
    ),
    path("desk/alliances/<slug:number>/officers/", officers.officers, name="officers"),
    path(
        "desk/alliances/<slug:number>/officers/<slug:code>/relieve/",
        officers.relieve,
        name="officer-relieve",
    ),
    path(
        "desk/alliances/register/<slug:number>/officers/",
        officers.of_registrar,
        name="registrar-officers",
    ),
    path(
        "desk/alliances/register/<slug:number>/officers/<slug:code>/relieve/",
        officers.relieve_by_registrar,
        name="registrar-relieve",
    ),
    path("desk/alliances/<slug:number>/charter/", charters.edit, name="charter-edit"),
    path("desk/alliances/<slug:number>/charter/terms/", charters.terms, name="charter-terms"),
    path(
        "desk/alliances/<slug:number>/charter/terms/autosave/",
        charters.terms_autosave,
        name="charter-terms-autosave",
    ),
    path("desk/alliances/<slug:number>/charter/discard/", charters.discard, name="charter-discard"),
]
