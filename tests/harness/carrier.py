"""The other end of an outside line: a raw-SIP carrier at an address of its own.

    with Carrier(place.phone_address(), place.instance.sip, login="line", password="secret") as carrier:
        carrier.challenging = True                 # INVITEs need credentials (407)
        call = carrier.take()                      # the next call of the office; then ring(), early(), answer() ...
        call = carrier.call("5551000", caller="5850001", late=True)     # into the office, without an offer

Nothing is answered by itself but OPTIONS, BYE and, with `registrar=True`, REGISTER. Requests within a call are the
test's: `carrier.challenge(request)` asks for credentials and returns the request that brings them.
"""

from __future__ import annotations

import re
import threading
from types import TracebackType

from instance import Endpoint
from ops.softphone.message import Message, md5, sdp, token, user_of
from tests.harness.call import Call
from tests.harness.place import Late
from tests.harness.rtp import Rtp
from tests.harness.sip import Peer

METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK"


class CarrierCall(Call):
    """A call as a carrier has it: with its Allow header, and early media on request."""

    carrier: Carrier

    def early(self) -> Message:
        """183 with SDP; what `rtp` plays is heard before the answer."""
        answer = self.reply(183, self.offer())
        if self.request.body:
            self.listen_to(self.request.body)
        return answer

    def reply(self, code: int, body: str = "", headers: tuple[tuple[str, str], ...] = ()) -> Message:
        return super().reply(code, body, (*headers, ("Allow", self.carrier.allow)))

    def talk(self) -> CarrierCall:
        """Answer, and wait for the ACK; learns from its SDP when the INVITE had none."""
        self.answer()
        ack = self.expect_ack()
        if not self.request.body:
            self.listen_to(ack.body)
        return self


class Carrier:
    def __init__(
        self, address: str, server: Endpoint, *, port: int = 5060, login: str = "", password: str = "",
        challenging: bool = False, registrar: bool = False, refer: bool = False, realm: str = "carrier.example",
    ) -> None:  # fmt: skip
        """`server`: the office's public SIP address. `refer`: says that it understands REFER."""
        self.peer = Peer(address, server, "carrier", port=port, realm=realm)
        self.address, self.port = address, port
        self.login, self.password, self.realm = login, password, realm
        self.challenging = challenging
        self.allow = METHODS + (", REFER" if refer else "")
        self.registered: dict[str, str] = {}  # user of To -> Contact
        self.wrong_passwords = 0
        for method in ("OPTIONS", "BYE"):
            self.peer.answer_always(method)
        self._closed = threading.Event()
        if registrar:
            threading.Thread(target=self._serve_registers, daemon=True).start()

    @property
    def target(self) -> str:
        """As an outside line of the office names it."""
        return f"sip:{self.address}:{self.port}"

    # -- calls of the office -------------------------------------------------------------------
    def take(self, seconds: float = 5.0) -> CarrierCall:
        """The next INVITE, with credentials if they are wanted; 100 was sent."""
        request = self.peer.expect(_initial, seconds, "INVITE to the carrier")
        if self.challenging:
            request = self.challenge(request)
        call = CarrierCall(self.peer, request, Rtp(self.address), outgoing=False)
        call.carrier = self
        self.peer._calls.append(call)
        self.peer.respond(request, 100)
        return call

    def challenge(self, request: Message, seconds: float = 5.0) -> Message:
        """407, and the request that answers it; fails unless it has the right password."""
        nonce = token(16)
        self.peer.respond(request, 407, Proxy_Authenticate=f'Digest realm="{self.realm}", nonce="{nonce}", qop="auth"')
        if request.method == "INVITE":
            # Within a call whose first INVITE was challenged Kamailio 5.6 acknowledges under the branch it had before
            # it moved the CSeq on: a carrier repeats its 407 until the call's next INVITE is there.
            within = "tag=" in request.get("To")
            self.peer.expect(
                lambda m: m.method == "ACK" and m.call_id == request.call_id and (within or m.branch == request.branch),
                seconds, "ACK of the 407",
            )  # fmt: skip
        again = self.peer.expect(
            lambda m: not m.is_response and m.method == request.method and m.call_id == request.call_id,
            seconds, f"{request.method} with credentials",
        )  # fmt: skip
        assert again.cseq > request.cseq, "RFC 3261 22.2: another try has the next CSeq"
        assert self.knows(again, "Proxy-Authorization", nonce), again.get("Proxy-Authorization") or "no credentials"
        return again

    def knows(self, request: Message, header: str, nonce: str) -> bool:
        """Whether the digest of RFC 7616 (MD5, with or without qop) is right."""
        given = {k.lower(): v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', request.get(header))}
        ha1 = md5(f"{self.login}:{self.realm}:{self.password}")
        ha2 = md5(f"{request.method}:{given.get('uri', '')}")
        middle = f"{given.get('nc')}:{given.get('cnonce')}:auth:" if given.get("qop") else ""
        right = given.get("response") == md5(f"{ha1}:{nonce}:{middle}{ha2}")
        return right and given.get("username") == self.login and given.get("nonce") == nonce

    # -- calls into the office -----------------------------------------------------------------
    def call(
        self, digits: str, *, caller: str = "5850001", name: str = "", late: bool = False, body: str | None = None,
        headers: tuple[tuple[str, str], ...] = (), to: str = "",
    ) -> CarrierCall:  # fmt: skip
        """An INVITE to the office. `late`: it offers nothing, the answer does (RFC 3261 13.2.1). `to`: the number in
        To, when it is not the one in the request URI (a line that registered)."""
        stream = Rtp(self.address)
        offer = "" if late else body if body is not None else sdp(self.address, stream.port)
        server = f"{self.peer.server[0]}:{self.peer.server[1]}"
        request = self.peer.request(
            "INVITE", f"sip:{digits}@{server}", body=offer, headers=(("Allow", self.allow), *headers)
        )
        if to:
            request.put("To", f"<sip:{to}@{self.realm}>")
        display = f'"{name}" ' if name else ""
        request.put("From", f"{display}<sip:{caller}@{self.realm}>;tag={token()}")
        call = CarrierCall(self.peer, request, stream, outgoing=True)
        call.carrier = self
        self.peer._calls.append(call)
        self.peer.send(request)
        return call

    # -- registrations -------------------------------------------------------------------------
    def _serve_registers(self) -> None:
        nonces: dict[str, str] = {}  # by Call-ID
        while not self._closed.is_set():
            try:
                request = self.peer.expect("REGISTER", 0.3)
            except Late:
                continue
            except OSError:
                return
            nonce = nonces.get(request.call_id, "")
            if not (nonce and self.knows(request, "Authorization", nonce)):
                self.wrong_passwords += bool(request.get("Authorization"))
                nonces[request.call_id] = nonce = token(16)
                self.peer.respond(request, 401, WWW_Authenticate=f'Digest realm="{self.realm}", nonce="{nonce}"')
                continue
            contact = request.get("Contact")
            self.registered[user_of(request.get("To"))] = contact
            self.peer.respond(request, 200, Contact=contact, Expires=request.get("Expires") or "300")

    def close(self) -> None:
        self._closed.set()
        self.peer.close()

    def __enter__(self) -> Carrier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _initial(message: Message) -> bool:
    return message.method == "INVITE" and not message.is_response and "tag=" not in message.get("To")
