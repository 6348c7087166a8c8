"""A real Chromium in front of the real web process, Redis and hub. Whatever a page does wrong fails its test:
errors on the console, broken Content Security Policy, requests that leave the machine, answers with 500.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ops import libraries
from tests.portal.browser.office import PASSWORD
from tests.portal.live.conftest import WebPlace, empty_database
from tests.portal.live.feed import Feed

__all__ = ["empty_database"]  # a fixture of the live tests, shared

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--mute-audio",
)
HARMLESS = re.compile(r"Failed to load resource: the server responded with a status of (401|403|404|409|422|429)")


class FacePlace(WebPlace):
    """The portal with its static files and front-end libraries."""

    def start_web(self) -> None:
        libraries.install(self.instance.var / "vendor")
        address = self.instance.http
        self.start(
            "web",
            [
                sys.executable, "-m", "uvicorn", "tests.portal.browser.application:application",
                "--host", address.host, "--port", str(address.port), "--log-level", "warning",
            ],
        )  # fmt: skip
        self.wait_for(self._web_answers, 60, "uvicorn to listen")

    def furnish(self) -> None:
        self.run([sys.executable, "-m", "tests.portal.browser.office"])


expect.set_options(timeout=15_000)  # how long a loaded machine may take; a page that is right answers at once


@pytest.fixture(scope="session")
def office(empty_database: Path) -> Iterator[FacePlace]:
    """A running office (office.py), shared: tests use names of their own."""
    with FacePlace() as place:
        shutil.copy(empty_database, place.instance.var / "switchroom.db")
        place.furnish()
        place.start_redis()
        place.start_hub()
        place.start_web()
        yield place


@pytest.fixture
def fresh_box(empty_database: Path) -> Iterator[FacePlace]:
    """A box nobody has logged in to."""
    with FacePlace() as place:
        shutil.copy(empty_database, place.instance.var / "switchroom.db")
        place.start_redis()
        place.start_web()
        yield place


@pytest.fixture
def feed(office: FacePlace) -> Feed:
    return Feed(office.instance.redis_url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Of a module, not of the session: while it runs, asyncio tests of other files could not."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.faults: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        self.page.on("request", self._request)
        self.page.on("response", self._response)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not HARMLESS.match(message.text):
            self.faults.append(f"console {message.type}: {message.text}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, self.base.replace("http", "ws"), "data:", "blob:")):
            self.faults.append(f"request to {request.url}")

    def _response(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} from {response.url}")

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def path(self) -> str:
        return self.page.url.removeprefix(self.base).partition("?")[0]

    def log_in(self, username: str, password: str = PASSWORD) -> Page:
        self.go("/login/")
        self.page.get_by_label("Login name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_load_state()
        return self.page

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., Person]]:
    """visitor(place): a new person in front of that place's pages."""
    people: list[Person] = []

    def make(place: FacePlace, **settings: Any) -> Person:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        context.set_default_timeout(15_000)
        people.append(Person(context, f"http://{place.instance.http}"))
        return people[-1]

    yield make
    for person in people:
        person.context.close()
    assert [fault for person in people for fault in person.faults] == []


@pytest.fixture
def admin(office: FacePlace, visitor: Callable[..., Person]) -> Person:
    person = visitor(office)
    person.log_in("admin")
    return person
