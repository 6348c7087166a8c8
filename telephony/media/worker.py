"""One media worker: a PjsuaPort on its own loopback address, a Host with its sessions, a line to the router."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import time

from instance import Instance
from telephony.media.desk import ThreadDesk
from telephony.media.host import Host
from telephony.media.link import RouterLink
from telephony.media.pjsua import PjsuaPort
from telephony.media.prompts import Prompts
from telephony.messages.workers import (
    CallGranted,
    EndSession,
    Lease,
    PinChecked,
    PinSet,
    Recycle,
    WorkerHello,
    WorkerWorn,
)

log = logging.getLogger(__name__)

# Seconds a turn of the loop waits for SIP, which ends it at once. It bounds the delay of everything else: a line
# from the router, a digit, the end of a file. Every turn costs about 0.1 ms of CPU.
TURN = 0.040
IDLE_TURN = 0.050
FAREWELL = 2.5  # seconds to hang up and store what was being said
PR_SET_PDEATHSIG = 1


def die_with(parent: int) -> None:
    """Get SIGTERM when the supervisor ends, however it ends (prctl(2))."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before we asked
        os._exit(0)


class Wear:
    """When an idle worker should be recycled: places of its library have been held by ended calls for seconds. The
    answer to a BYE takes a moment; one that has not come after three seconds will not come for half a minute."""

    LOOK_EVERY, PATIENCE = 1.0, 3.0  # seconds

    def __init__(self) -> None:
        self._looked = self._since = 0.0

    def look_is_due(self, now: float) -> bool:
        if now - self._looked < self.LOOK_EVERY:
            return False
        self._looked = now
        return True

    def worn(self, lingering: int, now: float) -> bool:
        if not lingering:
            self._since = 0.0
            return False
        self._since = self._since or now
        return now - self._since >= self.PATIENCE


def run(inst: Instance, number: int) -> int:
    """Work until told to end; returns the exit status. Leave the process with os._exit afterwards."""
    stop: list[int] = []
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda got, _: stop.append(got))
    address = inst.worker(number)
    port = PjsuaPort(address, proxy=inst.switch_internal, user=f"w{number}")
    desk = ThreadDesk()
    link = RouterLink(
        inst.router_socket,
        lambda: WorkerHello(worker=number, pid=os.getpid(), address=str(address), sessions=host.sessions()),
    )
    prompts = Prompts(inst.media / "prompts" / "en")
    host = Host(
        port=port, desk=desk, prompts=prompts, switch=inst.switch_internal,
        mail_root=inst.mail, spool_folder=inst.media / "spool",
        music=inst.hold_music,  # the relay provides it
        send=link.send,
    )  # fmt: skip
    log.info("worker.ready worker=%d address=%s", number, address)
    recycle = False
    wear = Wear()

    def turn() -> None:
        nonlocal recycle
        for event in port.poll(IDLE_TURN if host.idle else TURN):
            host.on_port(event)
        for message in link.poll():
            if isinstance(message, Lease | EndSession | PinChecked | PinSet | CallGranted):
                host.on_router(message)
            elif isinstance(message, Recycle):
                recycle = True
        desk.drain()
        host.tick()
        if host.idle and wear.look_is_due(time.monotonic()) and wear.worn(port.lingering(), time.monotonic()):
            log.info("worker.worn worker=%d", number)
            link.send(WorkerWorn(worker=number))

    while not stop and not (recycle and host.idle):
        turn()
    host.end_all()
    deadline = time.monotonic() + FAREWELL
    while not host.idle and time.monotonic() < deadline:
        turn()
    desk.close()
    link.close()
    port.close()
    log.info("worker.ended worker=%d", number)
    return 0
