"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.access.guard import open_to
from portal.home.checklist import install_checklist
from portal.home.emergency import clear
from portal.home.health import health
from portal.home.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("install-checklist/", install_checklist, name="home.install_checklist"),
    path("emergency/clear/", clear, name="home.emergency.clear"),
    path("health/", open_to("anybody")(health), name="health"),
]
