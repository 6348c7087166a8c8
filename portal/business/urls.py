"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from portal.business.roles.urls import urlpatterns as roles
from portal.business.users.page import PAGE as USERS
from portal.pages.urls import page_urls

urlpatterns: list[URLPattern | URLResolver] = [*roles, *page_urls(USERS)]
