"""A voicemail is told by mail, and hearing it ends the escalation (A-051, A-052): real calls, a real SMTP server."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Peers
from tests.e2e.test_voicemail import leave_message
from tests.harness.house import House, Person
from tests.harness.place import wait_for
from tests.harness.smtp import SmtpServer

pytestmark = pytest.mark.e2e


def test_a_voicemail_is_told_by_mail_within_seconds(house: House, ann: Person, bob: Person, peer: Peers) -> None:
    with SmtpServer(house.phone_address()) as server:
        house.api(
            "PATCH", "mail-account/",
            {"host": server.address, "port": server.port, "encryption": "none", "sender": "phones@example.com"},
        )  # fmt: skip
        levels = [{"to": "7165552000@txt.example.com", "minutes": 1, "retries": 3, "go_on": False}]
        house.api(
            "PATCH", f"users/{bob.user_id}/", {"notification_mode": "notification", "notification_levels": levels}
        )
        house.in_force()
        call = peer(ann).invite(f"3{bob.extension}")
        call.expect(200, seconds=6)
        call.ack()
        leave_message(call, seconds=2.5)
        wait_for(lambda: house.messages(bob), 5, "the message")
        told = server.wait()
    assert told.to == ("7165552000@txt.example.com",)
    assert f"Mailbox {bob.username}: voicemail from {ann.name} {ann.extension}" in told.text
    assert "New messages: 1." in told.text
