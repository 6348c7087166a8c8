"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.access.guard import open_to
from portal.home.emergency import clear
from portal.home.health import health
from portal.home.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("emergency/clear/", clear, name="home.emergency.clear"),
    path("health/", open_to("anybody")(health), name="health"),
]
