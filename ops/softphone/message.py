"""SIP messages as values (RFC 3261), digest authentication (RFC 7616, MD5) and the SDP of a G.711 phone.

Lenient on purpose in what it reads: it is a tester's tool and must show what is really on the wire.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field

COMPACT = {
    "v": "via", "f": "from", "t": "to", "m": "contact", "i": "call-id", "l": "content-length", "c": "content-type",
    "o": "event", "r": "refer-to", "s": "subject", "k": "supported", "e": "content-encoding", "u": "allow-events",
}  # fmt: skip


class NotSip(ValueError):
    """A datagram that is not a SIP message, such as a keep-alive."""


@dataclass
class Message:
    """`start` is the whole first line; header names keep their spelling and order."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""
    source: tuple[str, int] = ("", 0)
    at: float = 0.0  # time.time() of its arrival

    # -- reading -------------------------------------------------------------------------------
    @property
    def is_response(self) -> bool:
        return self.start.startswith("SIP/2.0 ")

    @property
    def code(self) -> int:
        """Status code of a response, 0 for a request."""
        return int(self.start.split(" ", 2)[1]) if self.is_response else 0

    @property
    def reason(self) -> str:
        return self.start.split(" ", 2)[2] if self.is_response else ""

    @property
    def method(self) -> str:
        """Of a request its method, of a response the method in CSeq."""
        return self.get("CSeq").split()[-1] if self.is_response else self.start.split(" ", 1)[0]

    @property
    def uri(self) -> str:
        return "" if self.is_response else self.start.split(" ")[1]

    @property
    def call_id(self) -> str:
        return self.get("Call-ID")

    @property
    def cseq(self) -> int:
        return int(self.get("CSeq").split()[0])

    @property
    def branch(self) -> str:
        return parameter(self.get("Via"), "branch")

    def all(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for key, value in self.headers if COMPACT.get(key.lower(), key.lower()) == wanted]

    def get(self, name: str, default: str = "") -> str:
        values = self.all(name)
        return values[0] if values else default

    # -- writing -------------------------------------------------------------------------------
    def add(self, name: str, value: str) -> Message:
        self.headers.append((name, value))
        return self

    def put(self, name: str, value: str) -> Message:
        self.headers = [h for h in self.headers if h[0].lower() != name.lower()]
        return self.add(name, value)

    def encode(self) -> bytes:
        body = self.body.encode()
        kept = [(k, v) for k, v in self.headers if k.lower() not in ("content-length", "l")]
        lines = [self.start, *(f"{k}: {v}" for k, v in kept), f"Content-Length: {len(body)}", "", ""]
        return "\r\n".join(lines).encode() + body

    def reply(self, code: int, reason: str = "", to_tag: str = "", body: str = "") -> Message:
        """A response with the headers RFC 3261 8.2.6 copies, and Record-Route."""
        answer = Message(f"SIP/2.0 {code} {reason or REASONS.get(code, 'Because')}")
        for name in ("Via", "Record-Route"):
            for value in self.all(name):
                answer.add(name, value)
        to = self.get("To")
        if to_tag and code > 100 and "tag=" not in to:
            to += f";tag={to_tag}"
        answer.add("From", self.get("From")).add("To", to)
        answer.add("Call-ID", self.call_id).add("CSeq", self.get("CSeq"))
        if body:
            answer.add("Content-Type", "application/sdp")
            answer.body = body
        return answer


REASONS = {
    100: "Trying", 180: "Ringing", 183: "Session Progress", 200: "OK", 202: "Accepted", 302: "Moved Temporarily",
    400: "Bad Request", 404: "Not Found", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist",
    486: "Busy Here", 487: "Request Terminated", 488: "Not Acceptable Here", 491: "Request Pending",
    500: "Server Internal Error", 503: "Service Unavailable", 603: "Decline",
}  # fmt: skip


