"""One file of addresses for each subject: needs, their argument, inquiries."""

from procurement import need_urls

app_name = "procurement"

urlpatterns = [*need_urls.urlpatterns]
