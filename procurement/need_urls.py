"""The addresses of needs, of the standards, and of the checker's rules."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
