"""A browser without scripts: cookies, forms with their CSRF token, and a WebSocket."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from websockets.sync.client import ClientConnection, connect


def new_secrets(old: str, password: str, pin: str = "") -> dict[str, str]:
    """Fields of the form that makes people choose their own password (and PIN)."""
    return {
        "old_password": old, "new_password": password, "confirm_password": password, "new_pin": pin,
        "confirm_pin": pin,
    }  # fmt: skip


class Browser:
    """Logs in at once; whether that worked is for the test to see in what it gets."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.logged_in = self.submit(self.get("/login/"), {"username": username, "password": password})

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.base}{path}", timeout=15)

    def path(self, response: requests.Response) -> str:
        """Where we ended, without the query."""
        return response.url.removeprefix(self.base).partition("?")[0]

    def submit(self, page: requests.Response, fields: dict[str, str]) -> requests.Response:
        """Post `fields` to the page's own address."""
        return self.post(page.url.removeprefix(self.base), fields)

    def post(self, path: str, fields: dict[str, str]) -> requests.Response:
        token = self.session.cookies.get("csrftoken") or ""
        return self.session.post(
            f"{self.base}{path}", data={**fields, "csrfmiddlewaretoken": token},
            headers={"Referer": f"{self.base}{path}", "Origin": self.base}, timeout=20,
        )  # fmt: skip

    def upload(self, path: str, field: str, data: bytes, name: str = "file.wav") -> requests.Response:
        token = self.session.cookies.get("csrftoken") or ""
        return self.session.post(
            f"{self.base}{path}", data={"csrfmiddlewaretoken": token}, files={field: (name, data)},
            headers={"Referer": f"{self.base}{path}", "Origin": self.base}, timeout=30,
        )  # fmt: skip

    @contextmanager
    def socket(self, path: str) -> Iterator[Listener]:
        cookie = "; ".join(f"{c.name}={c.value}" for c in self.session.cookies)
        address = f"{self.base.replace('http', 'ws', 1)}/ws/{path}"
        headers = {"Cookie": cookie, "Origin": self.base}
        with connect(address, additional_headers=headers, proxy=None) as link:
            yield Listener(link)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()


class Listener:
    """Messages of one WebSocket, with the moment each arrived."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link
        self.picture: dict[str, dict[str, Any]] = {}  # of live calls, by id
        self.received: list[tuple[float, dict[str, Any]]] = []

    def next(self, seconds: float = 5.0) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.link.recv(timeout=seconds))
        self.received.append((time.time(), message))
        if message["type"] == "snapshot":
            self.picture = {call["id"]: call for call in message.get("calls", [])}
        else:
            self.picture.update({call["id"]: call for call in message.get("changed", []) if "id" in call})
            for key in message.get("removed", []):
                self.picture.pop(key, None)
        return message

    def until(self, test: Callable[[dict[str, dict[str, Any]]], Any], seconds: float, what: str) -> Any:
        """Read on until the picture of live calls passes `test`; returns what it returned."""
        deadline = time.monotonic() + seconds
        while True:
            if found := test(self.picture):
                return found
            left = deadline - time.monotonic()
            assert left > 0, f"The browser was not told of {what} within {seconds:g} s: {self.picture}"
            try:
                self.next(left)
            except TimeoutError:
                continue
