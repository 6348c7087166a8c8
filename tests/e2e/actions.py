"""What a person or an accident does to a running house, by name."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import redis

from ops.softphone.message import user_of
from telephony.client import Switch, stamp
from telephony.mailbox import Voicemail, deliver
from telephony.messages.commands import MailboxChanged
from telephony.messages.events import STREAM, PinLocked, any_event
from tests.harness.audio import tone, wav
from tests.harness.call import Call
from tests.harness.house import ADMIN_PASSWORD, House, Person
from tests.harness.place import Late
from tests.harness.processes import holder_of_udp
from tests.harness.sip import Peer

DATABASE_USERS = ("web", "hub", "worker", "calls-worker", "beat")


# -- configuration -------------------------------------------------------------------------------
def set_rings(house: House, person: Person, rings: int) -> None:
    """Connection attempts of a person's routes ring so often (6 s each): through the publishing door."""
    house.manage(
        "shell", "-c",
        "from portal.publish.change import By, change\n"
        "from portal.phone_system.extensions.models import ConnectionAttempt\n"
        "with change(By(via='shell'), 'Fewer rings') as work:\n"
        f"    for row in ConnectionAttempt.objects.filter(route__extension__number='{person.extension}'):\n"
        f"        row = work.lock(row); row.rings = {rings}; work.save(row)\n",
    )  # fmt: skip
    house.in_force()


def versions(house: House) -> tuple[int, int]:
    """(announced to the engines, in force in the router)."""
    with redis.Redis.from_url(house.instance.redis_url, protocol=2) as link:
        announced, live = link.get("config:number"), link.get("live:version")
    return int(announced or 0), int(live or 0)


def version_in_database(house: House) -> int:
    with sqlite3.connect(f"file:{house.instance.var / 'switchroom.db'}?mode=ro", uri=True) as link:
        (number,) = link.execute("SELECT number FROM publish_publishhead").fetchone()
    link.close()
    return int(number)


def put_message(house: House, owner: Person, caller: Person, tone_hz: float) -> None:
    """A message of three seconds as a worker would store it, without the call; the lamp follows."""
    voicemail = Voicemail(
        user_id=owner.user_id, user_name=owner.name, extension=owner.extension, from_number=caller.extension,
        from_name=caller.name, received=datetime.now(UTC), seconds=3,
    )  # fmt: skip
    deliver(house.instance.mail, voicemail, audio=wav(tone(tone_hz, 3.0)))
    reply = Switch(house.instance.redis_url).send(MailboxChanged(**stamp("test"), user_id=owner.user_id))
    assert reply.ok, reply.error


# -- call control --------------------------------------------------------------------------------
def ring(house: House, person: Person) -> None:
    """Press Ring on the Handsets page."""
    with house.browser("admin", ADMIN_PASSWORD) as browser:
        page = browser.get("/phone-system/handsets/")
        (line,) = set(re.findall(r"/phone-system/handsets/lines/(\d+)/ring/", _row(page.text, person.station)))
        answer = browser.post(f"/phone-system/handsets/lines/{line}/ring/", {})
        assert answer.status_code == 200
        assert "rings" in answer.text, answer.text


def _row(html: str, station: str) -> str:
    """The table row that names the station."""
    rows = [row for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL) if re.search(rf"\b{station}\b", row)]
    assert len(rows) == 1, f"{len(rows)} rows of the Handsets page name {station}"
    return str(rows[0])


def guess_until_silence(thief: Peer) -> int:
    """Register with a wrong password until no answer comes any more; the number of answers."""
    for tries in range(60):
        request = thief.request(
            "REGISTER", f"sip:{thief.realm}", to=f"<sip:{thief.user}@{thief.realm}>",
        )  # fmt: skip
        try:
            thief.send(request)
            challenge = thief.final(request, 0.8)
            again = thief.authorized(request, challenge)
            thief.send(again)
            thief.final(again, 0.8)
        except Late:
            return tries
    raise AssertionError("60 wrong passwords were answered: nobody bans the guesser.")


def ban_of(house: House, address: str) -> dict[str, Any] | None:
    """The ban as the Handsets page is told of it."""
    with house.socket("handsets/") as page:
        bans = page.next()["bans"]
    return next((ban for ban in bans if ban["source"] == address), None)


def lift_ban(house: House, address: str) -> None:
    with house.browser("admin", ADMIN_PASSWORD) as browser:
        answer = browser.post("/reports/system-events/lift-ban/", {"source": address})
        assert answer.status_code == 200
        assert "was lifted" in answer.text


def registers(peer: Peer) -> bool:
    try:
        return peer.register().code == 200
    except Late:
        return False


def pin_locked(house: House, person: Person) -> bool:
    """Whether the engines reported the lock-out; read from their stream, for the database may be away."""
    with redis.Redis.from_url(house.instance.redis_url, protocol=2) as link:
        entries = link.xrevrange(STREAM, count=500)
    events = [any_event.validate_json(fields[b"e"], extra="ignore") for _, fields in entries]
    return any(isinstance(event, PinLocked) and event.extension == person.extension for event in events)


# -- accidents -----------------------------------------------------------------------------------
def kill(house: House, name: str) -> int:
    """SIGKILL a process; its pid."""
    pid = house.pids(name)[0]
    os.kill(pid, signal.SIGKILL)
    return pid


def kill_relay(house: House) -> int:
    """SIGKILL to rtpengine itself; its guard lives on. Its pid."""
    pid = house.pids("relay")[-1]
    os.kill(pid, signal.SIGKILL)
    return pid


@contextmanager
def stopped(house: House, name: str) -> Iterator[None]:
    """The process does not run during the block."""
    house.control("stop", name)
    try:
        yield
    finally:
        house.control("start", name)


@contextmanager
def frozen(house: House, *names: str) -> Iterator[None]:
    """SIGSTOP the processes and their children for the block: they are there and do not answer."""
    pids = [pid for name in names for pid in house.pids(name)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in reversed(pids):
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue


@contextmanager
def without_database(house: House) -> Iterator[None]:
    """Everybody who knows the database is frozen, and its file is away."""
    database = house.instance.var / "switchroom.db"
    with frozen(house, *DATABASE_USERS):
        database.rename(database.with_suffix(".away"))
        try:
            yield
        finally:
            database.with_suffix(".away").rename(database)


def worker_of(house: House, call: Call) -> int:
    """Pid of the media worker that holds the call: its Contact is sip:w<last byte of its address>@<switch>."""
    found = re.match(r"w(\d+)", user_of(call.remote_target))
    assert found, f"{call.remote_target} is not a media worker's Contact"
    address = house.instance.private(int(found.group(1)))
    pid = holder_of_udp(address, 5060)
    assert pid, f"nobody listens at {address}"
    return pid
