"""The fixed cast, and a voicemail and a call of Ann's that are nobody else's business."""

from __future__ import annotations

import io
import shutil
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache

from portal.business.users.models import User
from portal.live import verbs
from portal.live.models import CallRecord
from portal.my_manager.voicemails import services
from telephony import mailbox
from tests.portal.access.walk.cast import Office, furnish
from tests.portal.access.walk.walker import Engines


def wav(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000 * seconds))
    return file.getvalue()


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> Engines:
    """The portal's door to the switch, which answers yes to everything; lamps are not lit."""
    found = Engines()
    monkeypatch.setattr(verbs, "ask", found)
    monkeypatch.setattr(services, "_lamp", lambda user: found.asked.append(("lamp", {"user": user.username})))
    return found


@dataclass(frozen=True)
class Secret:
    """Of Ann's. `words` are on her pages, and must be on nobody else's."""

    ann: User
    message_id: str
    record: CallRecord
    words: tuple[str, ...]


@pytest.fixture
def office(db: None) -> Office:
    cache.clear()
    shutil.rmtree(settings.INSTANCE.mail, ignore_errors=True)  # ids are given out again after every test
    return furnish()


@pytest.fixture
def leave(db: None) -> Callable[..., str]:
    """leave(user, name=..., number=..., seconds=...): a voicemail; gives its id."""

    def deliver(user: User, *, name: str = "Cora Diaz", number: str = "103", seconds: int = 2, **more: Any) -> str:
        voicemail = mailbox.Voicemail(
            user_id=user.pk,
            user_name=user.label,
            extension=user.extension.number,
            from_number=number,
            from_name=name,
            received=more.pop("received", datetime.now(UTC)),
            seconds=seconds,
            **more,
        )
        return mailbox.deliver(settings.INSTANCE.mail, voicemail, audio=wav(seconds))

    return deliver


@pytest.fixture
def secret(office: Office, leave: Callable[..., str]) -> Secret:
    ann = office.people["ann"]
    User.objects.filter(pk=ann.pk).update(
        notification_mode="notification",
        notification_levels=[{"to": "anns-lawyer@example.com", "minutes": 10, "retries": 0, "go_on": False}],
    )
    message_id = leave(ann, name="Quiet Confidant", number="5550001")
    now = datetime.now(UTC)
    record = CallRecord.objects.create(
        call_id="anns", from_number="5550002", from_name="Hidden Caller", to_number="106", to_user=ann.pk,
        started=now, ended=now, outcome="no_answer", mode="switched",
    )  # fmt: skip
    words = ("Quiet Confidant", "5550001", "Hidden Caller", "5550002", "anns-lawyer", message_id)
    return Secret(ann, message_id, record, words)


def filled(page: Any, **values: Any) -> dict[str, Any]:
    """A form as a browser sends it: as shown, but for `values`."""
    form = page.context["form"]
    data = {name: form[name].value() for name in form.fields}
    hidden = {"row_version": page.context["version"], "original": page.context["original"]}
    return {name: value for name, value in (data | hidden | values).items() if value is not None and value is not False}
