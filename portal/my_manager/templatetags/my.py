"""The top of every page of My Allworx Manager: presence, and the pages as tabs."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.urls import reverse

from portal.my_manager.person import person
from portal.my_manager.presence import services

register = template.Library()

TABS = (
    ("my_manager", "Voicemail"),
    ("my_manager.greetings", "Greetings"),
    ("my_manager.calls", "Call History"),
    ("my_manager.call_routes", "Call Routes"),
    ("my_manager.phone_functions", "Phone Functions"),
    ("my_manager.speed_dials", "Speed Dials"),
    ("my_manager.notifications", "Notifications"),
    ("my_manager.secrets", "Password and PIN"),
)


@register.inclusion_tag("my_manager/top.html", takes_context=True)
def my_top(context: dict[str, Any]) -> dict[str, Any]:
    request: HttpRequest = context["request"]
    tabs = [{"title": title, "url": reverse(name), "current": request.path == reverse(name)} for name, title in TABS]
    presence = services.presence_now(person(request))
    return {"tabs": tabs, "presence": presence, "presences": services.TITLES, "csrf_token": context.get("csrf_token")}
