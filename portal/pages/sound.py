"""A field for a recording that a person brings, and the answer that lets a browser play one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import FileResponse

from telephony.voice.recorded import LARGEST, NotASound, to_wav


class SoundField(forms.FileField):
    """Cleans to a WAV file of 8 kHz, 16 bit, mono, as bytes."""

    def clean(self, data: Any, initial: Any = None) -> bytes:
        file = super().clean(data, initial)
        if file.size > LARGEST:
            raise ValidationError(f"The file is larger than {LARGEST // 1024 // 1024} MB.")
        try:
            return to_wav(file.read())
        except NotASound as error:
            raise ValidationError(str(error)) from error


class RecordingForm(forms.Form):
    sound = SoundField(label="Sound file")


def play(file: Path) -> FileResponse:
    response = FileResponse(file.open("rb"), content_type="audio/wav")
    response["Cache-Control"] = "no-store"
    return response
