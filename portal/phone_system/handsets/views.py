"""Views of Handsets that the page kernel does not have: after adding, one handset, Ring."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.live.verbs import ask
from portal.pages.views import AddView, ListView
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.handsets.page import PAGE, attach, rows
from telephony import tasks


class HandsetsView(ListView):
    template = "phone_system/handsets/list.html"


class AddHandsetView(AddView):
    """Goes on to what must be entered on the phone."""

    def done(self, row: Any, outcome: str) -> HttpResponse:
        messages.success(self.request, outcome)
        return redirect("phone_system.handsets.show", row.pk)


@requires_link(PAGE.name)
@never_cache
def show_handset(request: HttpRequest, pk: int) -> HttpResponse:
    """Template context: page, handset, lines (with registered_until), server (what the phone needs besides its IDs)."""
    handset = get_object_or_404(Handset, pk=pk)
    lines = list(rows().filter(handset=handset).order_by("line"))
    attach(lines)
    inst = settings.INSTANCE
    server = {"host": inst.advertise, "port": inst.sip.port, "realm": inst.realm}
    context = {"page": PAGE, "handset": handset, "lines": lines, "server": server}
    return render(request, "phone_system/handsets/handset.html", context)


@requires_link("phone_system.handsets.sip.ring")
@require_POST
def ring(request: HttpRequest, pk: int) -> HttpResponse:
    """Test ring (S11-08); the answer is a message."""
    line = get_object_or_404(CallAppearance.objects.select_related("handset"), pk=pk)
    verdict = ask(tasks.ring_handset, station=line.station, by=request.user.get_username())
    if verdict["ok"]:
        messages.success(request, f"{line} rings.")
    else:
        messages.error(request, verdict["error"])
    return render(request, "pages/messages.html")
