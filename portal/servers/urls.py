"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from portal.servers.email import page as email

urlpatterns: list[URLPattern | URLResolver] = [*email.urlpatterns]
