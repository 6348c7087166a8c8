"""My Allworx Manager: a person's own voicemail, calls, password and PIN. Nothing of anybody else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.access.guard import open_to
from portal.business.users.models import User
from portal.live.models import CallRecord
from portal.my_manager import ranges
from portal.my_manager.voicemails import services
from portal.pages import tables
from portal.pages.page import AdminPage, Column, State
from portal.reports.call_details.page import OUTCOMES, lasting, party
from telephony.mailbox import Message, MessageGone

GONE = "That message is no longer in the mailbox."


@dataclass(frozen=True, slots=True)
class Shown:
    """A voicemail as the page shows it."""

    id: str
    who: str
    received: datetime
    length: str
    new: bool


@open_to("signed_in")
@never_cache
def voicemail(request: HttpRequest) -> HttpResponse:
    """Template context: voicemails (Shown), new (how many), extension. For htmx only the list."""
    user = _person(request)
    if user.is_server_administrator:
        return redirect("home")  # not a phone user (S26-11): no mailbox
    template = "my_manager/voicemails.html" if request.headers.get("HX-Request") else "my_manager/my.html"
    return render(request, template, _voicemails(user))


def _voicemails(user: User) -> dict[str, Any]:
    shown = [_shown(message) for message in services.voicemails(user)]
    return {"voicemails": shown, "new": sum(message.new for message in shown)}


def _shown(message: Message) -> Shown:
    who = party(message.from_name, message.from_number) or "Unknown caller"
    return Shown(message.id, who, message.received, lasting(message.seconds), message.new)


@open_to("signed_in")
@require_safe
def audio(request: HttpRequest, message_id: str) -> HttpResponse:
    try:
        data = services.audio(_person(request), message_id)
    except MessageGone:
        return HttpResponseNotFound(GONE, content_type="text/plain")
    return ranges.answer(request, data, "audio/wav")


@open_to("signed_in")
@require_POST
def heard(request: HttpRequest, message_id: str) -> HttpResponse:
    """204: the page's script has changed the row already."""
    if not services.mark_heard(_person(request), message_id):
        return HttpResponseNotFound(GONE, content_type="text/plain")
    return HttpResponse(status=204)


@open_to("signed_in")
@require_POST
def delete(request: HttpRequest, message_id: str) -> HttpResponse:
    """The list without it; without scripts the page again."""
    user = _person(request)
    if not services.delete(user, message_id):
        messages.warning(request, GONE)
    if not request.headers.get("HX-Request"):
        return redirect("my_manager")
    return render(request, "my_manager/voicemails.html", _voicemails(user))


def _direction(user: User) -> Any:
    return lambda record: "Outgoing" if record.from_user == user.pk else "Incoming"


def _other(user: User) -> Any:
    def other(record: CallRecord) -> str:
        if record.from_user == user.pk:
            return party(record.to_name, record.to_number)
        return party(record.from_name, record.from_number)

    return other


HISTORY = AdminPage(
    name="my_manager.calls",
    path="calls/",
    menu="My Allworx Manager",
    title="Call History",
    singular="call",
    plural="calls",
    icon="list",
    rows=CallRecord.objects.none,
    order=("-started",),
    columns=(),
    search=("from_number__icontains", "from_name__icontains", "to_number__icontains", "to_name__icontains"),
    search_hint="Name or number",
    empty_title="No calls yet",
    empty_text="The calls you make and receive are listed here.",
)


@open_to("signed_in")
@never_cache
def calls(request: HttpRequest) -> HttpResponse:
    """Own calls. Template context: page, table, adds (nothing)."""
    user = _person(request)
    page = replace(
        HISTORY,
        rows=lambda: CallRecord.objects.filter(Q(from_user=user.pk) | Q(to_user=user.pk)),
        columns=(
            Column(
                "Time", lambda row: row.started, sort=("started",), template="pages/cells/moment.html", css="nowrap"
            ),
            Column("Direction", _direction(user)),
            Column("With", _other(user)),
            Column(
                "Outcome",
                lambda row: OUTCOMES.get(row.outcome, State(row.outcome)),
                sort=("outcome",),
                template="pages/cells/state.html",
            ),
            Column("Talked", lambda row: lasting(row.seconds) if row.answered else "", sort=("seconds",), css="num"),
        ),
    )
    context = {"page": page, "table": tables.build(page, request, frozenset()), "adds": ()}
    template = "pages/table.html" if request.headers.get("HX-Request") else "my_manager/calls.html"
    return render(request, template, context)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
