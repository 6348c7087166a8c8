"""One completed call: its facts, and every decision that was made for it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from portal.access.guard import requires_link
from portal.live.models import CallRecord
from portal.maintenance.time.export import zone
from portal.phone_system.handsets.models import CallAppearance
from portal.reports.call_details.page import PAGE, lasting, outcome, party
from telephony.ask.answer import Box


@requires_link("reports.call_details.view")
@never_cache
def view_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Template context: page, record, caller, callee, outcome, talked, rang (seconds until the answer or the end),
    boxes (the way it took), again (the same question to the same configuration, or "")."""
    record = get_object_or_404(CallRecord, pk=pk)
    context = {
        "page": PAGE,
        "record": record,
        "caller": party(record.from_name, record.from_number),
        "callee": party(record.to_name, record.to_number),
        "outcome": outcome(record),
        "talked": lasting(record.seconds) if record.answered else "",
        "boxes": way(record),
        "again": ask_again(record),
        "rang": round(((record.answered or record.ended) - record.started).total_seconds()),
    }
    return render(request, "reports/call_details/call.html", context)


def way(record: CallRecord) -> list[Box]:
    """What was decided for it, as Ask the System shows it: the caller, every sentence, and how it ended."""
    boxes = [
        Box("caller", party(record.from_name, record.from_number), f"dialled {record.dialled or record.to_number}")
    ]
    boxes += [Box("rule", line["text"], link=line.get("link", "")) for line in record.explanation]
    if record.answered:
        boxes.append(Box("application", f"Answered by {record.answered_by or 'somebody'}"))
    else:
        boxes.append(Box("end", outcome(record).text))
    return boxes


def ask_again(record: CallRecord) -> str:
    """Only for calls that a handset of this office made: what came by a line does not say by which one."""
    if not record.version or not record.from_user or not record.dialled:
        return ""
    station = CallAppearance.objects.filter(owner=record.from_user).values_list("station", flat=True).first()
    if station is None:
        return ""
    asked = {
        "caller": station,
        "dialled": record.dialled,
        "at": f"{record.started.astimezone(zone()):%Y-%m-%dT%H:%M}",
        "version": record.version,
    }
    return f"{reverse('reports.ask')}?{urlencode(asked)}"
