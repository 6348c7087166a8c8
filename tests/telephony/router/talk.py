"""Two phones in conversation, and a transfer of it."""

from __future__ import annotations

import contextlib
from threading import Thread

from ops.softphone.message import Message
from tests.harness.place import Late
from tests.harness.sip import Call, Peer


def talk(caller: Peer, called: Peer, digits: str = "102") -> tuple[Call, Call]:
    """Ring, answer, acknowledge; the two ends of the call."""
    outgoing = caller.invite(digits, rtp=False)
    incoming = called.incoming(rtp=False)
    incoming.ring()
    outgoing.expect(180)
    incoming.reply(200, incoming.offer())
    outgoing.expect(200)
    outgoing.ack()
    called.expect("ACK")
    return outgoing, incoming


def refer(transferor: Call, other: Peer, target: str) -> tuple[Message, str]:
    """REFER within the call; the answer, and where the other phone was sent ("" when it heard nothing)."""
    heard: list[Message] = []

    def accept() -> None:
        with contextlib.suppress(Late):  # a refused one
            request = other.expect("REFER", 2)
            heard.append(request)
            other.respond(request, 202)

    waiting = Thread(target=accept)
    waiting.start()
    answer = transferor.transact("REFER", headers=(("Refer-To", target),))
    waiting.join()
    return answer, heard[0].get("Refer-To").strip("<>") if heard else ""


def follow(other: Peer, address: str) -> Call:
    """The transferred phone calls where it was sent."""
    return other.invite("", uri=address, rtp=False)
