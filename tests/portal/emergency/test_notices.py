"""From the word of an emergency call to mails that arrived, through the hub's records, `due` and a real SMTP server
(S23-14, A-070)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from portal.business.message_aliases.models import MessageAlias
from portal.business.users.models import User
from portal.live import due, emergencies, records
from portal.live.models import Due, EmergencyCall, SystemEvent
from portal.live.records import Row
from portal.maintenance.time.services import set_time_zone
from portal.phone_system.emergency.services import modify_emergency
from portal.publish.change import By
from portal.servers.email import services as email
from portal.tasks import KINDS
from tests.harness.smtp import SmtpServer

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 5, 15, 30, 5, tzinfo=UTC)
FACTS = {
    "call_id": "c1",
    "at": AT.timestamp(),
    "number": "911",
    "station": "5012",
    "handset": "Lobby phone",
    "owner": "",
    "owner_id": None,
    "caller_id": "5854215555",
    "location": "Ground floor",
    "line": "Carrier",
}


@pytest.fixture
def server(by: By) -> Iterator[SmtpServer]:
    with SmtpServer("127.0.0.9") as running:
        values = {"host": running.address, "port": running.port, "encryption": "none", "sender": "phones@example.com"}
        email.modify_account(values, by=by)
        yield running


def written(**facts: object) -> None:
    """As the hub writes it."""
    row = Row(table="emergency", fields={**FACTS, **facts})
    records.write({f"emergency:{row['fields']['call_id']}": row}, None)


def work(now: datetime) -> None:
    for _ in range(2):  # the notice, then its mails
        for row, mark, _kind in due.claim(KINDS, now):
            due.serve(row, mark, KINDS, now)


@pytest.fixture
def told(by: By, ann: User) -> None:
    MessageAlias.objects.create(user=ann, addresses="ann@example.com")
    MessageAlias.objects.create(group="Safety", addresses="guard@example.com\nann@example.com")
    modify_emergency({"notify": True, "recipients": "ann\nsafety\n5551212@txt.example"}, by=by)


def test_everybody_named_is_told_once_with_station_place_and_time(server: SmtpServer, told: None, by: By) -> None:
    """S23-T07: an unowned handset."""
    set_time_zone("America/New_York", by=by)
    written()
    written()  # the hub may write a row twice
    work(datetime.now(UTC) + timedelta(seconds=1))
    got = [server.wait() for _ in range(3)]
    assert {one.to[0] for one in got} == {"ann@example.com", "guard@example.com", "5551212@txt.example"}
    assert server.inbox.empty()
    assert {one.message["Subject"] for one in got} == {"Emergency call: Station 5012 dialled 911"}
    text = got[0].text
    assert "Station 5012 dialled 911 on 2026-01-05 10:30:05 EST." in text
    assert "Location: Ground floor." in text
    assert "The emergency centre sees 5854215555." in text


def test_the_owner_is_named(server: SmtpServer, told: None) -> None:
    written(owner="Ann Archer", line="")
    work(datetime.now(UTC) + timedelta(seconds=1))
    got = server.wait()
    assert got.message["Subject"] == "Emergency call: Ann Archer dialled 911"
    assert "No outside line was known to take the call" in got.text


def test_nothing_is_sent_while_notices_are_off(server: SmtpServer) -> None:
    written()
    work(datetime.now(UTC) + timedelta(seconds=1))
    assert server.inbox.empty()
    assert Due.objects.get(kind=emergencies.NOTICE).state == "done"


def test_it_stands_in_the_system_events_and_raises_an_alert_unless_another_did_just_now() -> None:
    """S23-15, S23-T05"""
    written()
    written(call_id="c2", at=FACTS["at"] + 10)
    written(call_id="c3", at=FACTS["at"] + 20)
    assert dict(EmergencyCall.objects.values_list("call_id", "raised")) == {"c1": True, "c2": False, "c3": True}
    assert SystemEvent.objects.filter(kind="emergency.called", severity="error").count() == 3
    text = SystemEvent.objects.filter(kind="emergency.called").earliest("at").text
    assert text == (
        "Station 5012 at Lobby phone (5012) called the emergency number 911, location Ground floor. "
        "It was sent out on Carrier."
    )


def test_clearing_is_for_oneself_and_the_next_alert_follows(ann: User, bob: User) -> None:
    written()
    written(call_id="c3", at=FACTS["at"] + 20)
    now = AT.timestamp() + 30
    seen = emergencies.shown_to(ann.pk, now)
    assert (seen["alert"]["call_id"], seen["alert"]["who"], seen["beeping"], seen["waiting"]) == (
        "c1",
        "Station 5012",
        True,
        1,
    )
    assert emergencies.acknowledge("c1", ann.pk)
    assert emergencies.acknowledge("c1", ann.pk)
    assert not emergencies.acknowledge("unheard of", ann.pk)
    assert emergencies.shown_to(ann.pk, now)["alert"]["call_id"] == "c3"
    assert emergencies.shown_to(bob.pk, now)["alert"]["call_id"] == "c1"
    assert emergencies.shown_to(bob.pk, AT.timestamp() + 3600 + 20)["alert"] is None


@pytest.mark.parametrize(
    ("recipients", "sentence"),
    [
        ("", "at least one recipient"),
        ("nobody-here", "There is no user, message alias or email address nobody-here."),
        ("bob", "has no email address yet"),
        ("wrong@", "is no email address"),
    ],
)
def test_a_recipient_who_cannot_be_told_is_refused_at_once(recipients: str, sentence: str, by: By, bob: User) -> None:
    with pytest.raises(ValidationError) as wrong:
        modify_emergency({"notify": True, "recipients": recipients}, by=by)
    assert sentence in wrong.value.message_dict["recipients"][0]
