"""The harness itself: two raw peers call each other without a switch."""

from __future__ import annotations

import threading

from instance import Endpoint
from ops.softphone.message import media_of, user_of
from tests.harness.place import Place, session_members, wait_for
from tests.harness.sip import Peer


def test_two_peers_talk_hear_each_other_hold_and_hang_up() -> None:
    with Place() as place:
        bob = Peer(place.phone_address(), Endpoint("127.0.0.1", 9), "102")
        ann = Peer(place.phone_address(), Endpoint(bob.address, bob.port), "101", name="Ann")
        with ann, bob:
            # without a switch the first answer comes from Bob himself, so his ringing goes first
            result = []

            def callee() -> None:
                call = bob.incoming()
                call.ring()
                call.answer()
                result.append(call)

            thread = threading.Thread(target=callee)
            thread.start()
            call = ann.invite("102")
            call.expect(180)
            call.expect(200)
            call.ack()
            thread.join(5)
            (theirs,) = result
            assert user_of(theirs.request.get("From")) == "101"
            call.rtp.play_tone(440)
            theirs.rtp.play_tone(700)
            theirs.rtp.wait_tone(440)
            call.rtp.wait_tone(700)
            assert not call.rtp.hears_tone(440)
            call.rtp.dial("42#")
            assert theirs.rtp.digits == [4, 2, 11]
            assert media_of(theirs.request.body).payloads == (0, 8, 101)


def test_places_do_not_share_addresses() -> None:
    with Place() as one, Place() as two:
        assert one.instance.sip != two.instance.sip
        assert not set(one.instance.network) & set(two.instance.network)
        assert abs(one.instance.port_base - two.instance.port_base) >= 100
        assert len(str(one.instance.var / "run" / "router.sock")) < 100


def test_stopping_a_process_ends_its_children_too() -> None:
    with Place() as place:
        process = place.start("family", ["sh", "-c", "trap '' TERM; sleep 60 & sleep 60"])
        wait_for(lambda: len(session_members(process.pid)) == 3, 5, "three processes")
        process.stop(seconds=0.3)
        assert session_members(process.pid) == []
