"""One's own greetings: brought, heard, removed; never somebody else's (S01-10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from telephony.voice import greetings
from tests.portal.auto_attendants.test_auto_attendants import tone

PAGE = "/my/greetings/"


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(type(settings.INSTANCE), "media", property(lambda self: tmp_path))


def recorded(user: Any) -> frozenset[str]:
    return greetings.recorded(Path(settings.INSTANCE.media) / "prompts" / "en", user.pk)


def bring(client: Any, name: str, data: bytes) -> Any:
    return client.post(f"{PAGE}{name}/bring/", {"sound": SimpleUploadedFile("x.wav", data)}, follow=True)


def test_a_greeting_is_brought_heard_and_removed(ann: Any, bob: Any, as_user: Any) -> None:
    client = as_user(ann)
    assert "built in" in client.get(PAGE).content.decode()
    bring(client, "on_vacation", tone())
    assert recorded(ann) == {"on_vacation"}
    assert client.get(f"{PAGE}on_vacation/").headers["Content-Type"] == "audio/wav"
    assert as_user(bob).get(f"{PAGE}on_vacation/").status_code == 404, "Bob has none of his own"
    client.post(f"{PAGE}on_vacation/remove/")
    assert recorded(ann) == frozenset()


def test_what_is_no_sound_says_so_and_changes_nothing(ann: Any, as_user: Any) -> None:
    client = as_user(ann)
    bring(client, "name", tone())
    answer = bring(client, "name", b"%PDF-1.7")
    assert "This is a PDF document." in answer.content.decode()
    assert recorded(ann) == {"name"}


@pytest.mark.parametrize("name", ["nonsense", "..", "in_office.wav"])
def test_other_names_do_not_exist(ann: Any, as_user: Any, name: str) -> None:
    assert bring(as_user(ann), name, tone()).status_code == 404


def test_a_disk_that_is_full_is_said(ann: Any, as_user: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(greetings, "keep", full)
    assert "the disk may be full" in bring(as_user(ann), "away", tone()).content.decode()
