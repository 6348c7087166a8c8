"""A stand-in for the router at its socket: listens, remembers what it was told, says what the test wants."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import TypeVar

from telephony.messages import Wire, write
from telephony.messages.workers import FromMedia, Lease, WorkerHello, from_media
from tests.harness.place import wait_for

M = TypeVar("M", bound=Wire)


class FakeRouter:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.told: list[FromMedia] = []
        self.workers: dict[int, socket.socket] = {}
        self.supervisor: socket.socket | None = None
        self._connections: list[socket.socket] = []
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._read, args=(connection,), daemon=True).start()

    def _read(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            try:
                for line in lines:
                    message = from_media.validate_json(line)
                    if isinstance(message, WorkerHello):
                        self.workers[message.worker] = connection
                    elif message.t == "supervisor":
                        self.supervisor = connection
                    self.told.append(message)
            except (OSError, ValueError):
                return

    def say(self, worker: int, message: Wire) -> None:
        wait_for(lambda: worker in self.workers, 5, f"worker {worker} to say hello")
        self.workers[worker].sendall(write(message) + b"\n")

    def lease(self, worker: int, lease: str, app: Wire, call_id: str = "call-1") -> None:
        self.say(worker, Lease.model_validate({"lease": lease, "call_id": call_id, "app": app}))

    def expect(self, kind: type[M], seconds: float = 5.0, count: int = 1) -> M:
        """The `count`th message of this kind since the beginning."""
        wait_for(lambda: len(self.all(kind)) >= count, seconds, f"{count} {kind.__name__}; told: {self.told}")
        return self.all(kind)[count - 1]

    def all(self, kind: type[M]) -> list[M]:
        return [message for message in list(self.told) if isinstance(message, kind)]

    def close(self) -> None:
        """As a router that dies: the socket file stays."""
        self._closed = True
        self._listener.shutdown(socket.SHUT_RDWR)  # a close alone leaves it listening while accept() waits
        self._listener.close()
        for connection in self._connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
            finally:
                connection.close()
