"""The demo office's softphone against a raw peer in the part of the switch."""

from __future__ import annotations

import asyncio
import threading

import pytest

from instance import Endpoint
from ops.softphone.phone import Account, Call, Refused, Softphone
from ops.softphone.sound import to_ulaw, tone
from tests.harness.place import Place
from tests.harness.sip import Peer

ACCOUNT = Account("5101", "ann", "secret", "Ann", "101")


async def answer_at_once(phone: Softphone, call: Call) -> None:
    phone.accept(call)


async def test_it_answers_a_challenge_calls_holds_plays_and_cancels() -> None:
    with Place() as place:
        switch = Peer(place.phone_address(), Endpoint("127.0.0.1", 9), "102")
        phone = Softphone(
            ACCOUNT, (switch.address, switch.port), place.phone_address(), to_ulaw(tone(600, 1)), answer_at_once
        )
        await phone.open()
        failures: list[BaseException] = []

        def registrar_then_callee() -> None:
            try:
                first = switch.expect("REGISTER")
                switch.respond(first, 401, WWW_Authenticate='Digest realm="switchroom", nonce="n1", qop="auth"')
                second = switch.expect("REGISTER")
                assert 'username="ann"' in second.get("Authorization")
                assert second.cseq > first.cseq
                switch.respond(second, 200)
                call = switch.incoming()
                call.ring()
                call.answer()
                call.rtp.wait_tone(600)
                held = call.accept_reinvite()
                assert "a=sendonly" in held.body
                call.accept_reinvite()
                call.expect_bye()
                unanswered = switch.incoming()
                unanswered.ring()
                unanswered.expect_cancel()
                switch.expect("ACK")
            except BaseException as error:
                failures.append(error)

        thread = threading.Thread(target=registrar_then_callee)
        thread.start()
        await phone.register()
        call = await phone.call("102")
        await asyncio.sleep(0.6)
        await call.hold()
        await call.hold(on=False)
        await call.hang_up()
        with pytest.raises(Refused) as refused:
            await phone.call("103", patience=0.3)
        assert refused.value.code == 408
        await asyncio.to_thread(thread.join, 8)
        assert not failures, failures[0]
        assert phone.calls == {}
        for task in list(phone._tasks):
            task.cancel()
        switch.close()


async def test_it_answers_and_echoes_who_calls_it() -> None:
    with Place() as place:
        caller = Peer(place.phone_address(), Endpoint("127.0.0.1", 9), "102")
        phone = Softphone(ACCOUNT, (caller.address, caller.port), place.phone_address(), b"", answer_at_once)
        await phone.open()
        caller.server = (phone.address, phone.port)

        def talk() -> None:
            call = caller.invite("5101", uri=f"sip:5101@{phone.address}:{phone.port}")
            call.expect(180)
            call.expect(200)
            call.ack()
            call.rtp.play_tone(440)
            call.rtp.wait_tone(440)
            assert call.bye().code == 200

        await asyncio.to_thread(talk)
        assert phone.calls == {}
        caller.close()
