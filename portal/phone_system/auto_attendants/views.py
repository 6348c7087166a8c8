"""What the kernel does not do: the list of targets on the form, and the recordings (S26-10, S26-15, S26-17)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access.guard import requires_link
from portal.business.schedules import export as schedules
from portal.pages.sound import RecordingForm, play
from portal.pages.views import ListView, ModifyView
from portal.phone_system.auto_attendants import services
from portal.phone_system.auto_attendants.forms import TARGET_LIST
from portal.phone_system.auto_attendants.models import RECORDINGS, AutoAttendant
from portal.phone_system.extensions.models import Extension
from portal.publish.change import by_request
from portal.publish.errors import Refused
from telephony.voice.recorded import NotASound, from_mu_law

MANAGE = "phone_system.auto_attendants.recordings"
IMPORTED = re.compile(r"aa([1-9])([0-8c])\.snd")  # S26-15, S26-Q03


class AttendantsView(ListView):
    template = "phone_system/auto_attendants/list.html"


class ModifyAttendantView(ModifyView):
    template = "phone_system/auto_attendants/form.html"

    def answer(self, form: Any, **context: Any) -> HttpResponse:
        return super().answer(form, targets=targets(), target_list=TARGET_LIST, **context)


def targets() -> list[tuple[str, str]]:
    """What a shortcut may call: (digits, name)."""
    found = [(services.dial_plan().operator, "Operator")]
    found += [(services.number_of(row), row.name) for row in AutoAttendant.objects.all()]
    extensions = Extension.objects.select_related("user").order_by("number")
    return found + [(row.number, row.user.label if row.user else row.description) for row in extensions]


@requires_link(MANAGE)
@require_GET
def recordings(request: HttpRequest) -> HttpResponse:
    names = schedules.greetings()
    cards = [
        {
            "attendant": row,
            "number": services.number_of(row),
            "recordings": [
                {"name": name, "title": _title(name, names), "there": name in row.recorded} for name in RECORDINGS
            ],
        }
        for row in AutoAttendant.objects.all()
    ]
    waiting = sorted(path.name for path in _import_folder().glob("*") if path.is_file())
    context = {"cards": cards, "waiting": waiting}
    return render(request, "phone_system/auto_attendants/recordings.html", context)


@requires_link(MANAGE)
@require_GET
def listen(request: HttpRequest, pk: int, name: str) -> FileResponse:
    row = _attendant(pk, name)
    file = services.recording_file(row.number, name)
    if name not in row.recorded or not file.is_file():
        raise Http404("Nothing is recorded here.")
    return play(file)


@requires_link(MANAGE)
@require_http_methods(["POST"])
def bring(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Upload, or what the browser's microphone recorded."""
    row = _attendant(pk, name)
    form = RecordingForm(request.POST, request.FILES)
    if not form.is_valid():
        for sentence in form.errors.get("sound", []):
            messages.error(request, f"{row}, {services.title_of(name)}: {sentence}")
        return _back(row)
    _tell(request, lambda: services.keep_recording(row, name, form.cleaned_data["sound"], by=by_request(request)))
    return _back(row)


@requires_link(MANAGE)
@require_POST
def remove(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    row = _attendant(pk, name)
    _tell(request, lambda: services.remove_recording(row, name, by=by_request(request)))
    return _back(row)


@requires_link(MANAGE)
@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """Take the files that were transferred: "aa20.snd" is greeting 0 of attendant 2 (S26-T10)."""
    taken = refused = 0
    for file in sorted(path for path in _import_folder().glob("*") if path.is_file()):
        sentence = _load_one(request, file)
        if sentence:
            refused += 1
            messages.error(request, f"{file.name}: {sentence}")
        else:
            taken += 1
            file.unlink()
    if taken:
        messages.success(request, f"{taken} recording{'s' if taken > 1 else ''} loaded and in use.")
    elif not refused:
        messages.warning(request, "There are no files to load.")
    return redirect(MANAGE)


def _load_one(request: HttpRequest, file: Path) -> str:
    """ "" when it is in use now."""
    found = IMPORTED.fullmatch(file.name)
    if found is None:
        return "A file is named aa, the attendant 1 to 9, the greeting 0 to 8 or c, and .snd: aa20.snd."
    try:
        wav = from_mu_law(file.read_bytes())
    except (NotASound, OSError) as error:
        return str(error)
    row = AutoAttendant.objects.get(number=int(found[1]))
    services.keep_recording(row, found[2], wav, by=by_request(request))
    return ""


def _import_folder() -> Path:
    return Path(settings.INSTANCE.media) / "import"


def _attendant(pk: int, name: str) -> AutoAttendant:
    row = AutoAttendant.objects.filter(pk=pk).first()
    if row is None or name not in RECORDINGS:
        raise Http404("There is no such recording.")
    return row


def _tell(request: HttpRequest, act: Any) -> None:
    try:
        messages.success(request, act().outcome)
    except (ValidationError, Refused, OSError) as error:
        messages.error(request, f"This was not saved: {error}")


def _back(row: AutoAttendant) -> HttpResponse:
    return redirect(f"{reverse(MANAGE)}#attendant-{row.number}")


def _title(name: str, names: tuple[str, ...]) -> str:
    if name == "c":
        return "Custom message"
    return f"Greeting {name} {names[int(name)]}".strip()
