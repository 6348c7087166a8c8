"""The mail queue with a real SMTP server: sent once, tried again, given up with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.audit.models import AuditEntry
from portal.live import due
from portal.live.due import Kind
from portal.live.models import Due, SystemEvent
from portal.publish.change import By
from portal.servers.email import sending, services
from portal.servers.email.models import MailAccount, OutgoingMail
from tests.harness.smtp import SmtpServer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
KINDS = {sending.KIND: Kind(run=sending.run, retry=True, queue="mail")}


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer("127.0.0.9") as running:
        yield running


def account(server: SmtpServer, by: By, **more: object) -> None:
    values = {"host": server.address, "port": server.port, "encryption": "none", "sender": "phones@example.com", **more}
    password = values.pop("password", None)
    services.modify_account(values, by=by, password=str(password) if password else None)


class Clock:
    now = NOW


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    Clock.now = NOW
    monkeypatch.setattr(timezone, "now", lambda: Clock.now)


def work(now: datetime) -> int:
    """What beat and worker would do at `now`."""
    Clock.now = now
    taken = due.claim(KINDS, now)
    return sum(due.serve(row, mark, KINDS, now) for row, mark, _ in taken)


def put(to: str = "ann@example.com", key: str = "k") -> OutgoingMail:
    return sending.queue(key, to=to, subject="Word", body="Line one\nÄ\n", at=NOW)


def state() -> tuple[str, int]:
    mail = OutgoingMail.objects.get()
    return mail.state, mail.attempts


def test_a_message_is_sent_once_however_often_it_is_queued(server: SmtpServer, by: By) -> None:
    account(server, by)
    put()
    put()
    assert work(NOW) == 1
    assert work(NOW) == 0
    got = server.wait()
    assert (got.sender, got.to, got.message["Subject"]) == ("phones@example.com", ("ann@example.com",), "Word")
    assert got.text == "Line one\nÄ\n"
    assert got.message["From"] == "Switchroom <phones@example.com>"
    assert server.inbox.empty()
    assert state() == ("sent", 1)


def test_it_is_tried_again_until_the_server_takes_it(by: By) -> None:
    with SmtpServer("127.0.0.9", refuse=2) as server:
        account(server, by)
        put()
        moment = NOW
        for pause in (0, *sending.PAUSES[:2]):
            moment += timedelta(seconds=pause)
            assert work(moment) == 1
            assert work(moment) == 0, "not before its time"
        assert server.wait().to == ("ann@example.com",)
    assert state() == ("sent", 3)


def test_without_an_account_it_waits_and_goes_out_when_there_is_one(server: SmtpServer, by: By) -> None:
    put()
    work(NOW)
    assert OutgoingMail.objects.get().last_error == sending.NO_ACCOUNT
    account(server, by)
    work(NOW + timedelta(minutes=1))
    assert server.wait().message["Subject"] == "Word"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_login_is_used_and_a_wrong_one_is_said(by: By) -> None:
    with SmtpServer("127.0.0.9", login=("box", "right")) as server:
        account(server, by, login="box", password="wrong")
        put()
        work(NOW)
        assert OutgoingMail.objects.get().last_error == f"{server.address} refused the user name or password."
        account(server, by, login="box", password="right")
        work(NOW + timedelta(minutes=1))
        assert server.wait().to == ("ann@example.com",)


def test_after_a_day_it_is_given_up_and_stands_in_the_system_events(by: By) -> None:
    with SmtpServer("127.0.0.9", unknown=frozenset({"ann@example.com"})) as server:
        account(server, by)
        put()
        moment = NOW
        for pause in (0, *sending.PAUSES):
            moment += timedelta(seconds=pause)
            work(moment)
    assert state() == ("failed", len(sending.PAUSES) + 1)
    assert moment - NOW > timedelta(hours=23)
    assert not Due.objects.filter(state="waiting").exists()
    event = SystemEvent.objects.get(kind="mail.failed")
    assert "ann@example.com was given up" in event.text
    assert "No such user" in event.text


def test_encryption_is_never_silently_left_out(server: SmtpServer, by: By) -> None:
    account(server, by, encryption="starttls")
    put()
    work(NOW)
    assert state() == ("waiting", 1)
    assert server.inbox.empty()


def test_the_password_is_kept_sealed_and_never_recorded(server: SmtpServer, by: By) -> None:
    account(server, by, login="box", password="deep secret")
    account(server, by, login="box")
    assert MailAccount.objects.get().password == "deep secret"
    assert not AuditEntry.objects.filter(after__contains="deep secret").exists()
    account(server, by, login="")
    assert MailAccount.objects.get().password == ""


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"host": "smtp://mail"}, "host"),
        ({"host": "mail.example.com", "sender": ""}, "sender"),
        ({"sender": "me@example.com\r\nBcc: x@example.com"}, "sender"),
        ({"port": 0}, "port"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(values: dict[str, object], field: str, by: By) -> None:
    with pytest.raises(ValidationError) as wrong:
        services.modify_account(values, by=by)
    assert field in wrong.value.message_dict
    assert not MailAccount.objects.exists()


def test_old_mail_leaves_the_list_and_what_waits_stays(by: By) -> None:
    for number, (state, days) in enumerate((("sent", 40), ("failed", 40), ("waiting", 40), ("sent", 20))):
        mail = OutgoingMail.objects.create(key=str(number), to="a@example.com", subject="s", body="b", state=state)
        OutgoingMail.objects.filter(pk=mail.pk).update(made=NOW - timedelta(days=days))
    sending.forget(NOW - sending.KEPT)
    assert sorted(OutgoingMail.objects.values_list("key", flat=True)) == ["2", "3"]
