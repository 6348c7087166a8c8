"""A real SIP phone for tests: pjsua2 in a process of its own (it allows one endpoint a process).

    with Phone(place.phone_address()) as bob:
        bob.register(place.instance.sip, "5102", login="5102", password="secret")
        bob.answer_automatically(after=0.5)
        bob.play_tone(700)
        ...
        bob.wait_tone(440)

Every method that waits raises Late with the phone's own log. One phone holds at most four calls; methods act on the
newest unless told `call=`. The child is tests/harness/phone_process.py, driven by JSON lines.
"""

from __future__ import annotations

import itertools
import json
import queue
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from instance import SOURCE, Endpoint
from tests.harness.audio import Samples, has_tone, loudness, read_wav
from tests.harness.place import WITH_US, Late, wait_for


class PhoneError(AssertionError):
    """The phone could not do what the test asked."""


class Phone:
    def __init__(self, address: str, port: int = 0) -> None:
        self.address = address
        self._folder = tempfile.TemporaryDirectory(prefix="phone-")
        self.log = Path(self._folder.name) / "phone.log"
        self._numbers = itertools.count(1)
        self._replies: queue.Queue[dict[str, Any]] = queue.Queue()
        self._lock = threading.Condition()
        self.state: dict[str, Any] = {"registered": 0, "calls": {}, "mwi": None}
        with self.log.open("wb") as log:
            self._popen = subprocess.Popen(
                [*WITH_US, sys.executable, "-m", "tests.harness.phone_process", address, str(port)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=SOURCE, text=True, bufsize=1,
            )  # fmt: skip
        threading.Thread(target=self._read, daemon=True).start()
        self._wait(lambda: self.state.get("ready"), 10, "the phone to start")

    # -- talking to the child ------------------------------------------------------------------
    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            try:
                message = json.loads(line)
            except json.JSONDecodeError:
                continue  # pjsua writes a few lines before its log level is set
            if "id" in message:
                self._replies.put(message)
            else:
                with self._lock:
                    self.state = message["state"]

    def _do(self, op: str, **arguments: Any) -> Any:
        number = next(self._numbers)
        assert self._popen.stdin is not None
        self._popen.stdin.write(json.dumps({"id": number, "op": op, **arguments}) + "\n")
        self._popen.stdin.flush()
        try:
            reply = self._replies.get(timeout=10)
        except queue.Empty:
            raise PhoneError(f"The phone did not answer {op}.\n{self.trouble()}") from None
        assert reply["id"] == number
        if "error" in reply:
            raise PhoneError(f"{op}: {reply['error']}")
        return reply.get("result")

    def trouble(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] + json.dumps(self.state)

    def _wait(self, predicate: Any, seconds: float, what: str) -> Any:
        try:
            return wait_for(predicate, seconds, what)
        except Late as late:
            raise Late(f"{late}\n{self.trouble()}") from None

    # -- registration --------------------------------------------------------------------------
    def register(
        self, server: Endpoint, user: str, *, login: str = "", password: str, name: str = "",
        realm: str = "switchroom", mwi: bool = True, expect: int = 200, seconds: float = 6.0,
    ) -> None:  # fmt: skip
        """Register as `user` (the User ID); wait for the final code `expect` (200, or 401/403 when refused)."""
        self._do("register", server=str(server), user=user, login=login or user, password=password, name=name,
                 realm=realm, mwi=mwi)  # fmt: skip
        self._wait(lambda: self.state["registered"] == expect, seconds, f"{expect} to REGISTER of {user}")

    def unregister(self) -> None:
        self._do("unregister")

    @property
    def registration_code(self) -> int:
        return int(self.state["registered"])

    @property
    def waiting(self) -> tuple[int, int] | None:
        """(new, old) messages of the last message-summary NOTIFY; None before the first."""
        count = self.state["mwi"]
        return None if count is None else (count["new"], count["old"])

    def wait_waiting(self, new: int, old: int = 0, seconds: float = 6.0) -> None:
        self._wait(lambda: self.waiting == (new, old), seconds, f"the lamp to say {new} new, {old} old")

    # -- calls ---------------------------------------------------------------------------------
    def call(self, digits: str) -> int:
        return int(self._do("call", digits=digits))

    def answer_automatically(self, after: float = 0.0, code: int = 200) -> None:
        """From now on answer every call after `after` seconds of ringing (or refuse it with `code`)."""
        self._do("auto", after=after, code=code)

    def ring_only(self) -> None:
        """From now on ring and wait for `answer` or for the caller to give up (how a phone starts)."""
        self._do("auto", after=-1)

    def answer(self, call: int = -1, code: int = 200) -> None:
        self._do("answer", call=call, code=code)

    def hold(self, call: int = -1) -> None:
        self._do("hold", call=call)

    def unhold(self, call: int = -1) -> None:
        self._do("unhold", call=call)

    def hang_up(self, call: int = -1, code: int = 0) -> None:
        self._do("hangup", call=call, code=code)

    def dial(self, digits: str, call: int = -1, info: bool = False) -> None:
        """DTMF as RFC 4733 events, or as SIP INFO; pjsua queues them itself."""
        self._do("dtmf", call=call, digits=digits, info=info)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Every call this phone has seen, oldest first: {number, state, code, reason, remote, name, number,
        connected, incoming, media}."""
        return [self.state["calls"][key] for key in sorted(self.state["calls"], key=int)]

    def last(self) -> dict[str, Any]:
        calls = self.calls
        if not calls:
            raise PhoneError("This phone had no call yet.")
        return calls[-1]

    def wait_call(self, state: str, seconds: float = 6.0, count: int = 1) -> dict[str, Any]:
        """Wait until the newest of at least `count` calls is "incoming", "calling", "ringing", "talking" or
        "ended"; returns it."""
        self._wait(lambda: len(self.calls) >= count and self.calls[-1]["state"] == state, seconds, f"a call in {state}")
        return self.last()

    # -- sound ---------------------------------------------------------------------------------
    def play_tone(self, hz: float) -> None:
        self._do("tone", hz=hz)

    def play_file(self, path: Path) -> None:
        self._do("file", path=str(path))

    def be_silent(self) -> None:
        self._do("silence")

    def heard(self, seconds: float) -> Samples:
        """What the ear heard within the last `seconds` (at most 120)."""
        path = Path(self._folder.name) / "heard.wav"
        self._do("heard", seconds=seconds, path=str(path))
        return read_wav(path)

    def hears_tone(self, hz: float, seconds: float = 0.4) -> bool:
        samples = self.heard(seconds)
        return len(samples) >= 0.7 * seconds * 8000 and has_tone(samples, hz)

    def wait_tone(self, hz: float, seconds: float = 6.0) -> None:
        self._wait(lambda: self.hears_tone(hz), seconds, f"a tone of {hz:g} Hz")

    def wait_sound(self, seconds: float = 6.0, floor: float = 100.0) -> None:
        self._wait(lambda: loudness(self.heard(0.3)) > floor, seconds, "any sound")

    # -- end -----------------------------------------------------------------------------------
    def close(self) -> None:
        if self._popen.poll() is None:
            assert self._popen.stdin is not None
            try:
                self._popen.stdin.close()  # the child ends its calls, unregisters and goes
                self._popen.wait(5)
            except (subprocess.TimeoutExpired, BrokenPipeError):
                self._popen.kill()
                self._popen.wait()
        self._folder.cleanup()

    def __enter__(self) -> Phone:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
