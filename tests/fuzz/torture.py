"""The messages of RFC 4475, one file each in torture/: a comment with the section, then the message.

`{here}` is the sender's address and port, `{sdp}` a session description of 150 octets or so; <hex> and <repeat> mean
what they mean in the RFC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "torture"
SDP = (
    "v=0\no=jdrosen 53655765 2353687637 IN IP4 192.0.2.3\ns=-\nc=IN IP4 192.0.2.4\nt=0 0\n"
    "m=audio 49217 RTP/AVP 0 12\na=rtpmap:31 LPC\n"
)


@dataclass(frozen=True)
class Torture:
    name: str
    title: str
    text: str

    def encode(self, here: str, turn: str = "") -> bytes:
        """As bytes. `turn` makes transaction and call of a repetition new ones."""
        text = self.text.replace("{here}", here).replace("{sdp}\n", SDP)
        text = re.sub(r"<repeat count=(\d+)>(.*?)</repeat>", lambda m: m[2] * int(m[1]), text)
        if turn:
            text = re.sub(r"(?im)^(call-id|i)( *: *)", rf"\g<1>\g<2>{turn}", text)
            text = re.sub(r"branch=(z9hG4bK)?", rf"\g<0>{turn}" if self.name != "badbranch" else r"\g<0>", text)
        out = b""
        for part in re.split(r"(<hex>[0-9A-F]+</hex>)", text):
            out += bytes.fromhex(part[5:-6]) if part.startswith("<hex>") else part.replace("\n", "\r\n").encode()
        return out


def messages() -> list[Torture]:
    found = []
    for path in sorted(FOLDER.glob("*.sip")):
        title, _, text = path.read_text().partition("\n")
        found.append(Torture(path.stem, title.removeprefix("# "), text))
    return found
