"""The line to the router: JSON lines over its Unix socket, without a thread. It reconnects for ever.

What must not be lost while the router is away (a lamp would stay dark) is kept and sent after the next hello;
everything else is said again by the hello itself.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from telephony.messages import Wire, write
from telephony.messages.workers import MailboxTouched, ToMedia, to_media

log = logging.getLogger(__name__)

AGAIN = 0.2  # seconds between attempts to connect
LONGEST_LINE = 1_000_000  # bytes; a router that sends more is none of ours
KEPT = 1000


class RouterLink:
    def __init__(self, path: Path, hello: Callable[[], Wire]) -> None:
        self._path, self._hello = path, hello
        self._socket: socket.socket | None = None
        self._received = b""
        self._unsent = bytearray()
        self._kept: deque[Wire] = deque(maxlen=KEPT)
        self._next = 0.0

    @property
    def connected(self) -> bool:
        return self._socket is not None

    def fileno(self) -> int:
        """For select; -1 while there is no connection."""
        return self._socket.fileno() if self._socket is not None else -1

    def send(self, message: Wire) -> bool:
        """False when the router is away."""
        if self._socket is None:
            if isinstance(message, MailboxTouched):
                self._kept.append(message)
            return False
        self._unsent += write(message) + b"\n"
        self._flush()
        return self._socket is not None

    def poll(self) -> list[ToMedia]:
        """Connect if need be, and return what the router said."""
        if self._socket is None:
            self._connect()
        if self._socket is None:
            return []
        self._flush()
        lines = self._read()
        messages = []
        for line in lines:
            try:
                messages.append(to_media.validate_json(line, extra="ignore"))
            except ValidationError as error:
                log.warning("router.unknown_message errors=%d", error.error_count())
        return messages

    def close(self) -> None:
        if self._socket is not None:
            self._flush()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def abandon(self) -> None:
        """In a forked child: let go of the parent's line without a word on it."""
        if self._socket is not None:
            os.close(self._socket.detach())
            self._socket = None

    def _connect(self) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + AGAIN
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.setblocking(False)
        try:
            made.connect(str(self._path))
        except OSError:  # not there, refused, or its queue is full: again in a moment
            made.close()
            return
        self._socket, self._received, self._unsent = made, b"", bytearray()
        log.info("router.connected")
        kept, self._kept = list(self._kept), deque(maxlen=KEPT)
        for message in (self._hello(), *kept):
            self.send(message)

    def _read(self) -> list[bytes]:
        assert self._socket is not None
        try:
            while True:
                data = self._socket.recv(65536)
                if not data:
                    self._lost("closed")
                    break
                self._received += data
                if len(self._received) > LONGEST_LINE:
                    self._lost("line too long")
                    return []
        except BlockingIOError:
            pass
        except OSError as error:
            self._lost(errno.errorcode.get(error.errno or 0, "error"))
        *lines, self._received = self._received.split(b"\n")
        return [line for line in lines if line]

    def _flush(self) -> None:
        assert self._socket is not None
        try:
            while self._unsent:
                sent = self._socket.send(self._unsent)
                del self._unsent[:sent]
        except BlockingIOError:
            return
        except OSError as error:
            self._lost(errno.errorcode.get(error.errno or 0, "error"))

    def _lost(self, why: str) -> None:
        log.warning("router.lost why=%s", why)
        if self._socket is not None:
            self._socket.close()
        self._socket = None
