"""URLs of this menu, written out."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from portal.pages.urls import page_urls
from portal.reports.ask.page import ask_the_system
from portal.reports.call_details.page import PAGE as CALL_DETAILS
from portal.reports.call_details.views import view_call
from portal.reports.changes import views as changes
from portal.reports.live_calls.views import end_call, live_calls
from portal.reports.system_events.page import PAGE as SYSTEM_EVENTS
from portal.reports.system_events.views import EventsView, lift_ban

urlpatterns: list[URLPattern | URLResolver] = [
    path("ask/", ask_the_system, name="reports.ask"),
    *page_urls(CALL_DETAILS),
    path("call-details/<int:pk>/", view_call, name="reports.call_details.view"),
    path("changes/", changes.changes, name="reports.changes"),
    path("changes/export.<slug:kind>", changes.export, name="reports.changes.export"),
    path("changes/retention/", changes.modify_retention, name="reports.changes.retention"),
    path("live-calls/", live_calls, name="reports.live_calls"),
    path("live-calls/<str:call_id>/end/", end_call, name="reports.live_calls.end"),
    *page_urls(SYSTEM_EVENTS, list_view=EventsView),
    path("system-events/lift-ban/", lift_ban, name="reports.system_events.lift_ban"),
]
