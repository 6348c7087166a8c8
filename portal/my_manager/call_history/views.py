"""Call History: one's own calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.business.users.models import User
from portal.live.models import CallRecord
from portal.my_manager.person import own_page, person
from portal.pages import tables
from portal.pages.page import AdminPage, Column, Filter
from portal.reports.call_details.page import PAGE as CALL_DETAILS
from portal.reports.call_details.page import lasting, outcome, party

DIRECTIONS = (("", "All"), ("in", "Incoming"), ("out", "Outgoing"), ("missed", "Missed"))


def _records(user: User) -> QuerySet[CallRecord]:
    return CallRecord.objects.filter(Q(from_user=user.pk) | Q(to_user=user.pk))


def _other(user: User) -> Callable[[CallRecord], str]:
    def other(record: CallRecord) -> str:
        if record.from_user == user.pk:
            return party(record.to_name, record.to_number)
        return party(record.from_name, record.from_number)

    return other


def _direction(user: User) -> Callable[[QuerySet[Any], str], QuerySet[Any]]:
    def apply(rows: QuerySet[Any], wanted: str) -> QuerySet[Any]:
        if wanted == "out":
            return rows.filter(from_user=user.pk)
        # NULL is not equal to anybody, and SQL would leave those rows out of an exclude() of a comparison
        rows = rows.filter(Q(from_user=None) | ~Q(from_user=user.pk))
        return rows.filter(answered=None) if wanted == "missed" else rows

    return apply


def _page(user: User) -> AdminPage:
    return AdminPage(
        name="my_manager.calls",
        path="calls/",
        menu="My Allworx Manager",
        title="Call History",
        singular="call",
        plural="calls",
        icon="list",
        rows=lambda: _records(user),
        order=("-started",),
        columns=(
            Column(
                "Time", lambda row: row.started, sort=("started",), template="pages/cells/moment.html", css="nowrap"
            ),
            Column("Direction", lambda row: "Outgoing" if row.from_user == user.pk else "Incoming"),
            Column("With", _other(user)),
            Column("Outcome", outcome, sort=("outcome",), template="pages/cells/state.html"),
            Column("Talked", lambda row: lasting(row.seconds) if row.answered else "", sort=("seconds",), css="num"),
        ),
        search=("from_number__icontains", "from_name__icontains", "to_number__icontains", "to_name__icontains"),
        search_hint="Name or number",
        filters=(Filter("direction", "Direction", DIRECTIONS, _direction(user)), *CALL_DETAILS.filters),
        empty_title="No calls yet",
        empty_text="The calls you make and receive are listed here.",
    )


@own_page
@require_safe
def calls(request: HttpRequest) -> HttpResponse:
    """Template context: page, table, adds (nothing)."""
    page = _page(person(request))
    context = {"page": page, "table": tables.build(page, request, frozenset()), "adds": ()}
    template = "pages/table.html" if request.headers.get("HX-Request") else "my_manager/calls.html"
    return render(request, template, context)
