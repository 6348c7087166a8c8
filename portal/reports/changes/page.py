"""Reports > Changes: who changed what, field by field, and who logged in. Newest first, and only to read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.pages.page import AdminPage, Column, Filter, State

ACTIONS = {
    "add": "added",
    "modify": "modified",
    "delete": "deleted",
    "login": "logged in",
    "login_failed": "log-in failed",
    "view_as": "began to view as",
    "view_as_ended": "ended to view as",
}
VIAS = {"page": "Page", "api": "API", "task": "Task", "phone": "Telephone", "shell": "Shell"}
MOODS = {"login_failed": "warn", "delete": "bad"}
PERIODS = {"1": 1, "7": 7, "30": 30, "90": 90}


def what(entry: AuditEntry) -> State:
    return State(ACTIONS.get(entry.action, entry.action), MOODS.get(entry.action, ""))


def about(entry: AuditEntry) -> str:
    return f"{entry.kind} {entry.object_label}".strip()


def via(entry: AuditEntry) -> str:
    return VIAS.get(entry.via, entry.via)


def _period(rows: QuerySet[Any], days: str) -> QuerySet[Any]:
    return rows.filter(at__gte=timezone.now() - timedelta(days=PERIODS[days]))


def _equals(name: str) -> Any:
    return lambda rows, value: rows.filter(**{name: value})


PAGE = AdminPage(
    name="reports.changes",
    path="changes/",
    menu="Reports",
    title="Changes",
    singular="change",
    plural="changes and log-ins",
    icon="edit",
    lead="Every change, field by field, and every log-in. Nobody can alter this list.",
    rows=AuditEntry.objects.all,
    order=("-id",),
    columns=(
        Column("When", lambda row: row.at, sort=("id",), template="pages/cells/moment.html", css="nowrap"),
        Column("Who", lambda row: row.actor_name, sort=("actor_name",)),
        Column("From", lambda row: row.source or "", css="nowrap"),
        Column("Via", via, sort=("via",)),
        Column("Did", what, template="pages/cells/state.html", css="nowrap"),
        Column("What", about, sort=("kind", "object_label")),
        Column("Field", lambda row: row.field),
        Column("Before", lambda row: row.before, template="reports/changes/value.html"),
        Column("After", lambda row: row.after, template="reports/changes/value.html"),
        Column("Version", lambda row: row.version or "", sort=("version",), css="num"),
    ),
    search=(
        "actor_name__icontains",
        "object_label__icontains",
        "field__icontains",
        "source__startswith",
        "before__icontains",
        "after__icontains",
    ),
    search_hint="Name, address, field or value",
    empty_title="Nothing was changed yet",
    empty_text="Every change leaves a line here for each field, with what was there before.",
)


def page() -> AdminPage:
    """With the people and kinds that occur, to filter by."""
    entries = AuditEntry.objects.order_by()
    who = entries.filter(actor__isnull=False).values_list("actor_name", flat=True).distinct().order_by("actor_name")
    kinds = entries.values_list("kind", flat=True).distinct().order_by("kind")
    return replace(
        PAGE,
        filters=(
            Filter("who", "Who", (("", "Everybody"), *((name, name) for name in who)), _equals("actor_name")),
            Filter("kind", "What", (("", "Everything"), *((kind, kind) for kind in kinds)), _equals("kind")),
            Filter("action", "Did", (("", "Anything"), *ACTIONS.items()), _equals("action")),
            Filter("via", "Via", (("", "All"), *VIAS.items()), _equals("via")),
            Filter(
                "when",
                "When",
                (("", "Any time"), ("1", "24 hours"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days")),
                _period,
            ),
        ),
    )
