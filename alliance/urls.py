"""The addresses of the alliances: one list per subject."""

from alliance.application_urls import application
from alliance.council_urls import council
from alliance.founding_urls import founding
from alliance.membership_urls import members

app_name = "alliance"
urlpatterns = [*application, *council, *founding, *members]
