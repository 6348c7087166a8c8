"""One call of a raw Peer: the dialog of RFC 3261 12 with its route set, offers, answers and RTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ops.softphone.message import Message, host_of, media_of, sdp, token, uri_of
from tests.harness.rtp import Rtp

if TYPE_CHECKING:
    from tests.harness.sip import Peer


class Call:
    def __init__(self, peer: Peer, request: Message, rtp: Rtp | None, *, outgoing: bool) -> None:
        self.peer, self.request, self.stream, self.outgoing = peer, request, rtp, outgoing
        self.tag = token()  # ours, when called
        self.remote_target = uri_of(request.get("Contact")) if not outgoing else ""
        self.routes: list[str] = [] if outgoing else request.all("Record-Route")
        self.remote = "" if outgoing else request.get("From")
        self.answered: Message | None = None
        self.version = 1

    @property
    def rtp(self) -> Rtp:
        assert self.stream is not None, "This call was made without RTP."
        return self.stream

    @property
    def call_id(self) -> str:
        return self.request.call_id

    def tags(self) -> tuple[str, str]:
        """(ours, theirs) of the established dialog."""
        ours = self.request.get("From").partition("tag=")[2] if self.outgoing else self.tag
        return ours, self.remote.partition("tag=")[2]

    # -- caller's side -------------------------------------------------------------------------
    def expect(self, code: int, seconds: float = 5.0) -> Message:
        """A response to our INVITE; a final one is learned from, a failure acknowledged."""
        answer = self.peer.expect(
            lambda m: m.code == code and m.branch == self.request.branch, seconds, f"{code} to {self.request.start}"
        )
        if code >= 300:
            self.acknowledge_failure(answer)
        elif code >= 200:
            self._established(answer)
        return answer

    def final(self, seconds: float = 10.0) -> Message:
        answer = self.peer.final(self.request, seconds)
        if answer.code >= 300:
            self.acknowledge_failure(answer)
        else:
            self._established(answer)
        return answer

    def _established(self, answer: Message) -> None:
        self.answered = answer
        self.remote_target = uri_of(answer.get("Contact"))
        self.routes = list(reversed(answer.all("Record-Route")))
        self.remote = answer.get("To")
        if answer.body:
            self.listen_to(answer.body)

    def acknowledge_failure(self, answer: Message) -> None:
        """ACK of RFC 3261 17.1.1.3: same branch, same Request-URI."""
        ack = Message(f"ACK {self.request.uri} SIP/2.0").add("Via", self.request.get("Via"))
        ack.add("Max-Forwards", "70").add("From", self.request.get("From")).add("To", answer.get("To"))
        ack.add("Call-ID", self.call_id).add("CSeq", f"{self.request.cseq} ACK")
        self.peer.send(ack)

    def ack(self, body: str = "") -> None:
        ack = self._within("ACK", cseq=self.request.cseq)
        if body:
            ack.add("Content-Type", "application/sdp").body = body
        self._send(ack)

    def cancel(self) -> Message:
        """CANCEL; the response to it. The 487 to the INVITE is the test's to expect."""
        cancel = Message(f"CANCEL {self.request.uri} SIP/2.0").add("Via", self.request.get("Via"))
        cancel.add("Max-Forwards", "70").add("From", self.request.get("From")).add("To", self.request.get("To"))
        cancel.add("Call-ID", self.call_id).add("CSeq", f"{self.request.cseq} CANCEL")
        self.peer.send(cancel)
        return self.peer.expect(lambda m: m.method == "CANCEL" and m.code >= 200, 4, "answer to CANCEL")

    # -- called side ---------------------------------------------------------------------------
    def reply(self, code: int, body: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Message:
        answer = self.request.reply(code, to_tag=self.tag, body=body)
        answer.add("Contact", f"<{self.peer.contact}>")
        for name, value in headers:
            answer.add(name, value)
        self.peer.send(answer, self.request.source)
        return answer

    def ring(self) -> Message:
        return self.reply(180)

    def answer(self) -> Message:
        """200 with SDP; whoever sends the ACK may be the same thread, so `expect_ack` is a call of its own."""
        self.answered = self.reply(200, self.offer())
        if self.request.body:
            self.listen_to(self.request.body)
        return self.answered

    def expect_ack(self, seconds: float = 4.0) -> Message:
        return self.peer.expect(lambda m: m.method == "ACK" and m.call_id == self.call_id, seconds, "ACK")

    # -- both ----------------------------------------------------------------------------------
    def offer(self, direction: str = "sendrecv", address: str = "") -> str:
        port = self.stream.port if self.stream else 40000
        event = 101
        if self.stream and not self.outgoing:  # an answer takes the offer's number (RFC 3264 6.1)
            found = re.search(r"a=rtpmap:(\d+) telephone-event/8000", self.request.body)
            event = self.stream.event_type = int(found.group(1)) if found else 101
        return sdp(address or self.peer.address, port, direction, self.version, codecs=f"0 8 {event}")

    def listen_to(self, body: str) -> None:
        if self.stream:
            media = media_of(body)
            if media.direction in ("sendrecv", "recvonly") and media.address != "0.0.0.0":
                self.rtp.start(media.address, media.port)
            else:
                self.rtp.pause()

    def _within(self, method: str, cseq: int = 0, headers: tuple[tuple[str, str], ...] = (), body: str = "") -> Message:
        request = self.peer.request(
            method, self.remote_target, to=self.remote, call_id=self.call_id, cseq=cseq, headers=headers, body=body
        )
        if self.outgoing:
            request.put("From", self.request.get("From"))
        else:
            request.put("From", f"{self.request.get('To')};tag={self.tag}")
        for route in self.routes:
            request.add("Route", route)
        return request

    def _send(self, request: Message) -> None:
        self.peer.send(request, host_of(uri_of(self.routes[0])) if self.routes else None)

    def transact(self, method: str, headers: tuple[tuple[str, str], ...] = (), body: str = "") -> Message:
        """Any request inside the dialog (INFO, REFER, UPDATE, BYE); its final response."""
        request = self._within(method, headers=headers, body=body)
        self._send(request)
        return self.peer.final(request)

    def reinvite(self, direction: str = "sendrecv", address: str = "") -> Message:
        """Change direction (hold: sendonly, inactive, or `address` 0.0.0.0); returns the 200, acknowledged."""
        self.version += 1
        request = self._within("INVITE", body=self.offer(direction, address))
        self._send(request)
        answer = self.peer.final(request)
        if answer.code == 200:
            ack = self._within("ACK", cseq=request.cseq)
            self._send(ack)
        if self.stream:
            if direction == "sendrecv" and not address:
                self.listen_to(answer.body)
            else:
                self.rtp.pause()
        return answer

    def accept_reinvite(self, seconds: float = 4.0) -> Message:
        """Answer the far side's re-INVITE with the direction it asks for; returns the request."""
        request = self.peer.expect(
            lambda m: m.method == "INVITE" and not m.is_response and m.call_id == self.call_id, seconds, "re-INVITE"
        )
        asked = media_of(request.body).direction
        mirrored = {"sendonly": "recvonly", "recvonly": "sendonly"}.get(asked, asked)
        self.version += 1
        answer = request.reply(200, body=self.offer(mirrored)).add("Contact", f"<{self.peer.contact}>")
        self.peer.send(answer, request.source)
        self.listen_to(request.body)
        self.peer.expect(lambda m: m.method == "ACK" and m.call_id == self.call_id, 4, "ACK of the re-INVITE")
        return request

    def bye(self) -> Message:
        return self.transact("BYE")

    def expect_bye(self, seconds: float = 4.0) -> Message:
        request = self.peer.expect(
            lambda m: m.method == "BYE" and not m.is_response and m.call_id == self.call_id, seconds, "BYE"
        )
        if "BYE" not in self.peer.automatic:
            self.peer.respond(request, 200)
        return request

    def expect_cancel(self, seconds: float = 4.0) -> Message:
        request = self.peer.expect(lambda m: m.method == "CANCEL" and m.call_id == self.call_id, seconds, "CANCEL")
        self.peer.respond(request, 200)
        self.reply(487)
        return request

    def close(self) -> None:
        if self.stream:
            self.stream.close()
