from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [path("demo/sign-in/<slug:key>/", views.sign_in, name="sign-in")]