def parse(data: bytes, source: tuple[str, int] = ("", 0)) -> Message:
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("utf-8", "replace").split("\r\n")
    if "SIP/2.0" not in lines[0]:
        raise NotSip(lines[0][:60])
    headers: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in " \t" and headers:  # a folded line continues the header before it
            headers[-1] = (headers[-1][0], f"{headers[-1][1]} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            headers.append((name.strip(), value.strip()))
    return Message(lines[0], headers, body.decode("utf-8", "replace"), source)


def parameter(header: str, name: str) -> str:
    """`;name=value` of a header, "" when absent."""
    found = re.search(rf';\s*{name}=("[^"]*"|[^;,>\s]*)', header, re.IGNORECASE)
    return found.group(1).strip('"') if found else ""


def uri_of(header: str) -> str:
    """The URI inside <...>, or of the bare form without parameters."""
    found = re.search(r"<([^>]*)>", header)
    return found.group(1) if found else header.split(";")[0].strip()


def user_of(header: str) -> str:
    """User part of the URI in a header or URI."""
    found = re.search(r"sips?:([^@;>]*)@", header)
    return found.group(1) if found else ""


def name_of(header: str) -> str:
    """Display name of a From, To, Contact or P-Asserted-Identity."""
    name = header.split("<")[0].strip()
    return name.strip('"').replace('\\"', '"') if "<" in header else ""


def host_of(uri: str) -> tuple[str, int]:
    """Address and port of sip:user@host:port;parameters."""
    rest = uri.split(":", 1)[1].split("@")[-1].split(";")[0].split("?")[0]
    host, _, port = rest.partition(":")
    return host, int(port or 5060)


def token(length: int = 8) -> str:
    return secrets.token_hex(length // 2)


# -- digest ---------------------------------------------------------------------------------------
def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def authorization(challenge: str, method: str, uri: str, login: str, password: str) -> str:
    """Value of Authorization or Proxy-Authorization for a WWW-/Proxy-Authenticate header."""
    fields = {k.lower(): v.strip('"') for k, v in re.findall(r'(\w+)=("[^"]*"|[^,\s]+)', challenge)}
    realm, nonce = fields.get("realm", ""), fields.get("nonce", "")
    ha1, ha2 = md5(f"{login}:{realm}:{password}"), md5(f"{method}:{uri}")
    out = f'Digest username="{login}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "auth" in fields.get("qop", "").split(","):
        cnonce = token(8)
        response = md5(f"{ha1}:{nonce}:00000001:{cnonce}:auth:{ha2}")
        out += f', qop=auth, nc=00000001, cnonce="{cnonce}"'
    else:
        response = md5(f"{ha1}:{nonce}:{ha2}")
    if "opaque" in fields:
        out += f', opaque="{fields["opaque"]}"'
    return f'{out}, response="{response}"'


# -- SDP ------------------------------------------------------------------------------------------
def sdp(address: str, port: int, direction: str = "sendrecv", version: int = 1, codecs: str = "0 8 101") -> str:
    """Offer or answer of a phone with G.711 and telephone-event. `address` "0.0.0.0" is the old way to hold. Dynamic
    payload types other than 101 stand for telephone-event, too: an answer uses the number of the offer."""
    maps = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000", "18": "G729/8000", "101": "telephone-event/8000"}
    lines = [
        "v=0", f"o=- 7000 {version} IN IP4 {address}", "s=-", f"c=IN IP4 {address}", "t=0 0",
        f"m=audio {port} RTP/AVP {codecs}",
        *(f"a=rtpmap:{pt} {maps.get(pt, maps['101'])}" for pt in codecs.split() if pt in maps or int(pt) >= 96),
        "a=ptime:20", f"a={direction}", "",
    ]  # fmt: skip
    return "\r\n".join(lines)


@dataclass(frozen=True)
class Media:
    """The audio section of a remote SDP."""

    address: str
    port: int
    direction: str
    payloads: tuple[int, ...]


def media_of(body: str) -> Media:
    """Raises ValueError when there is no audio section."""
    audio = re.search(r"m=audio (\d+) \S+ ([\d ]+)(.*)", body, re.DOTALL)
    if not audio:
        raise ValueError("This message carries no SDP with an audio section.")
    section = audio.group(3).split("\r\nm=")[0]
    where = re.search(r"c=IN IP4 (\S+)", section) or re.search(r"c=IN IP4 (\S+)", body)
    direction = re.search(r"a=(sendrecv|sendonly|recvonly|inactive)", section) or re.search(
        r"a=(sendrecv|sendonly|recvonly|inactive)", body
    )
    return Media(
        where.group(1) if where else "",
        int(audio.group(1)),
        direction.group(1) if direction else "sendrecv",
        tuple(int(p) for p in audio.group(2).split()),
    )
