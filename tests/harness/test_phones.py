"""The harness itself: a pjsua2 phone against a raw peer that plays the server."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from instance import Endpoint
from ops.softphone.message import name_of
from ops.softphone.sound import from_ulaw, to_ulaw, tone
from tests.harness.audio import best_match, contains, parse_wav, write_wav
from tests.harness.phone import Phone
from tests.harness.place import Place, wait_for
from tests.harness.sip import Call, Peer


def test_a_phone_registers_answers_is_heard_hears_and_reads_its_lamp() -> None:
    with Place() as place:
        server = Peer(place.phone_address(), Endpoint("127.0.0.1", 9), "101", name="Ann")
        with server, Phone(place.phone_address()) as phone:
            requests = []

            def registrar() -> None:
                request = server.expect("REGISTER", 5)
                requests.append(request)
                server.respond(request, 200, Contact=request.get("Contact") + ";expires=300")

            thread = threading.Thread(target=registrar)
            thread.start()
            phone.register(Endpoint(server.address, server.port), "5102", password="x", mwi=False)
            thread.join()
            phone.answer_automatically(after=0.2)
            phone.play_tone(700)
            server.server = (
                phone.address,
                int(requests[0].get("Contact").split(phone.address + ":")[1].split(";")[0].rstrip(">")),
            )
            call: Call = server.invite("5102", uri=f"sip:5102@{phone.address}:{server.server[1]}")
            call.expect(180)
            call.expect(200)
            call.ack()
            call.rtp.play_tone(440)
            call.rtp.wait_tone(700)
            phone.wait_tone(440)
            assert not phone.hears_tone(700)
            assert name_of(phone.last()["remote"]) == "Ann"
            phone.dial("12")
            wait_for(lambda: call.rtp.digits == [1, 2], 3, "the digits")
            phone.hang_up()
            call.expect_bye()
            phone.wait_call("ended")


def test_a_recording_is_found_in_what_was_heard_and_another_is_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    speech, other = ((1500 * np.convolve(noise.normal(size=16000), np.hanning(9))).astype(np.int16) for _ in range(2))
    line = from_ulaw(to_ulaw(np.concatenate([tone(300, 0.5), speech, tone(440, 0.5)])))
    assert contains(line, speech)
    assert not contains(line, other)
    assert abs(best_match(line, speech)[1] - 0.5) < 0.001
    assert (parse_wav(write_wav(tmp_path / "a.wav", speech).read_bytes()) == speech).all()
