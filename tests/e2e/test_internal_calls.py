"""Ann calls Bob (A-007, A-014): ringing, names, two-way audio through the relay, hold music, one call record."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from pathlib import Path

import pytest

from ops.softphone.message import media_of, name_of, user_of
from tests.e2e.conftest import Peers, Phones
from tests.harness.audio import best_match, loudness, read_wav
from tests.harness.house import House, Person
from tests.harness.place import wait_for

pytestmark = pytest.mark.e2e
MUSIC = Path("/usr/share/asterisk/moh")


def test_both_hear_each_other_see_name_and_number_and_one_record_has_the_times(
    house: House, ann: Person, bob: Person, phone: Phones
) -> None:
    anns, bobs = phone(ann), phone(bob)
    anns.play_tone(440)
    bobs.play_tone(700)
    anns.call(bob.extension)
    bobs.wait_call("incoming")
    anns.wait_call("ringing")
    bobs.answer()
    talking = anns.wait_call("talking")
    bobs.wait_tone(440)
    anns.wait_tone(700)
    assert not anns.hears_tone(440), "Ann hears herself"

    remote = bobs.last()["remote"]
    assert (name_of(remote), user_of(remote)) == (ann.name, ann.extension)
    connected = talking["connected"]
    assert (name_of(connected), user_of(connected)) == (bob.name, bob.extension)

    (live,) = [c for c in house.calls() if c["from"] == ann.extension]
    assert (live["to"], live["state"], live["mode"]) == (
        bob.extension, "talking", "switched",
    )  # fmt: skip
    began = time.monotonic()
    wait_for(lambda: time.monotonic() - began > 2.0, 5, "two seconds of talk")
    anns.hang_up()
    bobs.wait_call("ended")

    record = house.record_of(ann, bob)
    assert record["outcome"] == "answered"
    started, answered, ended = (datetime.fromisoformat(record[key]) for key in ("started", "answered", "ended"))
    assert started <= answered <= ended
    assert 2 <= record["seconds"] <= 8
    assert abs((ended - answered).total_seconds() - record["seconds"]) <= 1
    assert record["explanation"], "the record does not say why the call went there"
    assert len([r for r in house.rows("call-records/") if r["from"] == ann.extension]) == 1
    assert [c for c in house.calls() if c["from"] == ann.extension] == []


@pytest.mark.parametrize(
    ("direction", "address"), [("sendonly", ""), ("inactive", ""), ("sendrecv", "0.0.0.0")],
    ids=["sendonly", "inactive", "0.0.0.0"],
)  # fmt: skip
def test_the_held_party_hears_music_however_the_phone_holds_and_talk_resumes(
    house: House, ann: Person, bob: Person, peer: Peers, direction: str, address: str
) -> None:
    anns, bobs = peer(ann), peer(bob)
    call = anns.invite(bob.extension)
    theirs = bobs.incoming()
    theirs.ring()
    call.expect(180)
    theirs.answer()
    call.expect(200)
    call.ack()
    call.rtp.play_tone(440)
    theirs.rtp.play_tone(700)
    theirs.rtp.wait_tone(440)
    call.rtp.wait_tone(700)

    seen = []
    answering = threading.Thread(target=lambda: seen.append(theirs.accept_reinvite()))
    answering.start()
    answer = call.reinvite(direction, address)
    answering.join(5)
    assert answer.code == 200
    assert seen, "Bob's phone was never told of the hold"
    asked = media_of(seen[0].body)
    assert asked.address != "0.0.0.0", "0.0.0.0 was passed on to the held phone"
    held_at = time.monotonic()
    theirs.rtp.wait_sound()
    wait_for(lambda: len(theirs.rtp.heard_since(held_at)) > 2.2 * 8000, 6, "two seconds of hold music")
    music = theirs.rtp.heard(1.5)
    assert loudness(music) > 50
    assert not theirs.rtp.hears_tone(440)
    assert _is_of_our_music(music), "what the held party hears is not the music on hold"

    answering = threading.Thread(target=theirs.accept_reinvite)
    answering.start()
    assert call.reinvite().code == 200
    answering.join(5)
    theirs.rtp.wait_tone(440)
    call.rtp.wait_tone(700)
    assert call.bye().code == 200
    theirs.expect_bye()
    record = house.record_of(ann, bob)
    assert record["outcome"] == "answered"


def _is_of_our_music(heard: object) -> bool:
    """Any half second of what was heard is found in one of Debian's pieces."""
    pieces = [heard[i : i + 4000] for i in (0, 4000)]  # type: ignore[index]
    return any(best_match(read_wav(file), piece)[0] > 0.7 for file in MUSIC.glob("*.wav") for piece in pieces)


def test_a_caller_who_gives_up_stops_the_ringing_and_leaves_a_cancelled_record(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    anns, bobs = peer(ann), peer(bob)
    call = anns.invite(bob.extension)
    theirs = bobs.incoming()
    theirs.ring()
    call.expect(180)
    assert call.cancel().code == 200
    theirs.expect_cancel()
    assert call.expect(487).code == 487
    assert house.record_of(ann, bob)["outcome"] == "cancelled"


def test_a_number_of_nobody_is_refused_with_404_and_says_why(house: House, ann: Person, peer: Peers) -> None:
    call = peer(ann).invite("299")
    assert call.final().code == 404
    record = house.record_of(ann, "299")
    assert record["outcome"] == "refused"
    assert record["explanation"]


def test_headers_that_grant_anything_do_not_pass_from_phone_to_phone(ann: Person, bob: Person, peer: Peers) -> None:
    anns, bobs = peer(ann), peer(bob)
    forged = (
        ("Alert-Info", "<urn:alert:service:auto-answer>"), ("Answer-Mode", "Auto"), ("X-Switchroom-Token", "forged"),
        ("P-Asserted-Identity", '"The Boss" <sip:100@switchroom>'), ("Diversion", "<sip:999@x>"),
        ("Remote-Party-ID", '"The Boss" <sip:100@switchroom>'), ("Call-Info", "<sip:x>;answer-after=0"),
    )  # fmt: skip
    call = anns.invite(bob.extension, headers=forged)
    theirs = bobs.incoming()
    got = theirs.request
    for name in ("Alert-Info", "Answer-Mode", "X-Switchroom-Token", "Diversion", "Remote-Party-ID", "Call-Info"):
        assert got.get(name) == "", name
    assert "Boss" not in got.encode().decode()
    theirs.reply(486)
    call.final(15)
    call.peer.close()
