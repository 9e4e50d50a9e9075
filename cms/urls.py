from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("", views.waiting, name="desk"),
    path("drafts/", views.drafts, name="drafts"),
    path("done/", views.done, name="done"),
    path("letters/", views.inbox, name="inbox"),
    path("letters/read/", views.inbox_read, name="inbox-read"),
    path("letters/<str:code>/", views.letter, name="letter"),
]
