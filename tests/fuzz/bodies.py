"""Hostile pieces of messages, by chance: session descriptions, credentials, names, packets."""

from __future__ import annotations

import random
import struct

from ops.softphone.message import token

BAD_LINES = (
    "m=audio 0 RTP/AVP 0",
    "m=audio 70000 RTP/AVP 0",
    "m=audio -1 RTP/AVP 0",
    "m=audio 99999999999999 RTP/AVP 0",
    "m=audio 4000 RTP/AVP",
    "m=audio 4000 RTP/AVP 0 0 0 0 0 0 0 0",
    "m=audio 4000/65535 RTP/AVP 0",
    "m=audio",
    "m=audio 4000 RTP/AVP 128 255 999 -4",
    "m=audio 4000 RTP/SAVPF 0",
    "m=audio 4000 UDP/TLS/RTP/SAVP 111",
    "m=video 5000 RTP/AVP 96",
    "m=image 5000 udptl t38",
    "m=application 5000 TCP/BFCP *",
    "m= 1 2 3",
    "c=IN IP4",
    "c=IN IP4 999.1.1.1",
    "c=IN IP6 ::1",
    "c=IN IP4 224.2.1.1/127/3",
    "c=IN IP4 255.255.255.255",
    "c=IN IP4 0.0.0.0",
    "c=IN IP4 localhost",
    "c=",
    "o=",
    "o=- 99999999999999999999999 -1 IN IP4 x",
    "t=",
    "v=7",
    "a=rtpmap:0 PCMU/0",
    "a=rtpmap:0 PCMU/8000/255",
    "a=rtpmap:999 X/1",
    "a=rtpmap:101 telephone-event/-8000",
    "a=rtpmap:",
    "a=fmtp:101 0-99999",
    "a=fmtp:101 " + "1," * 500,
    "a=ptime:0",
    "a=ptime:99999",
    "a=maxptime:-1",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "A" * 200,
    "a=rtcp:1",
    "a=rtcp:0 IN IP4 0.0.0.0",
    "a=rtcp-mux",
    "a=candidate:1 1 UDP 1 1.1.1.1 1 typ host",
    "a=ice-ufrag:" + "u" * 300,
    "a=setup:actpass",
    "a=inactive",
    "a=sendonly",
    "a=" + "x" * 3000,
    "b=AS:-1",
    "z=0 0",
    "k=clear:x",
    "\x00\x00",
    "a=sendrecv\ta=inactive",
    "a=%s%n%s%n",
    "a=group:BUNDLE 0",
)


def description(rnd: random.Random, good: str) -> tuple[str, str]:
    """Body and content type."""
    lines = good.split("\r\n")
    for _ in range(rnd.randrange(1, 6)):
        place = rnd.randrange(len(lines))
        match rnd.randrange(5):
            case 0:
                lines[place] = rnd.choice(BAD_LINES)
            case 1:
                lines.insert(place, rnd.choice(BAD_LINES))
            case 2:
                lines[place] = lines[place][: rnd.randrange(len(lines[place]) + 1)]
            case 3:
                lines[place:place] = [rnd.choice(BAD_LINES)] * rnd.choice((2, 40))
            case _:
                lines.append(rnd.choice(BAD_LINES))
    body = rnd.choice(("\r\n", "\r\n", "\r\n", "\n", "\r")).join(lines)
    if rnd.random() < 0.1:
        body += "a=" + "y" * rnd.choice((4000, 7000, 20000, 60000)) + "\r\n"
    if rnd.random() < 0.1:
        body = rnd.choice((" ", "\r\n", "v=0", "m=audio ", "m=audio 1 RTP/AVP 0", "\x00" * 50))
    if rnd.random() < 0.1:
        border = token()
        parts = f"--{border}\r\nContent-Type: application/sdp\r\n\r\n{body}\r\n"
        return parts + (f"--{border}--\r\n" if rnd.random() < 0.5 else ""), f"multipart/mixed;boundary={border}"
    sort = (
        "application/sdp"
        if rnd.random() < 0.9
        else rnd.choice(("application/SDP;x=y", "text/plain", "multipart/mixed", ""))
    )
    return body, sort


def dtmf(rnd: random.Random) -> str:
    signal = rnd.choice(("1", "#", "*", "", "99", "\x00", "A" * 500, "-1"))
    return rnd.choice((f"Signal={signal}\r\nDuration=160\r\n", f"Signal= {signal}", "Duration=99999999999\r\n", signal))


def refer_to(rnd: random.Random, extension: str) -> str:
    return rnd.choice(
        (
            f"<sip:{extension}@switchroom>",
            "<sip:911@switchroom>",
            "<sip:95551212@127.0.0.1>",
            "sip:",
            "<>",
            "tel:+1",
            f"<sip:{extension}@switchroom?Replaces={token()}%3Bto-tag%3D1%3Bfrom-tag%3D2>",
            "<sip:t.0000000000@switchroom>",
            "<sip:" + "9" * 2000 + "@switchroom>",
            f"<sip:{user(rnd)}@x>",
            "<sip:w2@127.0.0.1;method=BYE>",
        )
    )


