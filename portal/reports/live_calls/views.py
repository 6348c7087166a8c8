"""Reports > Live Calls. The rows come by WebSocket (portal/live/consumers.py); this is the frame and its button."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.live import picture
from portal.live.verbs import ask
from telephony import tasks


@requires_link("reports.live_calls")
@never_cache
def live_calls(request: HttpRequest) -> HttpResponse:
    """Template context: calls (CallView, for browsers without scripts), problem, now (Unix time)."""
    seen = picture.calls()
    return render(
        request,
        "reports/live_calls/live_calls.html",
        {"calls": seen.items, "problem": seen.problem, "now": time.time()},
    )


@requires_link("reports.live_calls.end")
@require_POST
def end_call(request: HttpRequest, call_id: str) -> HttpResponse:
    """The row itself vanishes by WebSocket; the answer here is only a message."""
    verdict = ask(tasks.end_call, call_id=call_id, by=request.user.get_username())
    if verdict["ok"]:
        messages.success(request, "The call was ended.")
    else:
        messages.error(request, verdict["error"])
    return render(request, "pages/messages.html")
