"""The banner of an emergency call: clearing it, for oneself (S23-11)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.live import emergencies


@requires_link("home.emergency_alerts")
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """The banner itself follows by WebSocket; without scripts there is no banner."""
    emergencies.acknowledge(request.POST.get("call_id", ""), request.user.pk or 0)
    return HttpResponse(status=204) if request.headers.get("HX-Request") else redirect("home")
