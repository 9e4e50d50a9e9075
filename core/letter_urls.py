"""The inbox, below the desk."""

from django.urls import path

from core import views

app_name = "letters"
urlpatterns = [
    path("", views.letter_list, name="inbox"),
    path("read/", views.letters_read, name="read-all"),
    path("<str:code>/", views.letter_detail, name="letter"),
]
