"""Outside lines that register at their carrier: the switch does it (module uac), from what it is told here.

The switch forgets its list when it restarts and keeps it when we do, so at every connect the two are compared. A
carrier that is lost or found again is an event, like any other part that comes and goes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from telephony.messages.snapshot import Credentials
from telephony.router.index import SnapshotIndex
from telephony.router.server import RpcFailed
from telephony.router.steps.external import LINE_USER
from telephony.switch.control import LineRegistration

if TYPE_CHECKING:
    from telephony.router.router import Router

log = logging.getLogger(__name__)


class LineRegistrations:
    def __init__(self, router: Router) -> None:
        self.router = router
        self.online: dict[str, bool] = {}  # by the name the line gives itself; what was told last

    async def push(self) -> None:
        """Make the switch's list the configured one."""
        control = self.router.control
        if control is None:
            return
        configuration = self.router.configuration
        wanted = registrations(configuration.index, configuration.credentials)
        present = await control.line_registrations()
        for name, one in present.items():
            if wanted.get(name) != one.registration:
                await control.forget_line(name)
        for name, registration in wanted.items():
            if name not in present or present[name].registration != registration:
                await control.register_line(registration)
                log.info("line.registers line=%s", name)
        self.online = {name: up for name, up in self.online.items() if name in wanted}

    async def look(self) -> None:
        """Tell what changed since the last look."""
        control = self.router.control
        lines = self.router.index.lines
        if control is None or not (self.online or any(line.registers for line in lines.values())):
            return
        try:
            present = await control.line_registrations()
        except RpcFailed as error:
            log.warning("lines.not_read error=%s", error)
            return
        for name, one in present.items():
            number = int(name.removeprefix(LINE_USER))
            if one.under_way or self.online.get(name) == one.online or number not in lines:
                continue
            self.online[name] = one.online
            text = "" if one.online else f"Outside line {lines[number].description} is not registered."
            log.info("line.registered line=%s up=%s", name, one.online)
            self.router.journal.event("engine.state", part=f"line {number}", up=one.online, text=text)


def registrations(index: SnapshotIndex, credentials: Credentials) -> dict[str, LineRegistration]:
    return {
        f"{LINE_USER}{line.line_id}": LineRegistration(
            name=f"{LINE_USER}{line.line_id}",
            target=line.registrar or line.target,
            login=line.username,
            password=credentials.lines.get(line.line_id, ""),
            user=line.user_id if line.user_id != line.username else "",
            proxy=line.outbound_proxy if line.outbound_proxy != (line.registrar or line.target) else "",
        )
        for line in index.snapshot.outside_lines
        if line.registers and line.username
    }
