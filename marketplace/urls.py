from django.urls import path, re_path, register_converter

from marketplace.entry import SECTIONS
from marketplace.order_urls import demand
from marketplace.views import agencies, catalogue, entry, reviews


class Section:
    """A section of an agency's entry."""

    regex = "|".join(SECTIONS)

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


register_converter(Section, "entry_section")

app_name = "marketplace"

supply = [
    path("services/", catalogue.services, name="services"),
    path("services/<slug:slug>/", catalogue.service_detail, name="service-detail"),
    path("agencies/", agencies.agencies, name="agencies"),
    re_path(r"^agencies/export\.(?P<kind>csv|xlsx)$", agencies.agency_export, name="agency-export"),
    path("agencies/<slug:code>/", agencies.agency_detail, name="agency-detail"),
    path("desk/entry/", entry.entry, name="entry"),
    path("desk/entry/begin/", entry.entry_begin, name="entry-begin"),
    path("desk/entry/submit/", entry.entry_submit, name="entry-submit"),
    path("desk/entry/<entry_section:section>/", entry.entry_section, name="entry-section"),
    path("desk/agency/profile/", entry.profile_edit, name="profile-edit"),
    path("desk/agency/services/offer/", entry.service_offer, name="service-offer"),
    path("desk/agency/services/<slug:slug>/", entry.service_offer, name="service-change"),
    path("desk/agency/services/<slug:slug>/stop/", entry.service_stop, name="service-stop"),
    path("desk/agency/qualifications/add/", entry.qualification_add, name="qualification-add"),
    path("desk/agency/practitioners/add/", entry.practitioner_add, name="practitioner-add"),
    path(
        "desk/agency/practitioners/<slug:code>/certificates/add/",
        entry.certificate_add,
        name="certificate-add",
    ),
    path("desk/agency/authorised/", entry.authorised_replace, name="authorised-replace"),
    path("desk/agency/credentials/<slug:code>/end/", entry.credential_end, name="credential-end"),
    path("desk/entries/", reviews.entries, name="entries"),
    path(
        "desk/entries/credentials/<slug:code>/", reviews.credential_review, name="credential-review"
    ),
    path("desk/entries/<slug:code>/", reviews.entry_review, name="entry-review"),
    path("desk/entries/<slug:code>/admit/", reviews.entry_admit, name="entry-admit"),
    path("desk/entries/<slug:code>/return/", reviews.entry_return, name="entry-return"),
    path("desk/entries/<slug:code>/id-number/", reviews.id_number, name="id-number"),
]

urlpatterns = [*demand, *supply]
