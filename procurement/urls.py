"""One file of addresses for each subject: needs, their argument, inquiries, corrections."""

from procurement import argument_urls, correction_urls, inquiry_urls, need_urls, notice_urls

app_name = "procurement"

urlpatterns = [
    *need_urls.urlpatterns,
    *argument_urls.urlpatterns,
    *inquiry_urls.urlpatterns,
    *correction_urls.urlpatterns,
    *notice_urls.urlpatterns,
]
