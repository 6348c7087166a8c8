"""A whole running Switchroom in a throw-away place, and what an outside person has of it: REST, WebSocket, processes.

    with House() as house:
        ann = house.hire("Ann", "Meyer")          # a user with a generic SIP handset, through the REST API
        ...

The start is the product's own (`python -m ops.start`, the second half of `make run`).
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import redis
import requests

from instance import SOURCE
from ops.processes import PYTHON
from telephony.mailbox import Counts, Message, audio, counts, messages
from tests.harness import processes
from tests.harness.audio import Samples, parse_wav
from tests.harness.browser import Browser, Listener, new_secrets
from tests.harness.phone import Phone
from tests.harness.place import Late, Place, session_members, wait_for
from tests.harness.sip import Peer

ADMIN_PASSWORD = "Correct-Horse-47"
PASSWORD = "Battery-Staple-58"


@dataclass(frozen=True)
class Person:
    """A user and the one line of his handset."""

    user_id: int
    handset_id: int
    username: str
    name: str
    extension: str
    pin: str
    station: str  # the User ID to register as
    login_id: str
    sip_password: str


class Refused(AssertionError):
    """The API answered with an error status."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:600]}")
        self.status = answer.status_code
        self.answer = answer


class House(Place):
    def __init__(self, settings: dict[str, str] | None = None) -> None:
        super().__init__(settings)
        vendor = SOURCE / "var" / "vendor"
        if vendor.is_dir():  # front-end libraries this checkout has already fetched
            shutil.copytree(vendor, self.instance.var / "vendor")
        self._extensions = itertools.count(120)
        self.http = requests.Session()
        self.token = ""
        self.started_in = 0.0

    # -- life ----------------------------------------------------------------------------------
    def open(self, seconds: float = 150.0) -> House:
        """Start everything and wait for GET /health/ to say 200."""
        began = time.monotonic()
        self.start("house", [PYTHON, "-m", "ops.start"])
        try:
            wait_for(self.healthy, seconds, "GET /health/ to say 200")
        except Late as late:
            raise AssertionError(f"{late}\nHealth: {self.health()}\n{self.logs(8)}") from None
        self.started_in = time.monotonic() - began
        self.claim_administrator()
        return self

    def close(self, keep: bool = False) -> None:
        process = self.processes.get("house")
        try:
            supervisor = self.supervisor() if process and process.running else 0
        except FileNotFoundError:
            supervisor = 0  # it did not come so far
        if process is not None:
            process.stop(seconds=50)
        if supervisor:
            for pid in session_members(supervisor):  # only if the orderly end did not work
                os.kill(pid, signal.SIGKILL)
        self.http.close()
        super().close(keep)

    def power_off(self) -> None:
        """SIGKILL to everything at once, as when the power fails."""
        supervisor = self.supervisor()
        house = self.processes.pop("house")
        for pid in {house.pid, *session_members(house.pid), supervisor, *session_members(supervisor)}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        house.popen.wait()
        wait_for(lambda: not session_members(supervisor), 5, "the processes of the house to be gone")

    def open_again(self, seconds: float = 90.0) -> None:
        """Start on what is on disk; the token of before is still good."""
        self.start("house", [PYTHON, "-m", "ops.start"])
        wait_for(self.healthy, seconds, "GET /health/ to say 200 again")

    def __enter__(self) -> House:
        try:
            return self.open()
        except BaseException:
            self.close(keep=True)
            raise

    def health(self) -> str:
        try:
            answer = self.http.get(self.url("/health/"), timeout=3)
        except requests.RequestException as error:
            return repr(error)
        return f"{answer.status_code} {answer.text}"

    def healthy(self) -> bool:
        return self.health().startswith("200")

    def supervisor(self) -> int:
        """Pid of supervisord, which leads the session of every process of the house."""
        return int((self.instance.run / "supervisord.pid").read_text())

    def pids(self, name: str) -> list[int]:
        """The process the table calls `name` (first), and everything below it."""
        found = processes.by_name(self.instance.run / "supervisor.sock").get(name)
        assert found, f"No process {name} runs."
        return found

    def pid_now(self, name: str) -> int:
        """Pid of a process that may be away at the moment (0)."""
        return processes.by_name(self.instance.run / "supervisor.sock").get(name, [0])[0]

    def control(self, *command: str) -> str:
        """supervisorctl, e.g. "stop", "router"."""
        config = self.instance.rendered / "supervisord.conf"
        return self.run([PYTHON, "-m", "supervisor.supervisorctl", "-c", str(config), *command], 60)

    # -- REST ----------------------------------------------------------------------------------
    def url(self, path: str) -> str:
        return f"http://{self.instance.http}{path}"

    def claim_administrator(self) -> None:
        """What the first person does: log in as admin/admin and choose a password; then take a token."""
        with self.browser("admin", "admin") as browser:
            browser.submit(browser.get("/"), new_secrets("admin", ADMIN_PASSWORD, "80642097"))
        self.token = self.manage("api_token", "admin").split()[-1]
        self.http.headers["Authorization"] = f"Token {self.token}"

    def api(self, method: str, path: str, body: Any = None, *, expect: tuple[int, ...] = (200, 201, 202, 204)) -> Any:
        """Call /api/v1/<path>; the JSON answer. Raises Refused for a status that was not expected."""
        answer = self.http.request(method, self.url(f"/api/v1/{path}"), json=body, timeout=20)
        if answer.status_code not in expect:
            raise Refused(answer)
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        return self.api("GET", path)

    def rows(self, path: str) -> list[dict[str, Any]]:
        """A collection, whether it is paged or not."""
        answer = self.get(path)
        found: list[dict[str, Any]] = answer["results"] if isinstance(answer, dict) else answer
        return found

    def hire(self, first: str, last: str, *, handset: bool = True) -> Person:
        """A new user with the next free extension and a generic SIP handset whose Login ID is not its User ID."""
        extension = str(next(self._extensions))
        username, sip_password, pin = f"{first.lower()}{extension}", f"Sip-{extension}-Secret", f"4{extension}7"
        user = self.api(
            "POST", "users/",
            {"username": username, "first_name": first, "last_name": last, "extension": extension,
             "password": PASSWORD, "pin": pin, "require_password_change": False, "require_pin_change": False},
        )  # fmt: skip
        station, handset_id, login = "", 0, f"{username}-sip"
        if handset:
            made = self.api(
                "POST", "handsets/",
                {"kind": "generic", "description": f"{first}'s phone", "lines": 1, "login_id": login,
                 "password": sip_password, "owner": username},
            )  # fmt: skip
            station, handset_id = str(made["user_id"]), int(made["id"])
        return Person(
            int(user["id"]), handset_id, username, f"{first} {last}", extension, pin, station, login, sip_password
        )

    def handset(self, person: Person) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"handsets/{person.handset_id}/")
        return found

    # -- phones --------------------------------------------------------------------------------
    def phone(self, person: Person) -> Phone:
        """A pjsua2 phone, registered; give it back with `close()` or use it as a context."""
        phone = Phone(self.phone_address())
        try:
            self.in_force()
            phone.register(
                self.instance.sip, person.station, login=person.login_id, password=person.sip_password,
                name=f"wrong name of {person.username}",
            )  # fmt: skip
        except BaseException:
            phone.close()
            raise
        return phone

    def peer(self, person: Person, *, register: bool = True, password: str = "") -> Peer:
        """A raw SIP phone for what pjsua cannot do or show."""
        peer = Peer(
            self.phone_address(), self.instance.sip, person.station, name="wrong name", login=person.login_id,
            password=password or person.sip_password,
        )  # fmt: skip
        peer.answer_always("OPTIONS")
        peer.answer_always("NOTIFY")
        peer.answer_always("BYE")  # so that one test thread may play both ends
        if register:
            self.in_force()
            answer = peer.register()
            assert answer.code == 200, answer.start
        return peer

    def in_force(self, seconds: float = 5.0) -> None:
        """Wait until the router works with the newest version."""
        wait_for(self._head_in_force, seconds, "the newest configuration to be in force")

    def _head_in_force(self) -> bool:
        with redis.Redis.from_url(self.instance.redis_url, protocol=2) as link:
            announced, live = link.get("config:number"), link.get("live:version")
        return announced is not None and announced == live

    # -- what is stored ------------------------------------------------------------------------
    def messages(self, person: Person) -> tuple[Message, ...]:
        return messages(self.instance.mail, person.user_id)

    def counts(self, person: Person) -> Counts:
        return counts(self.instance.mail, person.user_id)

    def recording(self, person: Person, message: Message) -> Samples:
        return parse_wav(audio(self.instance.mail, person.user_id, message.id))

    def calls(self) -> list[dict[str, Any]]:
        return self.rows("calls/")

    def wait_calls(self, test: Callable[[list[dict[str, Any]]], Any], seconds: float, what: str) -> Any:
        return wait_for(lambda: test(self.calls()), seconds, what)

    def record_of(self, caller: Person, callee: Person | str, seconds: float = 6.0) -> dict[str, Any]:
        """The newest call record between the two; waits until it is written."""
        number = callee if isinstance(callee, str) else callee.extension

        def newest() -> dict[str, Any] | None:
            for row in self.rows("call-records/"):
                if row["from"] == caller.extension and row["to"] == number:
                    return row
            return None

        found: dict[str, Any] = wait_for(newest, seconds, f"a call record {caller.extension} to {number}")
        return found

    # -- browser -------------------------------------------------------------------------------
    def browser(self, username: str, password: str) -> Browser:
        """A logged-in session, as a browser without scripts has it."""
        return Browser(self.url(""), username, password)

    @contextmanager
    def socket(self, path: str, username: str = "admin", password: str = ADMIN_PASSWORD) -> Iterator[Listener]:
        """A browser's WebSocket below /ws/."""
        with self.browser(username, password) as browser, browser.socket(path) as listener:
            yield listener
