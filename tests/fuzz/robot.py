"""A raw SIP endpoint that never waits: it fires what it is given, answers what it is asked, cleans up behind itself.

Unlike tests/harness/sip.py it bears thousands of messages and garbage on both sides; what it saw is counted, not kept.
"""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass

from instance import Endpoint
from ops.softphone.message import Message, NotSip, authorization, host_of, media_of, parse, sdp, token, uri_of
from tests.harness.place import wait_for

KEPT = 4000  # requests remembered, for their ACK


@dataclass(slots=True)
class Dialog:
    """A call that was answered, from the robot's side."""

    call_id: str
    local: str
    remote: str
    target: str
    routes: list[str]
    body: str  # the far side's session description
    cseq: int = 100

    def media(self) -> tuple[str, int]:
        found = media_of(self.body)
        return found.address, found.port


class Robot:
    def __init__(
        self, address: str, server: Endpoint, user: str = "stranger", *, login: str = "", password: str = "",
        port: int = 0, answers: int = 200,
    ) -> None:  # fmt: skip
        """`answers`: how it meets an INVITE. With a `password` it answers every challenge."""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((address, port))
        self.socket.settimeout(0.2)
        self.media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.media.bind((address, 0))
        self.address, self.port = address, int(self.socket.getsockname()[1])
        self.server = (server.host, server.port)
        self.user, self.login, self.password, self.answers = user, login or user, password, answers
        self.hang_up = True  # calls it made end as soon as they are answered
        self.answer_body = ""  # a late offer is answered with this instead of a sound description
        self.counts: Counter[int] = Counter()  # final answers by code
        self.invites: list[str] = []  # Request-URIs it was called by
        self.injected: list[str] = []  # messages that carried a header only an injection makes
        self.dialogs: dict[str, Dialog] = {}
        self.finals: OrderedDict[str, Message] = OrderedDict()  # by branch
        self._sent: OrderedDict[str, Message] = OrderedDict()
        self._closed = False
        self._thread = threading.Thread(target=self._receive, daemon=True)
        self._thread.start()

    # -- building ------------------------------------------------------------------------------
    @property
    def contact(self) -> str:
        return f"sip:{self.user}@{self.address}:{self.port}"

    def via(self) -> str:
        return f"SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{token(16)};rport"

    def offer(self) -> str:
        return sdp(self.address, int(self.media.getsockname()[1]))

    def request(self, method: str, uri: str, *, body: str = "", sort: str = "application/sdp", name: str = "",
                headers: tuple[tuple[str, str], ...] = ()) -> Message:  # fmt: skip
        message = Message(f"{method} {uri} SIP/2.0").add("Via", self.via()).add("Max-Forwards", "70")
        message.add("From", f"{name}<sip:{self.user}@switchroom>;tag={token()}").add("To", f"<{uri}>")
        message.add("Call-ID", token(24)).add("CSeq", f"1 {method}").add("Contact", f"<{self.contact}>")
        for header, value in headers:
            message.add(header, value)
        if body:
            message.add("Content-Type", sort).body = body
        return message

    def within(self, dialog: Dialog, method: str, *, body: str = "", sort: str = "application/sdp",
               headers: tuple[tuple[str, str], ...] = (), cseq: int = 0) -> Message:  # fmt: skip
        if not cseq:
            dialog.cseq += 1
        message = Message(f"{method} {dialog.target} SIP/2.0").add("Via", self.via()).add("Max-Forwards", "70")
        message.add("From", dialog.local).add("To", dialog.remote).add("Call-ID", dialog.call_id)
        message.add("CSeq", f"{cseq or dialog.cseq} {method}").add("Contact", f"<{self.contact}>")
        for route in dialog.routes:
            message.add("Route", route)
        for header, value in headers:
            message.add(header, value)
        if body:
            message.add("Content-Type", sort).body = body
        return message

    # -- sending -------------------------------------------------------------------------------
    def fire(self, message: Message | bytes, to: tuple[str, int] | None = None) -> None:
        data = message if isinstance(message, bytes) else message.encode()
        if isinstance(message, Message) and not message.is_response and message.method != "ACK":
            self._sent[message.branch] = message
            if len(self._sent) > KEPT:
                self._sent.popitem(last=False)
        try:
            self.socket.sendto(data, to or self.server)
        except OSError:  # longer than a datagram, or the far side is busy: a hostile sender loses it, too
            return

    def ask(self, message: Message, seconds: float = 8.0) -> Message:
        """Fire and wait for the last final answer (after a challenge, the one to the second try)."""
        self.fire(message)
        call_id, method = message.call_id, message.method

        def answered() -> Message | None:
            for found in reversed(list(self.finals.values())):
                if found.call_id == call_id and found.method == method:
                    return None if found.code in (401, 407) and self.password else found
            return None

        return wait_for(answered, seconds, f"an answer to {message.start[:60]}")

    def register(self) -> None:
        answer = self.ask(self.request("REGISTER", "sip:switchroom", headers=(("Expires", "3000"),)).put(
            "To", f"<sip:{self.user}@switchroom>"))  # fmt: skip
        assert answer.code == 200, answer.start

    def call(self, digits: str, *, body: str | None = None) -> Dialog:
        """An answered call that stays; the robot must not `hang_up`."""
        message = self.request("INVITE", f"sip:{digits}@switchroom", body=self.offer() if body is None else body)
        answer = self.ask(message, 20)
        assert answer.code == 200, f"{digits}: {answer.start}"
        return wait_for(lambda: self.dialogs.get(message.call_id), 2, "the dialog")

    def bye(self, dialog: Dialog) -> Message:
        self.dialogs.pop(dialog.call_id, None)
        return self.ask(self.within(dialog, "BYE"), 8)

    def end_all(self) -> None:
        for dialog in list(self.dialogs.values()):
            self.fire(self.within(dialog, "BYE"), self._hop(dialog))
        self.dialogs.clear()

    # -- receiving -----------------------------------------------------------------------------
    def _receive(self) -> None:
        while not self._closed:
            try:
                data, source = self.socket.recvfrom(65535)
            except TimeoutError:
                continue
            except OSError:
                if self._closed:
                    return
                continue
            try:
                message = parse(data, source)
                if re.search(rb"(?im)^x-injected", data):
                    self.injected.append(data.decode(errors="replace"))
                if message.is_response:
                    self._on_response(message)
                else:
                    self._on_request(message)
            except (NotSip, ValueError, IndexError):
                continue  # an answer to garbage may be as strange as the garbage

    def _on_response(self, message: Message) -> None:
        if message.code < 200:
            return
        request = self._sent.get(message.branch)
        seen = message.branch in self.finals
        self.finals[message.branch] = message
        while len(self.finals) > KEPT:
            self.finals.popitem(last=False)
        if not seen:
            self.counts[message.code] += 1
        if message.method == "INVITE":
            if message.code >= 300:
                self._acknowledge(request, message)
            else:
                self._answered(request, message, seen)
        if message.code in (401, 407) and self.password and request and not seen:
            self._authorize(request, message)

    def _authorize(self, request: Message, challenge: Message) -> None:
        head, name = (
            ("WWW-Authenticate", "Authorization") if challenge.code == 401
            else ("Proxy-Authenticate", "Proxy-Authorization")
        )  # fmt: skip
        if request.get(name) or not challenge.get(head):
            return
        again = Message(request.start, [h for h in request.headers if h[0] != "Via"], request.body)
        again.headers.insert(0, ("Via", self.via()))
        again.put("CSeq", f"{request.cseq + 1} {request.method}")
        again.put(name, authorization(challenge.get(head), request.method, request.uri, self.login, self.password))
        self.fire(again)

    def _acknowledge(self, request: Message | None, message: Message) -> None:
        ack = Message(f"ACK {request.uri if request else 'sip:switchroom'} SIP/2.0").add("Via", message.get("Via"))
        ack.add("Max-Forwards", "70").add("From", message.get("From")).add("To", message.get("To"))
        self.fire(ack.add("Call-ID", message.call_id).add("CSeq", f"{message.cseq} ACK"))

    def _answered(self, request: Message | None, message: Message, seen: bool) -> None:
        dialog = Dialog(
            message.call_id, message.get("From"), message.get("To"), uri_of(message.get("Contact")),
            list(reversed(message.all("Record-Route"))), message.body, message.cseq + 100,
        )  # fmt: skip
        body = "" if request is None or request.body else self.answer_body or self.offer()
        self.fire(self.within(dialog, "ACK", cseq=message.cseq, body=body), self._hop(dialog))
        if seen or (request is not None and "tag=" in request.get("To")):
            return  # a repetition, or a re-INVITE
        if self.hang_up:
            self.fire(self.within(dialog, "BYE"), self._hop(dialog))
        else:
            self.dialogs[message.call_id] = dialog

    def _hop(self, dialog: Dialog) -> tuple[str, int] | None:
        return host_of(uri_of(dialog.routes[0])) if dialog.routes else None

    def _on_request(self, message: Message) -> None:
        if message.method == "ACK":
            return
        if message.method != "INVITE":
            if message.method == "BYE":
                self.dialogs.pop(message.call_id, None)
            self.fire(message.reply(200, to_tag=token()), message.source)
            return
        again = "tag=" in message.get("To")
        if not again:
            self.invites.append(message.uri)
        code = 200 if again else self.answers
        answer = message.reply(code, to_tag=token(), body=self.offer() if code == 200 else "")
        if code == 200 and not again:  # a transfer may have brought two robots together: somebody must hang up
            self.dialogs[message.call_id] = Dialog(
                message.call_id, answer.get("To"), message.get("From"), uri_of(message.get("Contact")),
                message.all("Record-Route"), message.body, 1,
            )  # fmt: skip
        self.fire(answer.add("Contact", f"<{self.contact}>"), message.source)

    def close(self) -> None:
        self._closed = True
        self.socket.close()
        self.media.close()
        self._thread.join(1)
