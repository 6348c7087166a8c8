"""RTP of one call of the softphone, and the datagram protocol it shares with SIP."""

from __future__ import annotations

import asyncio
import secrets
import struct
from collections.abc import Callable

from ops.softphone.message import media_of

Address = tuple[str, int]
FRAME = 160  # bytes of µ-law in 20 ms
SILENCE = b"\xff" * FRAME


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, receive: Callable[[bytes, Address], None]) -> None:
        self.receive = receive

    def datagram_received(self, data: bytes, address: Address) -> None:
        self.receive(data, address)

    def error_received(self, error: Exception) -> None:
        """ICMP port unreachable while the switch restarts: the retransmission is the answer."""


class Voice:
    """RTP of one call: plays `speech` (µ-law, repeated) or, without one, echoes. Frames leave every 20 ms."""

    def __init__(self, speech: bytes) -> None:
        self.speech, self.position = speech, 0
        self.echo = SILENCE
        self.target: Address | None = None
        self.received = 0
        self.port = 0
        self._sequence, self._stamp, self._source = secrets.randbelow(30000), 0, secrets.randbelow(1 << 32)
        self._transport: asyncio.DatagramTransport | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self, address: str) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: Datagrams(self._hear), local_addr=(address, 0))
        self.port = self._transport.get_extra_info("sockname")[1]
        self._task = asyncio.create_task(self._talk())

    def _hear(self, data: bytes, _: Address) -> None:
        if len(data) > 12 and data[1] & 0x7F == 0:
            self.received += 1
            self.echo = data[12:]

    async def _talk(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += 0.02
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._stamp = (self._stamp + FRAME) & 0xFFFFFFFF
            if self.target is None or self._transport is None:
                continue
            if self.speech:
                frame = self.speech[self.position : self.position + FRAME].ljust(FRAME, b"\xff")
                self.position = (self.position + FRAME) % len(self.speech)
            else:
                frame, self.echo = self.echo, SILENCE
            self._sequence = (self._sequence + 1) & 0xFFFF
            head = struct.pack("!BBHII", 0x80, 0, self._sequence, self._stamp, self._source)
            self._transport.sendto(head + frame, self.target)

    def aim(self, body: str) -> None:
        """Follow the SDP of the other side; a direction that lets us not speak stops the sending."""
        media = media_of(body)
        self.target = (media.address, media.port) if media.direction in ("sendrecv", "recvonly") else None

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.close()
