"""Every URL of the portal, menu by menu. Each menu's urls.py writes its own out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from portal.home.health import health

handler403 = "portal.access.why.not_allowed"
handler500 = "portal.pages.failures.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health, name="health"),
    path("", include("portal.access.urls")),
    path("", include("portal.home.urls")),
    path("phone-system/", include("portal.phone_system.urls")),
    path("business/", include("portal.business.urls")),
    path("servers/", include("portal.servers.urls")),
    path("reports/", include("portal.reports.urls")),
    path("my/", include("portal.my_manager.urls")),
    path("api/v1/", include("portal.api.urls")),
]
