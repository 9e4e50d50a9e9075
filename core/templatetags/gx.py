"""What every template may say: money, instants, badges. Built in: no `{% load %}`."""

from django.template import Library

register = Library()
