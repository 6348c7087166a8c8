"""Reports > Call Details: the completed calls, newest first, each with the reason why it went where it went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.live.models import CallRecord
from portal.pages.page import AdminPage, Column, Filter, Linked, State

OUTCOMES: dict[str, State] = {
    "answered": State("Answered", "good"),
    "voicemail": State("Voicemail", "good"),
    "busy": State("Busy", "warn"),
    "no_answer": State("No answer", "warn"),
    "cancelled": State("Caller gave up", "warn"),
    "refused": State("Refused", "bad"),
    "failed": State("Failed", "bad"),
    "ended_by_administrator": State("Ended by an administrator", "warn"),
}
PERIODS = {"1": 1, "7": 7, "30": 30}


def outcome(record: CallRecord) -> State:
    return OUTCOMES.get(record.outcome, State(record.outcome))


def party(name: str, number: str) -> str:
    return f"{name} {number}" if name and name != number else number


def lasting(seconds: int) -> str:
    """75 → "1:15"; nothing for a call nobody answered."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def _outcome(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(outcome=value)


def _period(rows: QuerySet[Any], days: str) -> QuerySet[Any]:
    return rows.filter(started__gte=timezone.now() - timedelta(days=PERIODS[days]))


PAGE = AdminPage(
    name="reports.call_details",
    path="call-details/",
    menu="Reports",
    title="Call Details",
    singular="call",
    plural="calls",
    icon="list",
    rows=CallRecord.objects.all,
    order=("-started",),
    columns=(
        Column("Started", lambda row: row.started, sort=("started",), template="pages/cells/moment.html", css="nowrap"),
        Column("From", lambda row: party(row.from_name, row.from_number), sort=("from_number",)),
        Column("To", lambda row: party(row.to_name, row.to_number), sort=("to_number",)),
        Column("Outcome", outcome, sort=("outcome",), template="pages/cells/state.html"),
        Column("Talked", lambda row: lasting(row.seconds) if row.answered else "", sort=("seconds",), css="num"),
        Column(
            "Explanation",
            lambda row: Linked(
                "Why?", reverse("reports.call_details.view", args=[row.pk]), "reports.call_details.view"
            ),
            template="pages/cells/link.html",
        ),
    ),
    search=(
        "from_number__icontains",
        "from_name__icontains",
        "to_number__icontains",
        "to_name__icontains",
        "dialled__icontains",
    ),
    search_hint="Name or number",
    filters=(
        Filter("period", "Period", (("", "All"), ("1", "24 hours"), ("7", "7 days"), ("30", "30 days")), _period),
        Filter("outcome", "Outcome", (("", "All"), *((key, state.text) for key, state in OUTCOMES.items())), _outcome),
    ),
    empty_title="No calls yet",
    empty_text="Every call leaves a line here when it is over, with the reason why it went where it went.",
)