TEXTS = (
    'x\r\nX-Injected: 1\r\nY: "',
    "%0d%0aX-Injected: 1",
    "\\r\\nX-Injected: 1",
    '"}],"s":[{"code":200}],"x":"',
    "$var(x)$ru$(hdr(X))",
    "{{ 7*7 }}",
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    '\\"',
    "\\",
    '"',
    "\x00\x01\x02\x1b[2J",
    "\u202e\u0000evil",
    "é" * 60,
    "N" * 3000,
    "",
    " ",
    "%s%n%x",
    "\r\n\r\nINVITE sip:x SIP/2.0\r\nX-Injected: 1",
    "${jndi:ldap://127.0.0.1/x}",
    "|;,<>?&=",
    "\u2028",
)
USERS = (
    "%0d%0aX-Injected:%201",
    "%22%7d%5d",
    "a%00b",
    "%",
    "%zz",
    "$var(x)",
    "1;x=y",
    "1?X-Injected=1",
    "'%20OR%20'1'='1",
    "9" * 1500,
    "..%2f..%2fetc%2fpasswd",
    "%2a%2a%2a",
    "*67911",
    "voicemail%2f105",
    "t.%00",
    "w2",
    "%E2%80%AE",
    "lease-1",
    "911%0d%0a",
    "{json}",
    "+",
)


def text(rnd: random.Random) -> str:
    return rnd.choice(TEXTS) + (rnd.choice(TEXTS) if rnd.random() < 0.3 else "")


def user(rnd: random.Random) -> str:
    return rnd.choice(USERS)


def credentials(rnd: random.Random, login: str) -> str:
    good = {
        "username": rnd.choice((login, login, "admin", text(rnd))),
        "realm": rnd.choice(("switchroom", "", "x" * 500)),
        "nonce": rnd.choice((token(32), "", "A" * 2000)),
        "uri": rnd.choice(("sip:switchroom", "", "\x00")),
        "response": rnd.choice((token(32), "", "z" * 32, "0" * 5000)),
        "qop": rnd.choice(("auth", "auth-int", "x")),
        "nc": rnd.choice(("00000001", "zzzz", "-1")),
        "cnonce": token(8),
        "algorithm": rnd.choice(("MD5", "SHA-256", "none")),
    }
    kept = [f'{name}="{value}"' for name, value in good.items() if rnd.random() < 0.9]
    rnd.shuffle(kept)
    return rnd.choice(("Digest ", "digest", "Basic ", "Digest Digest ", "")) + rnd.choice((", ", ",", ",,", " ")).join(
        kept
    )


def packet(rnd: random.Random) -> tuple[bytes, bool]:
    """An RTP or RTCP packet that no phone sends; whether it is for the control port."""
    first = rnd.choice((0x80, 0x80, 0x90, 0xA0, 0xBF, 0x8F, 0x00, 0xFF))
    noise = rnd.randbytes(rnd.choice((0, 1, 3, 4, 8, 160, 160, 161, 480, 1400, 9000)))
    if rnd.random() < 0.3:
        kind = rnd.choice((192, 200, 201, 202, 203, 204, 205, 206, 207, 223))
        return struct.pack("!BBH", first, kind, rnd.choice((0, 1, 6, 7, 65535))) + noise, rnd.random() < 0.7
    payload = rnd.choice((0, 8, 101, 101, 13, 72, 96, 127)) | (0x80 if rnd.random() < 0.2 else 0)
    head = struct.pack("!BBHII", first, payload, rnd.getrandbits(16), rnd.getrandbits(32), rnd.getrandbits(32))
    if payload & 0x7F == 101:
        noise = (
            struct.pack("!BBH", rnd.getrandbits(8), rnd.getrandbits(8), rnd.getrandbits(16))[: rnd.randrange(5)]
            + noise[:4]
        )
    return (head + noise)[: rnd.choice((9000, 9000, 11, 12, 13, 1))], rnd.random() < 0.1


def mutated(rnd: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rnd.randrange(1, 9)):
        place = rnd.randrange(len(out) or 1)
        match rnd.randrange(5):
            case 0:
                out[place : place + 1] = rnd.randbytes(1)
            case 1:
                del out[place : place + rnd.randrange(1, 30)]
            case 2:
                out[place:place] = out[place : place + rnd.randrange(1, 200)]
            case 3:
                out[place:place] = rnd.choice(
                    (b"\r\n", b"\r\n\r\n", b"\x00", b'"', b";", b",", b"<", b":", b"%", b" " * 100)
                )
            case _:
                out[place:place] = rnd.choice(
                    (b"Content-Length: -1\r\n", b"Via: x\r\n", b"l: 99999\r\n", b"CSeq: 1 X\r\n")
                )
        if not out:
            break
    return bytes(out)
