from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("desk/", views.waiting, name="desk"),
    path("desk/drafts/", views.drafts, name="drafts"),
    path("desk/done/", views.done, name="done"),
    path("desk/letters/", views.inbox, name="inbox"),
    path("desk/letters/read/", views.inbox_read, name="inbox-read"),
    path("desk/letters/<str:code>/", views.letter, name="letter"),
]
