"""The one TCP link to the switch: netstrings of JSON (Kamailio's evapi), questions in, answers and RPC out.

evapi never sets TCP_NODELAY, so the switch's side has Nagle on; our side must acknowledge at once, or every
question costs 40 ms (engine-switch.md 2). TCP_QUICKACK is not sticky: it is set at every read.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import socket
from collections.abc import Callable
from typing import Any

import orjson

from instance import Endpoint

log = logging.getLogger(__name__)

RECONNECT_SECONDS = 0.3
RPC_SECONDS = 5.0
LONGEST = 16 * 1024 * 1024  # a dlg.list of thousands of calls stays far below; more is not our switch

Message = dict[str, Any]  # a switch message after JSON; `questions` and `progress` give it types


class RpcFailed(Exception):
    """The switch refused an RPC or did not answer it; the text says which and why."""


class SwitchLink(asyncio.Protocol):
    """One connection. `on_message` is called for every message but RPC answers."""

    def __init__(self, on_message: Callable[[Message], None], on_up: Callable[[SwitchLink], None]) -> None:
        self.on_message = on_message
        self.on_up = on_up  # before the first message, so that every question finds the link
        self.closed = asyncio.get_running_loop().create_future()
        self.pending: dict[str, asyncio.Future[Any]] = {}
        self.transport: asyncio.Transport | None = None
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._out: list[bytes] = []
        self._reading = False
        self._numbers = itertools.count(1)

    # -- asyncio.Protocol ----------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._socket = transport.get_extra_info("socket")
        if self._socket is not None and self._socket.family in (socket.AF_INET, socket.AF_INET6):
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.on_up(self)

    def connection_lost(self, exc: Exception | None) -> None:
        for future in self.pending.values():
            if not future.done():
                future.set_exception(RpcFailed("The switch went away."))
        self.pending.clear()
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        if self._socket is not None and self._socket.family == socket.AF_INET:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        buffer = self._buffer + data if self._buffer else data
        position = 0
        self._reading = True
        while True:
            colon = buffer.find(b":", position, position + 10)
            if colon < 0:
                if len(buffer) - position >= 10:
                    self._broken("no length")
                    return
                break
            length = buffer[position:colon]
            if not length.isdigit() or int(length) > LONGEST:
                self._broken("bad length")
                return
            end = colon + 1 + int(length)
            if len(buffer) <= end:
                break
            self._take(buffer[colon + 1 : end])
            position = end + 1
        self._reading = False
        self._buffer = buffer[position:]
        self.flush()

    def _broken(self, why: str) -> None:
        """The stream lost its frame: only a new connection helps."""
        log.error("switch.stream_broken why=%s", why)
        self._reading = False
        self._buffer = b""
        if self.transport is not None:
            self.transport.abort()

    def _take(self, raw: bytes) -> None:
        try:
            message = orjson.loads(raw)
        except orjson.JSONDecodeError:
            log.warning("switch.unreadable bytes=%d", len(raw))
            return
        if not isinstance(message, dict):
            log.warning("switch.unreadable bytes=%d", len(raw))
            return
        if message.get("t") == "rpc":
            self._answered(message)
            return
        try:
            self.on_message(message)
        except Exception:  # one bad message must not cost the calls of everybody else
            log.exception("switch.message_failed t=%s cid=%s", message.get("t"), message.get("cid"))

    # -- sending -------------------------------------------------------------------------------------
    def send(self, message: Message) -> None:
        raw = orjson.dumps(message)
        self._out.append(b"%d:%b," % (len(raw), raw))
        if not self._reading:
            self.flush()

    def flush(self) -> None:
        if self._out and self.transport is not None and not self.transport.is_closing():
            self.transport.write(b"".join(self._out))
        self._out.clear()

    async def call(self, command: Message) -> Message:
        """Run a command of `telephony.switch.control`; the JSON-RPC answer. Raises RpcFailed."""
        answer: Message = await self.start(command)
        return answer

    def start(self, command: Message) -> asyncio.Future[Any]:
        """Send now; the future may be awaited later, so that many commands travel together."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        if self.closed.done():
            future.set_exception(RpcFailed("The switch is not connected."))
            return future
        number = str(next(self._numbers))
        self.pending[number] = future
        loop.call_later(RPC_SECONDS, self._too_late, number, command["method"])
        self.send({"rid": number, "rpc": {"jsonrpc": "2.0", "id": 1, **command}})
        return future

    def _too_late(self, number: str, method: str) -> None:
        future = self.pending.pop(number, None)
        if future is not None and not future.done():
            future.set_exception(RpcFailed(f"The switch did not answer {method} in {RPC_SECONDS:g} s."))

    def _answered(self, message: Message) -> None:
        future = self.pending.pop(str(message.get("rid")), None)
        if future is None or future.done():
            return
        answer = message.get("r")
        if not isinstance(answer, dict) or "error" in answer:
            error = answer.get("error") if isinstance(answer, dict) else None
            text = error.get("message") if isinstance(error, dict) else answer
            future.set_exception(RpcFailed(f"The switch refused: {text}"))
            return
        future.set_result(answer)


async def keep_connected(
    endpoint: Endpoint,
    on_message: Callable[[Message], None],
    on_up: Callable[[SwitchLink], None],
    on_down: Callable[[], None],
) -> None:
    """For ever: connect, hand the link over, wait for its end, connect again."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            _, link = await loop.create_connection(lambda: SwitchLink(on_message, on_up), endpoint.host, endpoint.port)
        except OSError:
            await asyncio.sleep(RECONNECT_SECONDS)
            continue
        try:
            await link.closed
        finally:
            if link.transport is not None:
                link.transport.abort()
            on_down()
        await asyncio.sleep(RECONNECT_SECONDS)
