"""System Events with the bans in force above them, and the button that lifts one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.access.guard import requires_link
from portal.live import picture
from portal.live.verbs import ask
from portal.pages.views import ListView
from telephony import tasks


class EventsView(ListView):
    """Adds to the context: bans (source, reason, until), problem (why they may be missing)."""

    template = "reports/system_events/list.html"

    def extra(self) -> dict[str, Any]:
        seen = picture.bans()
        bans = [{**ban, "until": datetime.fromtimestamp(ban["until"], UTC)} for ban in seen.items]
        return {"bans": bans, "problem": seen.problem}


@requires_link("reports.system_events.lift_ban")
@require_POST
def lift_ban(request: HttpRequest) -> HttpResponse:
    source = request.POST.get("source", "")
    verdict = ask(tasks.lift_ban, source=source, by=request.user.get_username())
    if verdict["ok"]:
        messages.success(request, f"The ban of {source} was lifted: it may try again.")
    else:
        messages.error(request, verdict["error"])
    return redirect("reports.system_events")
