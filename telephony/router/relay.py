"""What the router asks the relay: which calls it carries, after it or the switch was started anew.

A relay that is killed takes its calls up again out of its memory (decision 12). When the memory is gone as well, the
calls go on without sound, and nobody would ever tell the phones: they are ended, and their records say why. The switch,
too, may come back with a call that ended in its last second, which the relay has let go: it would keep a phone busy.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from instance import Endpoint

log = logging.getLogger(__name__)

MOST_CALLS: Final = 1200  # a longer answer would not fit into a datagram
ANSWERS_WITHIN: Final = 2.0  # seconds
LOST = "The relay carries no sound for it, so it was ended."


class RelayWatch:
    """Looks once a second; `look` gives the Call-IDs the relay carries when there is a reason to ask."""

    def __init__(self, started: Path, control: Endpoint) -> None:
        self.started = started  # written at every start of the relay
        self.control = control
        self._seen = 0

    def ask_again(self) -> None:
        self._seen = 0

    async def look(self) -> frozenset[str] | None:
        """None: nothing new, or no answer yet (asked again at the next look)."""
        try:
            stamp = self.started.stat().st_mtime_ns
        except OSError:
            return None
        if stamp == self._seen:
            return None
        carried = await calls_of(self.control)
        if carried is not None:
            self._seen = stamp
            log.info("relay.asked calls=%d", len(carried))
        return carried


class _Ask(asyncio.DatagramProtocol):
    def __init__(self, cookie: bytes) -> None:
        self.cookie = cookie
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        cookie, _, body = data.partition(b" ")
        if cookie == self.cookie and not self.answer.done():
            self.answer.set_result(body)


async def ask(control: Endpoint, command: Mapping[str, str | int]) -> bytes | None:
    """One question in rtpengine's ng protocol (bencode over UDP); None without an answer."""
    cookie = secrets.token_hex(6).encode()
    loop = asyncio.get_running_loop()
    transport, question = await loop.create_datagram_endpoint(
        lambda: _Ask(cookie), remote_addr=(control.host, control.port)
    )
    try:
        transport.sendto(cookie + b" " + encoded(command))
        return await asyncio.wait_for(question.answer, ANSWERS_WITHIN)
    except (TimeoutError, OSError):
        return None
    finally:
        transport.close()


def encoded(command: Mapping[str, str | int]) -> bytes:
    """A bencoded dictionary."""
    parts = [b"d"]
    for key, value in sorted(command.items()):
        parts.append(_text(key))
        parts.append(b"i%de" % value if isinstance(value, int) else _text(value))
    return b"".join((*parts, b"e"))


def _text(value: str) -> bytes:
    raw = value.encode()
    return b"%d:%s" % (len(raw), raw)


async def calls_of(control: Endpoint) -> frozenset[str] | None:
    """Call-IDs of the sessions the relay holds; None without an answer."""
    answer = await ask(control, {"command": "list", "limit": MOST_CALLS})
    return None if answer is None else listed(answer)


async def play_music(control: Endpoint, call_id: str, tag: str, file: Path) -> bool:
    """The party of that tag hears the file until the hold ends (route[MUSIC] of the switch stops it)."""
    answer = await ask(control, {
        "command": "play media", "call-id": call_id, "from-tag": tag, "file": str(file), "repeat-times": 10_000,
    })  # fmt: skip
    return answer is not None and b"6:result2:ok" in answer


def listed(answer: bytes) -> frozenset[str] | None:
    """The strings of `calls` in a bencoded answer; None when it is no good answer, or an incomplete one."""
    if b"6:result2:ok" not in answer:
        return None
    rest = answer.partition(b"5:callsl")[2]
    found = []
    while rest[:1].isdigit():
        size, _, rest = rest.partition(b":")
        found.append(rest[: int(size)].decode(errors="replace"))
        rest = rest[int(size) :]
    if len(found) >= MOST_CALLS:
        log.warning("relay.too_many_calls listed=%d", len(found))
        return None
    return frozenset(found)
