"""Voicemail: hear, download, mark, delete, forward; one message or several at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.business.users.models import User
from portal.my_manager import ranges
from portal.my_manager.person import own_page, person
from portal.my_manager.voicemails import services
from portal.reports.call_details.page import lasting, party
from telephony.mailbox import Message, MessageGone

GONE = "That message is no longer in the mailbox."
SEVERAL = 1000  # messages of one request; a mailbox holds no more


@dataclass(frozen=True, slots=True)
class Shown:
    """A voicemail as the page shows it."""

    id: str
    who: str
    received: datetime
    length: str
    new: bool
    forwarded_by: str
    file_name: str


@own_page
@require_http_methods(["GET", "HEAD", "POST"])
def voicemail(request: HttpRequest) -> HttpResponse:
    """Template context: voicemails (Shown), new (how many), recipients. For htmx only the list.

    POST does something with the ticked messages: `message` (ids), `do` (heard, new, delete, forward), `to` (user ids).
    """
    user = person(request)
    if request.method == "POST":
        if not (refused := _several(request, user)):
            return _list(request, user)
        return refused
    template = "my_manager/voicemails.html" if request.headers.get("HX-Request") else "my_manager/my.html"
    return render(request, template, _context(user))


def _several(request: HttpRequest, user: User) -> HttpResponse | None:
    do, chosen = request.POST.get("do", ""), request.POST.getlist("message")[:SEVERAL]
    if do not in ("heard", "new", "delete", "forward"):
        return HttpResponseBadRequest("That cannot be done with a message.", content_type="text/plain")
    if not chosen:
        messages.warning(request, "Tick the messages first.")
    elif do == "forward":
        _forward(request, user, chosen)
    else:
        act = {"heard": services.mark_heard, "new": services.mark_new, "delete": services.delete}[do]
        done = sum(act(user, message_id) for message_id in chosen)
        word = {"heard": "marked as heard", "new": "marked as new", "delete": "deleted"}[do]
        if done:
            messages.success(request, f"{_count(done)} {word}.")
        if gone := len(chosen) - done:
            messages.warning(request, f"{_count(gone)} no longer in the mailbox.")
    return None


def _forward(request: HttpRequest, user: User, chosen: list[str]) -> None:
    wanted = [pk for pk in request.POST.getlist("to") if pk.isascii() and pk.isdigit() and len(pk) < 18]
    to = list(services.recipients(user).filter(pk__in=wanted))
    for message_id in chosen:
        try:
            services.forward(user, message_id, to)
        except ValidationError as error:
            for sentence in error.messages:
                messages.error(request, sentence)
            return
        except MessageGone:
            messages.warning(request, GONE)
            return
    names = ", ".join(colleague.label for colleague in to)
    messages.success(request, f"{_count(len(chosen))} forwarded to {names}.")


def _count(number: int) -> str:
    return "1 message was" if number == 1 else f"{number} messages were"


def _list(request: HttpRequest, user: User) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect("my_manager")
    return render(request, "my_manager/voicemails.html", _context(user))


def _context(user: User) -> dict[str, Any]:
    shown = [_shown(message) for message in services.voicemails(user)]
    return {
        "voicemails": shown,
        "new": sum(message.new for message in shown),
        "recipients": services.recipients(user) if shown else (),
    }


def _shown(message: Message) -> Shown:
    return Shown(
        message.id,
        party(message.from_name, message.from_number) or "Unknown caller",
        message.received,
        lasting(message.seconds),
        message.new,
        message.forwarded_by,
        services.file_name(message),
    )


@own_page
@require_safe
def audio(request: HttpRequest, message_id: str) -> HttpResponse:
    """With ?download the browser saves it as a file."""
    try:
        data = services.audio(person(request), message_id)
    except MessageGone:
        return HttpResponseNotFound(GONE, content_type="text/plain")
    response = ranges.answer(request, data, "audio/wav")
    if "download" in request.GET:
        response["Content-Disposition"] = "attachment"
    return response


@own_page
@require_POST
def heard(request: HttpRequest, message_id: str) -> HttpResponse:
    """204: the page's script has changed the row already."""
    if not services.mark_heard(person(request), message_id):
        return HttpResponseNotFound(GONE, content_type="text/plain")
    return HttpResponse(status=204)


@own_page
@require_POST
def delete(request: HttpRequest, message_id: str) -> HttpResponse:
    """The list without it; without scripts the page again."""
    user = person(request)
    if not services.delete(user, message_id):
        messages.warning(request, GONE)
    return _list(request, user)
