"""What is no page for people and has one address only: feed, sitemap, robots, pictures, papers."""

from django.urls import path

from cms import files, sitemaps
from cms.feeds import news_feed

app_name = "site"
urlpatterns = [
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-<slug:name>-<int:number>.xml", sitemaps.section, name="sitemap-section"),
    path("feeds/news/", news_feed, name="news-feed"),
    path("feeds/social/<path:path>.png", files.social, name="social"),
    path("forms/<slug:key>.pdf", files.form_file, name="form-file"),
    path("media/images/<path:name>", files.picture, name="picture"),
]
