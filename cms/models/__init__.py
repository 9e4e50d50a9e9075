"""Wagtail's pages of the public face by subject, and our own picture and document models."""

from cms.models.approval import SecondPersonTask
from cms.models.face import Face
from cms.models.media import Paper, Picture, PictureRendition
from cms.models.microsites import MicrositePage, SitesPage
from cms.models.news import NewsIndexPage, NewsPage, Topic
from cms.models.pages import (
    Audience,
    ContactPage,
    ContentPage,
    FormIndexPage,
    FormPage,
    GuideIndexPage,
    GuidePage,
    HomePage,
    QuestionsPage,
)
from cms.models.policies import PolicyIndexPage, PolicyPage, Rung, Validity
from cms.models.settings import Frame

__all__ = [
    "Audience",
    "ContactPage",
    "ContentPage",
    "Face",
    "FormIndexPage",
    "FormPage",
    "Frame",
    "GuideIndexPage",
    "GuidePage",
    "HomePage",
    "MicrositePage",
    "NewsIndexPage",
    "NewsPage",
    "Paper",
    "Picture",
    "PictureRendition",
    "PolicyIndexPage",
    "PolicyPage",
    "QuestionsPage",
    "Rung",
    "SecondPersonTask",
    "SitesPage",
    "Topic",
    "Validity",
]
