from django.urls import path

from search import alert_views, feeds, views

app_name = "search"
urlpatterns = [
    path("search/", views.results, name="results"),
    path("search/suggest/", views.suggest, name="suggest"),
    path("search/follow/", alert_views.follow, name="follow"),
    path("search/feed.atom", feeds.atom, name="atom"),
    path("search/feed.rss", feeds.rss, name="rss"),
    path("search/deadlines.ics", feeds.calendar, name="calendar"),
    path("search/saved/<str:code>/", alert_views.saved_results, name="saved-results"),
    path("search/subscription/<str:key>/", alert_views.subscription, name="subscription"),
    path("desk/searches/", alert_views.saved, name="saved"),
    path("desk/searches/<str:code>/", alert_views.saved_edit, name="saved-edit"),
    path("desk/searches/<str:code>/end/", alert_views.saved_end, name="saved-end"),
]
