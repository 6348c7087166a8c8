"""Greetings: what callers hear before they leave a message, one recording per presence, and one's spoken name (S01-10).

The files are all there is to know (telephony/voice/greetings.py): a recording made by telephone appears here, and the
next caller hears what was brought here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.business.users.models import User
from portal.my_manager.person import own_page, person
from portal.my_manager.presence.services import TITLES
from portal.pages.sound import RecordingForm, play
from telephony.messages.snapshot import Presence
from telephony.voice import greetings


@dataclass(frozen=True, slots=True)
class Recording:
    name: str
    title: str
    there: bool
    silent: bool  # this presence takes no message: its greeting is all a caller hears (S09-30)


@own_page
@require_safe
def list_greetings(request: HttpRequest) -> HttpResponse:
    """Template context: recordings."""
    user = person(request)
    there = greetings.recorded(_prompts(), user.pk)
    found = [
        Recording(name, "Your name" if name == greetings.NAME else TITLES[Presence(name)], name in there,
                  name in user.no_message_in)
        for name in greetings.RECORDINGS
    ]  # fmt: skip
    return render(request, "my_manager/greetings.html", {"recordings": found})


@own_page
@require_safe
def listen(request: HttpRequest, name: str) -> FileResponse:
    file = _file(person(request), name)
    if not file.is_file():
        raise Http404("Nothing is recorded here.")
    return play(file)


@own_page
@require_POST
def bring(request: HttpRequest, name: str) -> HttpResponse:
    """Upload, or what the browser's microphone recorded."""
    file = _file(person(request), name)
    form = RecordingForm(request.POST, request.FILES)
    if not form.is_valid():
        for sentence in form.errors.get("sound", []):
            messages.error(request, sentence)
        return redirect("my_manager.greetings")
    try:
        greetings.keep(file, form.cleaned_data["sound"])
    except OSError:
        messages.error(request, "The recording could not be stored: the disk may be full. Tell your administrator.")
    else:
        messages.success(request, "Recorded. The next caller hears it.")
    return redirect("my_manager.greetings")


@own_page
@require_POST
def remove(request: HttpRequest, name: str) -> HttpResponse:
    _file(person(request), name).unlink(missing_ok=True)
    messages.success(request, "Removed. Callers hear the built-in words again.")
    return redirect("my_manager.greetings")


def _prompts() -> Path:
    return Path(settings.INSTANCE.media) / "prompts" / "en"


def _file(user: User, name: str) -> Path:
    if name not in greetings.RECORDINGS:
        raise Http404("There is no such greeting.")
    return greetings.file(_prompts(), user.pk, name)
