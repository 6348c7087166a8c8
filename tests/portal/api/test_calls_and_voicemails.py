"""REST: live calls, call records and voicemails. Who sees what."""

from __future__ import annotations

import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from portal.business.users.models import User
from portal.live import picture
from portal.live.call import Call
from portal.live.models import CallRecord
from portal.live.picture import Seen
from portal.reports.live_calls import api as calls_api
from telephony import mailbox
from telephony.tasks import Verdict

Api = Callable[[User], APIClient]


def wav(seconds: int) -> bytes:
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000 * seconds))
    return file.getvalue()


@pytest.fixture
def message(bob: User) -> str:
    voicemail = mailbox.Voicemail(
        user_id=bob.pk,
        user_name="Bob Example",
        extension="102",
        from_number="101",
        from_name="Ann Example",
        received=datetime.now(UTC),
        seconds=2,
    )
    return mailbox.deliver(settings.INSTANCE.mail, voicemail, audio=wav(2))


def test_bob_lists_hears_and_deletes_his_voicemail(api: Api, bob: User, message: str) -> None:
    client = api(bob)
    [found] = client.get("/api/v1/voicemails/").json()
    assert (found["user"], found["from"], found["seconds"], found["new"]) == ("bob", "101", 2, True)
    audio = client.get(found["audio"])
    assert audio["Content-Type"] == "audio/wav"
    with wave.open(BytesIO(audio.content)) as sound:
        assert sound.getnframes() == 16_000
    heard = client.patch(f"/api/v1/voicemails/{found['id']}/", {"new": False}, format="json")
    assert heard.json()["new"] is False
    assert client.delete(f"/api/v1/voicemails/{found['id']}/").status_code == 204
    assert client.get("/api/v1/voicemails/").json() == []
    assert client.delete(f"/api/v1/voicemails/{found['id']}/").status_code == 404


def test_nobody_else_hears_it(api: Api, ann: User, admin: User, bob: User, message: str) -> None:
    key = f"{bob.pk}-{message}"
    for other in (ann, admin):
        assert api(other).get(f"/api/v1/voicemails/{key}/audio/").status_code == 404
    assert api(ann).get("/api/v1/voicemails/?user=bob").status_code == 404
    assert api(ann).delete(f"/api/v1/voicemails/{key}/").status_code == 404
    assert [mail["id"] for mail in api(admin).get("/api/v1/voicemails/?user=bob").json()] == [key]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch, ann: User, bob: User) -> None:
    """Two calls: ann's to bob, and one between strangers to both."""
    calls = (
        Call(id="c1", begun=True, started=1.0, from_number="101", from_user=ann.pk, to_number="102", to_user=bob.pk),
        Call(id="c2", begun=True, started=2.0, from_number="110", to_number="111"),
    )
    monkeypatch.setattr(picture, "calls", lambda: Seen(tuple(call.view() for call in calls)))
    monkeypatch.setattr(picture, "calls_of", lambda pk: Seen(tuple(c.view() for c in calls if pk in c.users)))


def test_people_without_the_page_see_their_own_calls(api: Api, ann: User, admin: User, live: None) -> None:
    assert [call["id"] for call in api(ann).get("/api/v1/calls/").json()] == ["c1"]
    seen = api(admin).get("/api/v1/calls/").json()
    assert [(call["id"], call["from"], call["state"]) for call in seen] == [
        ("c1", "101", "ringing"),
        ("c2", "110", "ringing"),
    ]


def test_ending_a_call_asks_the_switch_and_only_for_ones_own(
    api: Api, ann: User, live: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []

    def answer(task: object, **arguments: str) -> Verdict:
        asked.append(arguments)
        return Verdict(ok=True, error="", call_id="")

    monkeypatch.setattr(calls_api, "ask", answer)
    assert api(ann).delete("/api/v1/calls/c2/").status_code == 404
    assert api(ann).delete("/api/v1/calls/c1/").status_code == 204
    assert asked == [{"call_id": "c1", "by": "ann"}]


def test_a_call_is_started_from_ones_own_extension(
    api: Api, ann: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls_api, "ask", lambda task, **arguments: Verdict(ok=True, error="", call_id="c9"))
    client = api(ann)
    assert client.post("/api/v1/calls/", {"from": "101", "to": "102"}, format="json").json() == {"id": "c9"}
    assert client.post("/api/v1/calls/", {"from": "102", "to": "101"}, format="json").status_code == 403
    assert client.post("/api/v1/calls/", {"from": "199", "to": "102"}, format="json").status_code == 400
    assert client.post("/api/v1/calls/", {"from": "101", "to": "sip:x@y"}, format="json").status_code == 400


def test_without_the_switch_the_api_says_so(api: Api, ann: User) -> None:
    """There is no Redis in this test: the real way to it is tried and answers with a sentence."""
    answer = api(ann).get("/api/v1/calls/")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Live information is not available: Redis does not answer."
    answer = api(ann).post("/api/v1/calls/", {"from": "101", "to": "102"}, format="json")
    assert answer.status_code == 409
    assert "Redis does not answer" in answer.json()["detail"]


def test_call_records_are_filtered_and_ones_own(api: Api, ann: User, admin: User) -> None:
    now = datetime.now(UTC)
    for number, (caller, user) in enumerate([("101", ann.pk), ("110", None)]):
        CallRecord.objects.create(
            call_id=f"c{number}",
            from_number=caller,
            from_user=user,
            to_number="102",
            started=now - timedelta(minutes=number),
            ended=now,
            outcome="answered",
            mode="switched",
            explanation=[{"text": "Extension 102 rings its owner's handsets.", "link": ""}],
        )
    assert [record["call_id"] for record in api(ann).get("/api/v1/call-records/").json()["results"]] == ["c0"]
    everything = api(admin).get("/api/v1/call-records/").json()
    assert everything["count"] == 2
    assert everything["results"][0]["explanation"][0]["text"].startswith("Extension 102")
    only = api(admin).get("/api/v1/call-records/?from=110").json()["results"]
    assert [record["from"] for record in only] == ["110"]
    assert api(admin).get("/api/v1/call-records/?page_size=1").json()["next"].endswith("page=2&page_size=1")
