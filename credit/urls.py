from django.urls import path

from credit import views

app_name = "credit"
urlpatterns = [
    path("credit/", views.index, name="index"),
    path("credit/rules/", views.scheme, name="scheme"),
    path("credit/rules/<int:version>/", views.scheme, name="scheme-version"),
    path("credit/<str:code>/", views.agency, name="agency"),
    path("credit/<str:code>/facts.csv", views.facts_csv, name="facts-csv"),
    path("credit/<str:code>/recompute.zip", views.recompute, name="recompute"),
    path("desk/credit/", views.desk, name="desk"),
    path("desk/credit/new/", views.fact_find, name="fact-find"),
    path("desk/credit/<str:code>/", views.fact_detail, name="fact-detail"),
    path("desk/credit/<str:code>/answer/", views.fact_answer, name="fact-answer"),
    path("desk/credit/<str:code>/annul/", views.fact_annul, name="fact-annul"),
    path("desk/credit/<str:code>/correct/", views.fact_correct, name="fact-correct"),
]
