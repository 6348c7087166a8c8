"""Voicemail on the pages and through the API: marked, deleted, downloaded, forwarded, one or several at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from rest_framework.test import APIClient

from portal.business.users.models import User
from portal.my_manager.voicemails import services
from telephony import mailbox
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.walker import Engines

Leave = Callable[..., str]


@pytest.fixture
def people(office: Office, engines: Engines) -> dict[str, User]:
    return office.people


def counts(user: User) -> tuple[int, int]:
    found = mailbox.counts(settings.INSTANCE.mail, user.pk)
    return found.new, found.old


def test_several_messages_are_marked_and_deleted_at_once(
    office: Office, people: dict[str, User], leave: Leave, engines: Engines
) -> None:
    ann, client = people["ann"], office.client("ann")
    ids = [leave(ann, name=f"Caller {number}") for number in range(3)]
    client.post("/my/", {"do": "heard", "message": ids[:2]})
    assert counts(ann) == (1, 2)
    client.post("/my/", {"do": "new", "message": ids[0]})
    assert counts(ann) == (2, 1)
    page = client.post("/my/", {"do": "delete", "message": [*ids[1:], "gone.voicemail"]}, headers={"HX-Request": "1"})
    text = page.content.decode()
    assert "2 messages were deleted." in text
    assert "1 message was no longer in the mailbox." in text
    assert "Caller 0" in text
    assert "Caller 1" not in text
    assert counts(ann) == (1, 0)
    assert {arguments["user"] for name, arguments in engines.asked if name == "lamp"} == {"ann"}


def test_without_a_tick_nothing_happens_and_the_page_says_so(
    office: Office, people: dict[str, User], leave: Leave
) -> None:
    leave(people["ann"])
    page = office.client("ann").post("/my/", {"do": "delete"}, headers={"HX-Request": "1"})
    assert "Tick the messages first." in page.content.decode()
    assert counts(people["ann"]) == (1, 0)
    assert office.client("ann").post("/my/", {"do": "sell", "message": "x"}).status_code == 400


def test_a_message_is_downloaded_as_a_file(office: Office, people: dict[str, User], leave: Leave) -> None:
    message_id = leave(people["ann"], number="+1 (555) 0100")
    client = office.client("ann")
    assert "+" not in client.get("/my/").content.decode().split('download="')[1].split('"')[0]
    answer = client.get(f"/my/voicemails/{message_id}/audio/?download")
    assert answer["Content-Disposition"] == "attachment"
    assert answer.content[:4] == b"RIFF"
    assert "Content-Disposition" not in client.get(f"/my/voicemails/{message_id}/audio/")


def test_a_forwarded_message_arrives_new_with_its_caller_and_who_forwarded_it(
    office: Office, people: dict[str, User], leave: Leave, engines: Engines
) -> None:
    ann, bob = people["ann"], people["bob"]
    message_id = leave(ann, name="Cora Diaz", number="103", seconds=3)
    page = office.client("ann").post(
        "/my/", {"do": "forward", "message": message_id, "to": bob.pk}, headers={"HX-Request": "1"}
    )
    assert f"1 message was forwarded to {bob.label}." in page.content.decode()
    [copy] = mailbox.messages(settings.INSTANCE.mail, bob.pk)
    assert (copy.from_name, copy.from_number, copy.seconds, copy.new) == ("Cora Diaz", "103", 3, True)
    assert copy.forwarded_by == ann.label
    assert services.audio(bob, copy.id) == services.audio(ann, message_id)
    assert counts(ann) == (1, 0)
    assert ("lamp", {"user": "bob"}) in engines.asked
    assert f"forwarded by {ann.label}" in office.client("bob").get("/my/").content.decode()


def test_a_full_or_closed_mailbox_refuses_and_then_nobody_gets_it(
    office: Office, people: dict[str, User], leave: Leave
) -> None:
    ann, bob, closed = people["ann"], people["bob"], people["technician"]
    message_id = leave(ann)
    User.objects.filter(pk=closed.pk).update(voicemail_enabled=False, max_voicemails=1)
    full = people["phone administrator"]
    User.objects.filter(pk=full.pk).update(max_voicemails=1)
    leave(full)
    full.refresh_from_db()
    with pytest.raises(ValidationError) as error:
        services.forward(ann, message_id, [bob, full, closed])
    assert error.value.messages == [
        f"The mailbox of {full.label} is full.",
        f"{closed.label} has no mailbox that takes messages from you.",
    ]
    assert counts(bob) == (0, 0)
    assert closed.label not in office.client("ann").get("/my/").content.decode()


def test_a_full_disk_names_who_got_the_message(
    people: dict[str, User], leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id, deliver = leave(people["ann"]), mailbox.deliver

    def until_bob(root: object, voicemail: mailbox.Voicemail, **more: object) -> str:
        if voicemail.user_id == people["bob"].pk:
            raise OSError(28, "No space left on device")
        return deliver(root, voicemail, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(mailbox, "deliver", until_bob)
    with pytest.raises(ValidationError) as error:
        services.forward(people["ann"], message_id, [people["technician"], people["bob"]])
    assert error.value.messages == [
        f"The server could not store the message for {people['bob'].label}: No space left on device. "
        f"{people['technician'].label} did get it."
    ]


def test_the_api_marks_and_forwards(office: Office, people: dict[str, User], leave: Leave) -> None:
    client = APIClient()
    client.force_authenticate(people["ann"])
    key = f"{people['ann'].pk}-{leave(people['ann'])}"
    url = f"/api/v1/voicemails/{key}/"
    assert client.patch(url, {"new": False}, format="json").json()["new"] is False
    assert client.patch(url, {}, format="json").json()["new"] is False
    assert client.patch(url, {"new": True}, format="json").json()["new"] is True
    assert client.post(f"{url}forward/", {"to": ["BOB"]}, format="json").status_code == 204
    assert counts(people["bob"]) == (1, 0)
    refused = client.post(f"{url}forward/", {"to": ["nobody"]}, format="json")
    assert (refused.status_code, refused.json()["errors"]) == (400, {"to": ["There is no mailbox of nobody for you."]})
    assert client.post(f"{url}forward/", {"to": []}, format="json").status_code == 400
