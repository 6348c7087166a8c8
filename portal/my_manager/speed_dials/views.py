"""Speed Dials: the short numbers of the whole office, as they are dialled now; a sheet to print (S18-27)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.my_manager.person import own_page
from portal.phone_system.speed_dial import services
from portal.phone_system.speed_dial.models import SpeedDialNumber


@own_page
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Template context: dials (number as it is dialled, description, target). Whether a telephone may call what is
    behind one is decided when it dials, by its own rights."""
    dials = [
        {"number": services.number(row), "description": row.description, "target": row.target}
        for row in SpeedDialNumber.objects.order_by("entry")
    ]
    return render(request, "my_manager/speed_dials.html", {"dials": dials})
