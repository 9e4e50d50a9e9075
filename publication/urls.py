from django.urls import path

from publication import open_data, views
from publication.feeds import notice_feed

app_name = "publication"
urlpatterns = [
    path("notices/", views.notice_list, name="notices"),
    path("notices/<str:number>.pdf", views.notice_pdf_file, name="notice-pdf"),
    path("notices/<str:number>/", views.notice_detail, name="notice"),
    path("feeds/notices/", notice_feed, name="notice-feed"),
    path("feeds/ocds/", open_data.index, name="ocds"),
    path("feeds/ocds/draws/extension.json", open_data.extension, name="ocds-extension"),
    path("feeds/ocds/draws/release-schema.json", open_data.schema, name="ocds-schema"),
    path("feeds/ocds/records/<str:number>.json", open_data.record, name="ocds-record"),
    path("feeds/ocds/releases/<int:year>-<int:month>.json", open_data.month, name="ocds-month"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:text>/", views.verification_detail, name="verification"),
]
