"""Phone System > Auto Attendants: settings, targets, recordings. S26-03..S26-07, S26-10, S26-15, S26-T10."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.phone_system.auto_attendants import export, services
from portal.phone_system.auto_attendants.models import AutoAttendant
from portal.publish.change import By

LIST = "/phone-system/auto-attendants/"
MANAGE = f"{LIST}recordings/"


def attendant(number: int) -> AutoAttendant:
    return AutoAttendant.objects.get(number=number)


def tone(rate: int = 16000, seconds: float = 1.0, channels: int = 2) -> bytes:
    samples = (8000 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
    return out.getvalue()


@pytest.fixture
def page(admin: Any, as_user: Any) -> Any:
    return as_user(admin)


@pytest.fixture(autouse=True)
def no_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        services, "recording_file", lambda number, name: tmp_path / "attendants" / str(number) / f"{name}.wav"
    )


def test_the_nine_are_there_with_the_defaults_of_the_catalog(db: None) -> None:
    """S26-04."""
    assert [row.number for row in AutoAttendant.objects.all()] == list(range(1, 10))
    first = export.attendants()[0]
    assert (first.dial_by_name, first.directory, first.speed_dials) == (False, True, False)
    assert (first.dial_now_prompt, first.end_call_prompt, first.repeat_prompt) == (True, True, True)
    assert first.shortcuts == {"0": "0"}
    assert (first.default_extension, first.recordings) == ("", ())
    assert first.schedule_id, "schedule 0 unless another is chosen"
    assert export.default_attendant() == 1


def test_settings_are_saved_and_reach_the_engines(page: Any, ann: Any) -> None:
    row = attendant(2)
    form = page.get(f"{LIST}{row.pk}/").context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, "")}
    data |= {
        "name": "Support", "dial_by_name": "on", "spell_by": "last", "default_extension": "101", "shortcut_1": "431",
        "row_version": row.row_version,
    }  # fmt: skip
    answer = page.post(f"{LIST}{row.pk}/", data)
    assert answer.status_code == 302
    entry = export.attendants()[1]
    assert (entry.description, entry.dial_by_name, entry.spell_by) == ("Support", True, "last")
    assert (entry.default_extension, entry.shortcuts) == ("101", {"0": "0", "1": "431"})


@pytest.mark.parametrize(
    ("field", "target", "sentence"),
    [
        ("shortcut_1", "199", services.NO_TARGET),
        ("shortcut_1", "95551212", services.NO_TARGET),
        ("shortcut_1", "911", services.NO_TARGET),
        ("shortcut_1", "404", services.NO_TARGET),
        ("shortcut_1", "431", "A shortcut to the same attendant leads nowhere: * repeats its choices."),
        ("default_extension", "432", "The default extension is an extension; an attendant cannot be one."),
        ("default_extension", "abc", services.NO_TARGET),
    ],
)
def test_a_target_that_cannot_be_called_is_refused_at_its_field(
    db: None, by: By, field: str, target: str, sentence: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.modify_attendant(attendant(1), {field: target}, by=by)
    assert refused.value.message_dict == {field: [sentence]}
    assert getattr(attendant(1), field) in ("", "0")


def test_exactly_one_attendant_is_the_default_one(db: None, by: By) -> None:
    """S26-Q06."""
    services.modify_attendant(attendant(3), {"is_default": True}, by=by)
    assert export.default_attendant() == 3
    assert AutoAttendant.objects.filter(is_default=True).count() == 1
    with pytest.raises(ValidationError):
        services.modify_attendant(attendant(3), {"is_default": False}, by=by)


def test_users_are_listed_by_the_attendants_they_are_ticked_for(make_user: Any) -> None:
    """S26-07."""
    from portal.business.users.export import users

    user = make_user("tom", "102", first_name="Tom", last_name="Brown")
    user.listed_attendants = ("2", "9")
    user.save()
    entry = next(entry for entry in users() if entry.user_id == user.pk)
    assert (entry.first_name, entry.last_name, entry.attendants) == ("Tom", "Brown", (2, 9))


# -- recordings ------------------------------------------------------------------------------------
def bring(page: Any, data: bytes, *, name: str = "0", number: int = 1, file: str = "x.wav") -> Any:
    sound = SimpleUploadedFile(file, data)
    return page.post(f"{LIST}{attendant(number).pk}/recordings/{name}/bring/", {"sound": sound}, follow=True)


def test_a_recording_is_converted_kept_heard_and_removed(page: Any) -> None:
    bring(page, tone())
    assert export.attendants()[0].recordings == ("0",)
    heard = page.get(f"{LIST}{attendant(1).pk}/recordings/0/")
    with wave.open(io.BytesIO(b"".join(heard.streaming_content))) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2)
        assert 0.9 < file.getnframes() / 8000 < 1.1
    page.post(f"{LIST}{attendant(1).pk}/recordings/0/remove/")
    assert export.attendants()[0].recordings == ()
    assert page.get(f"{LIST}{attendant(1).pk}/recordings/0/").status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "This is a PDF document. Bring a WAV"),
        (b"hello", "This is no sound file we know."),
        (b"RIFF\x00\x00\x00\x00WAVEgarbage", "This looks like a WAV file, but it cannot be read."),
        (tone(seconds=0.01), "There is no recording in this file."),
    ],
)
def test_a_file_that_is_no_recording_says_what_it_is_and_nothing_is_kept(page: Any, data: bytes, sentence: str) -> None:
    answer = bring(page, data)
    assert sentence in answer.content.decode()
    assert attendant(1).recorded == ""


def test_transferred_files_are_loaded_and_wrong_ones_are_named(page: Any) -> None:
    """S26-T10."""
    folder = Path(settings.INSTANCE.media) / "import"
    folder.mkdir(parents=True, exist_ok=True)
    silence = b"\xff" * 8000
    files = {"aa20.snd": silence, "aa2c.snd": silence, "aa92x.snd": silence, "aa29.snd": silence, "aa21.snd": tone()}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    try:
        text = page.post(f"{MANAGE}load/", follow=True).content.decode()
    finally:
        left = sorted(path.name for path in folder.iterdir())
        for path in folder.iterdir():
            path.unlink()
    assert "2 recordings loaded and in use." in text
    assert export.attendants()[1].recordings == ("0", "c")
    assert left == ["aa21.snd", "aa29.snd", "aa92x.snd"]
    assert "This is a WAV file: the import wants raw mu-law" in text


def test_mu_law_is_decoded_as_g711_says() -> None:
    from telephony.voice.recorded import mu_law

    codes = np.array([0x00, 0x80, 0x7F, 0xFF, 0x2A], dtype=np.uint8)
    assert mu_law(codes).tolist() == [-32124, 32124, 0, 0, -5372]


def test_one_shortcut_is_changed_by_the_api_and_the_others_stay(page: Any, ann: Any) -> None:
    row = attendant(1)
    answer = page.patch(
        f"/api/v1/auto-attendants/{row.pk}/", {"shortcuts": {"5": "101"}}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["shortcuts"] == {"0": "0", "5": "101"}
    wrong = page.patch(f"/api/v1/auto-attendants/{row.pk}/", {"shortcuts": {"x": "1"}}, content_type="application/json")
    assert wrong.status_code == 400
