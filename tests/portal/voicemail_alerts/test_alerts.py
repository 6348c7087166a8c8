"""Alerts of a mailbox as it changes: S20-T01..S20-T03, restarts, two workers at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from portal.business.message_aliases.models import MessageAlias
from portal.business.users.models import User
from portal.business.voicemail_alerts import services
from portal.live.models import Due
from portal.servers.email.models import OutgoingMail
from telephony import mailbox
from telephony.mailbox import Voicemail

AT = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
LEVELS = [
    {"to": "doctor@example.com", "minutes": 5, "retries": 2, "go_on": False},
    {"to": "backups", "minutes": 10, "retries": 1, "go_on": False},
]


@pytest.fixture(autouse=True)
def _nobody_rings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(services, "tick_now", lambda: None)
    monkeypatch.setattr(type(settings.INSTANCE), "mail", property(lambda self: tmp_path / "mail"))


@pytest.fixture
def owner(make_user: Callable[..., User]) -> Callable[..., User]:
    def make(mode: str, levels: list[dict[str, Any]] = LEVELS) -> User:
        user = make_user("oncall", "150")
        user.notification_mode, user.notification_levels = mode, levels
        user.save()
        MessageAlias.objects.create(group="backups", addresses="b1@example.com\nb2@example.com")
        return user

    return make


def leave(user: User, seconds: int = 12, at: datetime = AT) -> str:
    voicemail = Voicemail(
        user_id=user.pk, user_name="On Call", extension="150", from_number="5855551212", from_name="Ann", received=at,
        seconds=seconds,
    )  # fmt: skip
    return mailbox.deliver(settings.INSTANCE.mail, voicemail, audio=b"RIFF" + bytes(40))


def sent() -> list[str]:
    return list(OutgoingMail.objects.order_by("id").values_list("to", flat=True))


def serve(until: datetime) -> None:
    """What beat and workers do: everything that is due, in its time."""
    while (
        row := Due.objects.filter(kind=services.STEP, state="waiting", at__lte=until).order_by("at").first()
    ) is not None:
        Due.objects.filter(pk=row.pk).update(state="done")
        user, serial, number = row.key.split(".")
        services.step(int(user), int(serial), int(number), row.at)


def test_each_new_voicemail_is_told_once_to_every_recipient_with_the_five_facts(owner: Any) -> None:
    """S20-T01, A-051."""
    user = owner("notification")
    leave(user)
    services.look(user.pk, AT)
    services.look(user.pk, AT)  # the doorbell rang twice
    assert sent() == ["doctor@example.com", "b1@example.com", "b2@example.com"]
    body = OutgoingMail.objects.earliest("id").body
    for fact in ("oncall", "Ann 5855551212", "New messages: 1", "12 s", "2026-03-02 20:00"):
        assert fact in body
    leave(user, at=AT + timedelta(minutes=1))
    services.look(user.pk, AT)
    assert len(sent()) == 6
    assert "New messages: 2" in OutgoingMail.objects.latest("id").body


def test_nothing_is_told_while_it_is_disabled_or_of_messages_from_before(owner: Any) -> None:
    user = owner("disabled")
    leave(user)
    services.look(user.pk, AT)
    user.notification_mode = "notification"
    user.save()
    services.look(user.pk, AT)
    assert sent() == []


def test_an_escalation_follows_its_time_table_and_falls_silent(owner: Any) -> None:
    """S20-T02."""
    user = owner("escalation")
    leave(user)
    services.look(user.pk, AT)
    serve(AT)
    assert sent() == ["doctor@example.com"]
    serve(AT + timedelta(minutes=14))
    assert sent() == ["doctor@example.com"] * 3
    serve(AT + timedelta(hours=5))
    assert sent() == ["doctor@example.com"] * 3 + ["b1@example.com", "b2@example.com"] * 2
    assert not Due.objects.filter(kind=services.STEP, state="waiting").exists()


def test_hearing_any_message_ends_it(owner: Any) -> None:
    """S20-T03, S20-09: also when nobody told us, and whichever message it was."""
    user = owner("escalation")
    first = leave(user)
    services.look(user.pk, AT)
    serve(AT)
    leave(user, at=AT + timedelta(minutes=1))
    services.look(user.pk, AT + timedelta(minutes=1))
    serve(AT + timedelta(minutes=5))
    assert len(sent()) == 2, "a further message does not begin it anew"
    mailbox.mark_heard(settings.INSTANCE.mail, user.pk, first)
    serve(AT + timedelta(minutes=10))
    assert len(sent()) == 2
    services.look(user.pk, AT + timedelta(minutes=11))
    leave(user, at=AT + timedelta(minutes=20))
    services.look(user.pk, AT + timedelta(minutes=20))
    serve(AT + timedelta(minutes=20))
    assert len(sent()) == 3, "the next message begins a new one"


def test_deleting_an_unheard_message_ends_it_too(owner: Any) -> None:
    user = owner("escalation")
    gone = leave(user)
    services.look(user.pk, AT)
    serve(AT)
    mailbox.delete(settings.INSTANCE.mail, user.pk, gone)
    serve(AT + timedelta(hours=1))
    assert sent() == ["doctor@example.com"]


def test_a_step_that_runs_twice_tells_once(owner: Any) -> None:
    user = owner("escalation")
    leave(user)
    services.look(user.pk, AT)
    services.step(user.pk, 1, 0, AT)
    services.step(user.pk, 1, 0, AT)
    assert sent() == ["doctor@example.com"]
    assert Due.objects.filter(kind=services.STEP, key=f"{user.pk}.1.1").count() == 1


def test_a_recipient_that_leads_nowhere_does_not_stop_the_others(owner: Any) -> None:
    levels = [{**LEVELS[0], "to": "nobody"}, LEVELS[0]]
    user = owner("notification", levels)
    leave(user)
    services.look(user.pk, AT)
    assert sent() == ["doctor@example.com"]
