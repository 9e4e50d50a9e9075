from django.urls import path

from core import job_views, views

app_name = "core"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("files/<str:code>/", views.upload, name="upload"),
    path("desk/jobs/", job_views.own, name="jobs"),
    path("desk/jobs/<slug:code>/", job_views.job, name="job"),
    path("desk/jobs/<slug:code>/cancel/", job_views.cancel, name="job-cancel"),
]
