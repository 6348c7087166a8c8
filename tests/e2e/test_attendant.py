"""An attendant answers, is heard, and connects (A-013, S26-08, S26-09, S26-T01, S26-T04, S26-T06)."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from telephony.voice import Spoken, sentences
from tests.e2e.conftest import Peers
from tests.e2e.test_message_center import hear
from tests.harness.audio import contains, read_wav
from tests.harness.house import ADMIN_PASSWORD, House, Person
from tests.harness.place import wait_for
from tests.harness.sip import Call, Peer

pytestmark = pytest.mark.e2e
GREETING = 523.0


def call_attendant(phone: Peer, number: str = "431") -> Call:
    call = phone.invite(number)
    call.expect(200, seconds=6)
    call.ack()
    return call


def hear_spoken(house: House, call: Call, text: Spoken, seconds: float = 20.0) -> None:
    """The very file that the machine spoke arrives in the caller's ear."""
    file = Path(house.instance.media) / "prompts" / "en" / f"{text.name}.wav"
    wait_for(file.exists, 10, f"{text.text!r} to be spoken into a file")
    samples = read_wav(file)
    loud = np.nonzero(np.abs(samples.astype(np.int32)) > 300)[0]
    said = samples[loud[0] : loud[-1]]
    wait_for(lambda: contains(call.rtp.heard(25.0), said), seconds, f"{text.text!r} to be heard")


def talk(caller: Call, called: Call) -> None:
    caller.rtp.play_tone(440)
    called.rtp.play_tone(700)
    called.rtp.wait_tone(440)
    caller.rtp.wait_tone(700)


def tone_file() -> bytes:
    samples = (9000 * np.sin(2 * np.pi * GREETING * np.arange(16000) / 8000)).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples.tobytes())
    return out.getvalue()


def test_a_caller_hears_the_choices_keys_an_extension_and_talks(
    house: House, ann: Person, bob: Person, peer: Peers
) -> None:
    anns, bobs = peer(ann), peer(bob)
    call = call_attendant(anns)
    hear_spoken(house, call, sentences.DIAL_IT_NOW)
    call.rtp.dial(bob.extension)
    theirs = bobs.incoming(10)
    theirs.ring()
    theirs.answer()
    talk(call, theirs)
    (live,) = [c for c in house.calls() if c["from"] == ann.extension]
    assert (live["to"], live["mode"]) == ("431", "anchored")
    assert call.bye().code == 200
    theirs.expect_bye()
    record = house.record_of(ann, "431")
    explanation = " ".join(line["text"] for line in record["explanation"])
    assert "Auto Attendant 1 answers." in explanation
    assert bob.extension in explanation, "the record does not say where the attendant led"


def test_a_recorded_greeting_is_played_and_star_leaves_it_out(house: House, ann: Person, peer: Peers) -> None:
    row = next(row for row in house.rows("auto-attendants/") if row["number"] == 2)
    with house.browser("admin", ADMIN_PASSWORD) as page:
        for greeting in ("0", "1"):  # whatever the schedule says at this hour
            answer = page.upload(
                f"/phone-system/auto-attendants/{row['id']}/recordings/{greeting}/bring/", "sound", tone_file()
            )
            assert answer.status_code < 400
    house.in_force()
    call = call_attendant(peer(ann), "432")
    call.rtp.wait_tone(GREETING, 8)
    call.rtp.forget()
    call.rtp.dial("*")
    hear_spoken(house, call, sentences.DIAL_IT_NOW)
    assert not call.rtp.hears_tone(GREETING, 3.0)
    call.bye()


def test_a_shortcut_leads_to_another_attendant_and_a_wrong_number_is_said(
    house: House, ann: Person, peer: Peers
) -> None:
    row = next(row for row in house.rows("auto-attendants/") if row["number"] == 3)
    house.api("PATCH", f"auto-attendants/{row['id']}/", {"shortcuts": {"4": "431"}, "dial_now_prompt": False})
    house.in_force()
    call = call_attendant(peer(ann), "433")
    call.rtp.dial("4")
    hear_spoken(house, call, sentences.DIAL_IT_NOW)
    call.rtp.dial("8")
    hear(call, "pbx-invalid")
    call.bye()


def test_a_person_is_found_by_name(house: House, ann: Person, peer: Peers) -> None:
    tom = house.hire("Tom", "Brownwell")
    row = next(row for row in house.rows("auto-attendants/") if row["number"] == 4)
    house.api("PATCH", f"auto-attendants/{row['id']}/", {"dial_by_name": True, "spell_by": "last"})
    house.in_force()
    toms = peer(tom)
    call = call_attendant(peer(ann), "434")
    call.rtp.dial("#1")
    hear(call, "dir-last")
    call.rtp.dial("276969355#")  # BROWNWELL
    hear_spoken(house, call, Spoken("Tom Brownwell"))
    call.rtp.dial("1")
    theirs = toms.incoming(10)
    theirs.answer()
    talk(call, theirs)
    theirs.bye()
    call.expect_bye()
