"""The addresses of the alliances: one list per subject."""

from alliance.founding_urls import founding

app_name = "alliance"
urlpatterns = [*founding]
