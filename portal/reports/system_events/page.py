"""Reports > System Events: what happened to the system, newest first."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from portal.live.models import SystemEvent
from portal.pages.page import AdminPage, Column, Filter, State

MOODS = {SystemEvent.Severity.INFO: "", SystemEvent.Severity.WARNING: "warn", SystemEvent.Severity.ERROR: "bad"}
KINDS = (
    ("source.banned", "Bans"),
    ("source.lifted", "Lifted bans"),
    ("registration.refused", "Refused registrations"),
    ("pin.locked", "Locked PINs"),
    ("engine.state", "Parts of the system"),
)


def _severity(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    """That severity and worse."""
    worse = {"warning": ("warning", "error"), "error": ("error",)}
    return rows.filter(severity__in=worse[value])


def _kind(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(kind=value)


PAGE = AdminPage(
    name="reports.system_events",
    path="system-events/",
    menu="Reports",
    title="System Events",
    singular="event",
    plural="events",
    icon="events",
    rows=SystemEvent.objects.all,
    order=("-at",),
    columns=(
        Column("Time", lambda row: row.at, sort=("at",), template="pages/cells/moment.html", css="nowrap"),
        Column(
            "Severity",
            lambda row: State(row.get_severity_display(), MOODS.get(row.severity, "")),
            sort=("severity",),
            template="pages/cells/state.html",
        ),
        Column("Event", lambda row: row.text),
        Column("About", lambda row: row.subject, sort=("subject",)),
    ),
    search=("text__icontains", "subject__icontains"),
    search_hint="Address, login ID or words",
    filters=(
        Filter(
            "severity", "Severity", (("", "All"), ("warning", "Warnings and errors"), ("error", "Errors")), _severity
        ),
        Filter("kind", "About", (("", "Everything"), *KINDS), _kind),
    ),
    empty_title="Nothing has happened yet",
    empty_text="Bans, refused registrations, locked PINs and parts that come and go are listed here.",
)
