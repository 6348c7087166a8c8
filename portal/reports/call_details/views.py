"""One completed call: its facts, and every decision that was made for it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from portal.access.guard import requires_link
from portal.live.models import CallRecord
from portal.reports.call_details.page import PAGE, lasting, outcome, party


@requires_link("reports.call_details.view")
@never_cache
def view_call(request: HttpRequest, pk: int) -> HttpResponse:
    """Template context: page, record, caller, callee, outcome, talked, rang (seconds until the answer or the end)."""
    record = get_object_or_404(CallRecord, pk=pk)
    context = {
        "page": PAGE,
        "record": record,
        "caller": party(record.from_name, record.from_number),
        "callee": party(record.to_name, record.to_number),
        "outcome": outcome(record),
        "talked": lasting(record.seconds) if record.answered else "",
        "rang": round(((record.answered or record.ended) - record.started).total_seconds()),
    }
    return render(request, "reports/call_details/call.html", context)
