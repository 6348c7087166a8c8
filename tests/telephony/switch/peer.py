"""The router's end of the evapi link, driven by a test: it answers questions with the plans the test wrote and keeps
every message of the switch."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from instance import Endpoint
from telephony.switch.control import MOST_UNDER_WAY
from tests.harness.place import Late, wait_for

Message = dict[str, Any]
Plan = dict[str, Any]


class RouterPeer:
    """`plans`: dialled number, token or ask key -> plan, or a function of the question. No entry: no answer."""

    def __init__(self, evapi: Endpoint) -> None:
        self.plans: dict[str, Plan | Callable[[Message], Plan]] = {}
        self.messages: list[Message] = []
        self._evapi = evapi
        self._news = threading.Condition()
        self._answers: dict[str, Any] = {}
        self._ids = 0
        self._closed = False
        self._lock = threading.Lock()
        self._link = wait_for(self._connect, 8, f"the switch to listen on {evapi}")
        threading.Thread(target=self._read, args=(self._link,), daemon=True).start()

    def _connect(self) -> socket.socket | None:
        try:
            return socket.create_connection((self._evapi.host, self._evapi.port), timeout=2)
        except OSError:
            return None

    def _read(self, link: socket.socket) -> None:
        link.settimeout(None)
        buffer = b""
        while not self._closed:
            try:
                link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
                data = link.recv(65536)
            except OSError:
                return
            if not data:
                return
            buffer += data
            while True:
                head, colon, rest = buffer.partition(b":")
                if not colon or len(rest) < int(head) + 1:
                    break
                text, buffer = rest[: int(head)], rest[int(head) + 1 :]
                self._take(json.loads(text))

    def _take(self, message: Message) -> None:
        kind = message["t"]
        if kind == "rpc":
            with self._news:
                self._answers[message["rid"]] = message["r"]
                self._news.notify_all()
            return
        with self._news:
            self.messages.append(message)
            self._news.notify_all()
        if kind in ("q", "ask"):
            key = message["key"] if kind == "ask" else message.get("tok") or message["to"]
            plan = self.plans.get(key)
            if plan is not None:
                self.answer(message, plan(message) if callable(plan) else plan)

    def answer(self, question: Message, plan: Plan) -> None:
        self.send({"i": question["i"], "l": question["l"], "plan": plan})

    def send(self, message: Mapping[str, Any]) -> None:
        data = json.dumps(message).encode()
        with self._lock:
            self._link.sendall(b"%d:%b," % (len(data), data))

    def rpc(self, command: Mapping[str, Any], seconds: float = 5.0) -> Any:
        """The JSON-RPC answer to {"method":…, "params":[…]}."""
        return self._await(self._start(command), command, seconds)

    def rpcs(self, commands: Iterable[Mapping[str, Any]], seconds: float = 5.0) -> list[Any]:
        """The answers to many commands, as many under way at once as evapi bears."""
        answers, waiting = [], deque[tuple[str, Mapping[str, Any]]]()
        for command in commands:
            if len(waiting) == MOST_UNDER_WAY:
                answers.append(self._await(*waiting.popleft(), seconds))
            waiting.append((self._start(command), command))
        return answers + [self._await(rid, command, seconds) for rid, command in waiting]

    def _start(self, command: Mapping[str, Any]) -> str:
        self._ids += 1
        rid = f"test-{self._ids}"
        self.send({"rid": rid, "rpc": {"jsonrpc": "2.0", "id": self._ids, **command}})
        return rid

    def _await(self, rid: str, command: Mapping[str, Any], seconds: float) -> Any:
        deadline = time.monotonic() + seconds
        with self._news:
            while rid not in self._answers:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Late(f"No answer to {command} within {seconds:g} s.")
                self._news.wait(left)
            return self._answers.pop(rid)

    def find(self, kind: str, **fields: Any) -> list[Message]:
        with self._news:
            return [m for m in self.messages if m["t"] == kind and all(m.get(k) == v for k, v in fields.items())]

    def wait(self, kind: str, seconds: float = 5.0, **fields: Any) -> Message:
        """The first message of this kind with these fields, now or within `seconds`."""
        deadline = time.monotonic() + seconds
        while not (found := self.find(kind, **fields)):
            left = deadline - time.monotonic()
            if left <= 0:
                raise Late(f"No {kind} {fields} within {seconds:g} s; there were {self.messages[-12:]}")
            with self._news:
                self._news.wait(min(left, 0.2))
        return found[0]

    def close(self) -> None:
        """Gone at once, as a router that was killed."""
        if not self._closed:
            self._closed = True
            self._link.shutdown(socket.SHUT_RDWR)
            self._link.close()
