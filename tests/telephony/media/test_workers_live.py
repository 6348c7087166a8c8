"""The life of workers: the router goes, they are killed, the pool grows, the disk is full."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from telephony import mailbox
from telephony.mailbox import Counts
from telephony.media.prompts import ENGLISH
from telephony.messages.workers import (
    Announcement,
    Grow,
    MailboxTouched,
    SupervisorHello,
    WorkerDied,
    WorkerHello,
)  # fmt: skip
from tests.harness.audio import contains, parse_wav, read_wav
from tests.harness.place import wait_for
from tests.telephony.media.router import FakeRouter
from tests.telephony.media.stage import is_tone
from tests.telephony.media.workers import BOB, House, skip_greeting, speak, take_message

pytestmark = pytest.mark.telephony


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    yield made
    made.close()


def test_a_running_session_outlives_the_router_and_is_reported_to_the_next_one(house: House) -> None:
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    house.router.close()
    skip_greeting(call)
    house.router = FakeRouter(house.inst.router_socket)
    hello = house.router.expect(WorkerHello)
    assert [(s.lease, s.call_id, s.app, s.legs) for s in hello.sessions] == [("L1", "call-1", "voicemail", 1)]
    house.router.close()
    speak(1.5)
    call.bye()
    wait_for(lambda: house.counts().new == 1, 5, "the message")
    house.router = FakeRouter(house.inst.router_socket)
    assert house.router.expect(MailboxTouched).user_id == BOB, "told late, but told"
    assert house.router.expect(WorkerHello).sessions == ()


def test_a_killed_worker_is_replaced_and_the_message_it_recorded_is_salvaged(house: House) -> None:
    first = house.router.expect(WorkerHello)
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    skip_greeting(call)
    speak(4)
    killed = time.monotonic()
    os.kill(first.pid, signal.SIGKILL)
    died = house.router.expect(WorkerDied)
    assert (died.worker, died.pid, died.status) == (0, first.pid, -signal.SIGKILL)
    second = house.router.expect(WorkerHello, count=2)
    print(f"kill -9 to hello of the replacement: {1000 * (time.monotonic() - killed):.0f} ms")
    assert second.pid != first.pid
    wait_for(lambda: house.counts().new == 1, 5, "the salvaged message")
    assert house.router.expect(MailboxTouched).user_id == BOB
    (message,) = mailbox.messages(house.inst.mail, BOB)
    samples = parse_wav(mailbox.audio(house.inst.mail, BOB, message.id))
    assert 3.0 < len(samples) / 8000 < 6
    assert is_tone(samples[4000:], 620)
    assert not list((house.inst.media / "spool").iterdir())
    house.router.lease(0, "L2", Announcement(prompts=("hello-world",)))
    house.talk("L2")


def test_the_pool_grows_on_demand_up_to_its_maximum(house: House) -> None:
    hello = house.router.expect(SupervisorHello)
    assert (hello.running, hello.maximum) == (1, 3)
    assert house.router.supervisor is not None
    from telephony.messages import write

    house.router.supervisor.sendall(write(Grow(workers=9)) + b"\n")
    wait_for(lambda: set(house.router.workers) == {0, 1, 2}, 5, "three workers")
    house.router.lease(2, "L1", Announcement(prompts=("hello-world",)))
    house.talk("L1", worker=2)


def test_ending_the_supervisor_stores_messages_and_ends_every_worker(house: House) -> None:
    pid = house.router.expect(WorkerHello).pid
    house.router.lease(0, "L1", take_message())
    call = house.talk("L1")
    call.rtp.play_tone(620)
    skip_greeting(call)
    speak(2)
    assert house.place.stop("media") == 0
    assert not Path(f"/proc/{pid}").exists()
    assert house.counts() == Counts(1, 0)


def test_workers_end_when_their_supervisor_is_killed(house: House) -> None:
    pid = house.router.expect(WorkerHello).pid
    house.process.popen.send_signal(signal.SIGKILL)
    house.process.popen.wait()
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), 6, "the worker to end")


def test_a_disk_that_is_full_gets_an_apology_and_keeps_nothing_half() -> None:
    house = House.__new__(House)
    house.peers = []
    house.settle({"SWITCHROOM_MEDIA_WARM": "1"})
    try:
        # no file may grow beyond 40 kB: the recording stops after 2.5 s, as on a disk that fills up meanwhile
        house.place.start("media", ["prlimit", "--fsize=40000", sys.executable, "-m", "telephony.media"])
        wait_for(lambda: house.router.workers, 10, "the worker")
        house.router.lease(0, "L1", take_message())
        call = house.talk("L1")
        call.rtp.play_tone(620)
        skip_greeting(call)
        speak(7)
        began = time.monotonic()
        call.rtp.dial("#")
        call.expect_bye(12)
        assert contains(call.rtp.heard_since(began), read_wav(ENGLISH / "vm-mailboxfull.wav"))
        assert house.counts() == Counts(0, 0)
        assert not list((house.inst.media / "spool").iterdir())
        assert not list(house.inst.mail.rglob("tmp/*"))
    finally:
        house.close()
