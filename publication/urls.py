from django.urls import path

from publication import views
from publication.feeds import notice_feed

app_name = "publication"
urlpatterns = [
    path("notices/", views.notice_list, name="notices"),
    path("notices/<str:number>.pdf", views.notice_pdf_file, name="notice-pdf"),
    path("notices/<str:number>/", views.notice_detail, name="notice"),
    path("feeds/notices/", notice_feed, name="notice-feed"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:text>/", views.verification_detail, name="verification"),
]
