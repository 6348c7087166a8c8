"""Two phones in conversation."""

from __future__ import annotations

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
