from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("", views.waiting, name="desk"),
    path("drafts/", views.drafts, name="drafts"),
    path("done/", views.done, name="done"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox-read"),
    path("inbox/<str:code>/", views.letter, name="letter"),
]
