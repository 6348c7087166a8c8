"""A raw SIP peer for tests that look at the wire: every message is sent and awaited by the test itself.

    ann = Peer(place.phone_address(), place.instance.sip, "5101", login="ann", password="secret")
    assert ann.register().code == 200
    call = ann.invite("102", rtp=True)        # answers 401/407 by itself
    ringing = call.expect(180)
    bob_call = bob.incoming(); bob_call.ring(); bob_call.answer()
    call.expect(200); call.ack()

A peer drops retransmissions of what it has seen and repeats its last answer to them, like a phone.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from instance import Endpoint
from ops.softphone.message import Message, NotSip, authorization, parse, sdp, token
from tests.harness.call import Call
from tests.harness.place import Late
from tests.harness.rtp import Rtp

__all__ = ["Call", "Message", "Peer", "Rtp"]
Match = Callable[[Message], bool]


class Peer:
    """One UDP socket with a thread that collects messages. `server` is where requests go."""

    def __init__(
        self, address: str, server: Endpoint, user: str = "anonymous", *, name: str = "", login: str = "",
        password: str = "", realm: str = "switchroom", port: int = 0,
    ) -> None:  # fmt: skip
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, port))
        self.socket.settimeout(0.2)
        self.address = address
        self.port: int = self.socket.getsockname()[1]
        self.server = (server.host, server.port)
        self.user, self.name, self.realm = user, name, realm
        self.login, self.password = login or user, password
        self.inbox: list[Message] = []  # not consumed yet, in order of arrival
        self.seen: list[Message] = []  # everything, for assertions afterwards
        self.repeats = 0
        self.sent_at = 0.0  # time.time() of the last message sent
        self._answers: dict[tuple[str, str], bytes] = {}
        self._requests: set[tuple[str, str]] = set()
        self._cseq = 0
        self._registration: str = token()
        self._news = threading.Condition()
        self._closed = False
        self._calls: list[Call] = []
        self.automatic: dict[str, int] = {}  # method -> code answered at once, still kept in `seen`
        self._receiver = threading.Thread(target=self._receive, daemon=True)
        self._receiver.start()

    @property
    def contact(self) -> str:
        return f"sip:{self.user}@{self.address}:{self.port}"

    @property
    def identity(self) -> str:
        return f"{chr(34) + self.name + chr(34) + ' ' if self.name else ''}<sip:{self.user}@{self.realm}>"

    def answer_always(self, method: str, code: int = 200) -> None:
        """Answer every request of `method` (OPTIONS, NOTIFY) at once; it still arrives in `inbox`."""
        self.automatic[method] = code

    # -- the wire ------------------------------------------------------------------------------
    def send(self, message: Message | bytes, to: tuple[str, int] | None = None) -> None:
        data = message if isinstance(message, bytes) else message.encode()
        self.sent_at = time.time()
        if isinstance(message, Message) and message.is_response:
            self._answers[(message.branch, message.method)] = data
        self.socket.sendto(data, to or self.server)

    def _receive(self) -> None:
        while not self._closed:
            try:
                data, source = self.socket.recvfrom(65535)
                at = time.time()
            except TimeoutError:
                continue
            except OSError:
                if self._closed:
                    return
                continue
            try:
                message = parse(data, source)
                message.at = at
            except NotSip:
                continue
            if not message.is_response and message.method != "ACK":
                key = (message.branch, message.method)
                if key in self._requests:
                    self.repeats += 1
                    if key in self._answers:
                        self.socket.sendto(self._answers[key], source)
                    continue
                self._requests.add(key)
                if message.method in self.automatic:
                    self.respond(message, self.automatic[message.method])
            with self._news:
                self.seen.append(message)
                self.inbox.append(message)
                self._news.notify_all()

    def expect(self, match: Match | str | int, seconds: float = 4.0, what: str = "") -> Message:
        """The first unread message that fits (a method, a status code or a predicate); it is consumed."""
        if isinstance(match, str):
            test: Match = lambda m: not m.is_response and m.method == match  # noqa: E731
        elif isinstance(match, int):
            test = lambda m: m.code == match  # noqa: E731
        else:
            test = match
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                for message in self.inbox:
                    if test(message):
                        self.inbox.remove(message)
                        return message
                left = deadline - time.monotonic()
                if left <= 0:
                    arrived = [f"{m.start} ({m.get('CSeq')})" for m in self.inbox]
                    raise Late(f"{self.user}: no {what or match} within {seconds:g} s; unread: {arrived}")
                self._news.wait(left)

    # -- requests ------------------------------------------------------------------------------
    def request(
        self, method: str, uri: str, *, to: str = "", call_id: str = "", from_tag: str = "", cseq: int = 0,
        headers: tuple[tuple[str, str], ...] = (), body: str = "", content_type: str = "application/sdp",
    ) -> Message:  # fmt: skip
        """A new request; nothing is sent. `to` defaults to <uri>."""
        if not cseq:
            self._cseq += 1
            cseq = self._cseq
        message = Message(f"{method} {uri} SIP/2.0")
        message.add("Via", self._via())
        message.add("Max-Forwards", "70")
        message.add("From", f"{self.identity};tag={from_tag or token()}").add("To", to or f"<{uri}>")
        message.add("Call-ID", call_id or f"{token(16)}@{self.address}").add("CSeq", f"{cseq} {method}")
        message.add("Contact", f"<{self.contact}>").add("User-Agent", "switchroom-test")
        for name, value in headers:
            message.add(name, value)
        if body:
            message.add("Content-Type", content_type)
            message.body = body
        return message

    def _via(self) -> str:
        return f"SIP/2.0/UDP {self.address}:{self.port};branch=z9hG4bK{token(12)};rport"

    def final(self, request: Message, seconds: float = 4.0) -> Message:
        """The final response to a request that was sent; provisional ones stay in `inbox`."""
        return self.expect(
            lambda m: m.code >= 200 and m.branch == request.branch, seconds, f"final response to {request.start}"
        )

    def exchange(self, request: Message, seconds: float = 4.0) -> Message:
        """Send, answer one 401/407 with the login, return the final response. Not for INVITE."""
        self.send(request)
        answer = self.final(request, seconds)
        if answer.code in (401, 407) and self.password:
            request = self.authorized(request, answer)
            self.send(request)
            answer = self.final(request, seconds)
        return answer

    def authorized(self, request: Message, challenge: Message) -> Message:
        """The same request once more, with credentials, a new branch and the next CSeq."""
        again = Message(request.start, list(request.headers), request.body)
        head, name = (
            ("WWW-Authenticate", "Authorization") if challenge.code == 401
            else ("Proxy-Authenticate", "Proxy-Authorization")
        )  # fmt: skip
        value = authorization(challenge.get(head), request.method, request.uri, self.login, self.password)
        again.put(name, value)
        self._cseq = max(self._cseq, request.cseq) + 1
        again.put("CSeq", f"{self._cseq} {request.method}")
        again.headers = [h for h in again.headers if h[0] != "Via"]
        again.headers.insert(0, ("Via", self._via()))
        return again

    def register(self, expires: int = 300, contact: str = "") -> Message:
        """REGISTER with digest; the final response. `expires` 0 removes the contact."""
        request = self.request(
            "REGISTER", f"sip:{self.realm}", to=f"<sip:{self.user}@{self.realm}>", call_id=self._registration,
            headers=(("Expires", str(expires)),),
        )  # fmt: skip
        if contact:
            request.put("Contact", contact)
        return self.exchange(request)

    def subscribe(self, event: str, target: str, expires: int = 600) -> Message:
        accept = {"message-summary": "application/simple-message-summary", "dialog": "application/dialog-info+xml"}
        return self.exchange(
            self.request(
                "SUBSCRIBE", f"sip:{target}@{self.realm}",
                headers=(("Event", event), ("Expires", str(expires)), ("Accept", accept.get(event, "*/*"))),
            )
        )  # fmt: skip

    def respond(self, request: Message, code: int, reason: str = "", **extra: str) -> Message:
        answer = request.reply(code, reason, to_tag=extra.pop("to_tag", token()))
        for name, value in extra.items():
            answer.add(name.replace("_", "-"), value)
        self.send(answer, request.source)
        return answer

    # -- calls ---------------------------------------------------------------------------------
    def invite(
        self, digits: str, *, rtp: bool = True, body: str | None = None,
        headers: tuple[tuple[str, str], ...] = (), uri: str = "",
    ) -> Call:  # fmt: skip
        """Send an INVITE and answer one challenge; then use `expect` of the Call it returns."""
        stream = Rtp(self.address) if rtp else None
        offer = body if body is not None else sdp(self.address, stream.port if stream else 40000)
        request = self.request("INVITE", uri or f"sip:{digits}@{self.realm}", body=offer, headers=headers)
        call = Call(self, request, stream, outgoing=True)
        self._calls.append(call)
        self.send(request)
        first = self.expect(
            lambda m: m.branch == request.branch and m.code not in (0, 100), 5, f"answer to INVITE {digits}"
        )
        if first.code in (401, 407) and self.password:
            call.acknowledge_failure(first)
            call.request = self.authorized(request, first)
            self.send(call.request)
        else:
            self.inbox.insert(0, first)
        return call

    def incoming(self, seconds: float = 4.0, rtp: bool = True) -> Call:
        """Wait for an INVITE; 100 is sent, the rest is the test's."""
        request = self.expect(lambda m: m.method == "INVITE" and not m.is_response and "tag=" not in m.get("To"),
                              seconds, "INVITE")  # fmt: skip
        call = Call(self, request, Rtp(self.address) if rtp else None, outgoing=False)
        self._calls.append(call)
        self.respond(request, 100)
        return call

    def close(self) -> None:
        for call in self._calls:
            call.close()
        self._closed = True
        self.socket.close()
        self._receiver.join(1)  # until then the kernel keeps the address, and nobody else can have it

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def answer_refer(call: Call, code: int, *, accept: bool = True) -> str:
    """Answer the REFER that arrives in a call: 202 and a NOTIFY with `code` (RFC 3515 section 2.4.4), or `code` at
    once. The address of its Refer-To."""
    request = call.peer.expect(lambda m: m.method == "REFER" and m.call_id == call.call_id, 5, "REFER")
    call.peer.respond(request, 202 if accept else code, Contact=f"<{call.peer.contact}>")
    if accept:
        state = "active;expires=60" if code < 200 else "terminated;reason=noresource"
        notify = call._within("NOTIFY", headers=(("Event", "refer"), ("Subscription-State", state)))
        notify.add("Content-Type", "message/sipfrag;version=2.0").body = f"SIP/2.0 {code} X\r\n"
        call._send(notify)
        call.peer.final(notify)
    return request.get("Refer-To").strip("<>")
