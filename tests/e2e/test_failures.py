"""The table of failures: what is killed in the middle of a call, and what calls, lamps, counts and records show then.

What is told of router, relay, worker and switch besides stands in test_survival.py.
"""

from __future__ import annotations

import pytest

from tests.harness.call import Call
from tests.harness.house import House
from tests.harness.place import wait_for
from tests.harness.sip import Peer

pytestmark = pytest.mark.e2e


def talk(caller: Peer, called: Peer, number: str) -> tuple[Call, Call]:
    """An answered call between two phones with sound both ways."""
    call = caller.invite(number)
    incoming = called.incoming()
    incoming.ring()
    incoming.answer()
    call.expect(200, seconds=8)
    call.ack()
    incoming.expect_ack()
    hear_one_another(call, incoming)
    return call, incoming


def hear_one_another(call: Call, incoming: Call) -> None:
    for one in (call, incoming):
        one.rtp.forget()
    call.rtp.play_tone(440)
    incoming.rtp.play_tone(700)
    call.rtp.wait_tone(700)
    incoming.rtp.wait_tone(440)


def hold_and_resume(call: Call, incoming: Call) -> None:
    import threading

    for direction in ("sendonly", "sendrecv"):
        other = threading.Thread(target=incoming.accept_reinvite)
        other.start()
        assert call.reinvite(direction).code == 200
        other.join()
    hear_one_another(call, incoming)


def whole_again(house: House) -> None:
    wait_for(house.healthy, 40, "the house to be whole again")
