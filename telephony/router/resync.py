"""Bringing switch and router to one mind: tables pushed, dialogs, registrations and bans read back."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
import time
from typing import TYPE_CHECKING

from telephony.numbers.internal import emergency_number
from telephony.router import for_help, reconcile
from telephony.router.live import Ban, Call, Leg
from telephony.router.server import RpcFailed
from telephony.router.store import AWAY
from telephony.router.tables import NAMES, Tables, desired
from telephony.switch.watchers import watched

if TYPE_CHECKING:
    from telephony.router.router import Router

log = logging.getLogger(__name__)

PAGES = 50  # of the stream read back, of 1000 events each: all that is kept
UNREMEMBERED_SEQ = 1000  # a reader sees a gap and asks for the state, never a double
TIMES_MISSING = 2


class Resync:
    def __init__(self, router: Router) -> None:
        self.router = router
        self.known = False  # the switch's calls and registrations have been read since it connected
        self.held: Tables = {}
        self.alone: set[str] = set()  # Call-IDs of emergency calls the switch placed without us, told already
        self._pushing = asyncio.Lock()

    async def everything(self) -> None:
        """After a connect."""
        self.known = False
        self.held = {}
        await self.push_tables()
        await self.read_registrations()
        await self.read_bans()
        await self.read_calls(times=1)
        self.known = True
        self.router.relay.ask_again()  # the switch may remember calls that ended in its last second (decision 9)
        self.router.lamps.refresh_all()
        await self.read_watchers()
        self.router.report_state()

    # -- ours to the switch --------------------------------------------------------------------------
    async def push_tables(self) -> None:
        """Only differences travel."""
        async with self._pushing:
            control = self.router.control
            if control is None:
                return
            configuration = self.router.configuration
            wanted = desired(configuration.index, configuration.credentials)
            changed = 0
            for name in NAMES:
                if name not in self.held:
                    self.held[name] = await control.table(name)
                changed += await control.sync_table(name, wanted[name], self.held[name])
                self.held[name] = wanted[name]
            if configuration.version:
                await control.ready()
            await self.router.line_registrations.push()
            log.info("switch.tables_pushed version=%d changes=%d", configuration.version, changed)

    # -- the switch's to us --------------------------------------------------------------------------
    async def read_registrations(self) -> None:
        router = self.router
        if router.control is None:
            return
        router.live.registrations = await router.control.registrations()

    async def read_bans(self) -> None:
        router = self.router
        if router.control is None:
            return
        reasons = await router.control.table("ban")
        old = router.live.bans
        until = time.time() + 300
        router.live.bans = {
            source: old.get(source) or Ban(reason=reason, until=until) for source, reason in reasons.items()
        }

    async def read_watchers(self) -> None:
        """Whose busy lamps anybody follows; all of these are published again."""
        try:
            found = await asyncio.to_thread(watched, self.router.instance.switch_state, "dialog", time.time())
        except sqlite3.Error as error:
            log.warning("lamps.watchers_unknown error=%s", error)
            found = self.router.busy.watched
        self.router.busy.watch_only(found)

    async def read_calls(self, *, times: int = TIMES_MISSING) -> None:
        """End legs the switch no longer has (seen missing `times` times), adopt those it has and we do not."""
        router = self.router
        if router.control is None:
            return
        before = list(router.live.legs.values())
        found = {dialog.cid: dialog for dialog in reconcile.dialogs(await router.control.dialogs())}
        for leg in before:
            if leg.cid in found or leg.ended or leg.deciding:
                leg.call.missing = 0
                continue
            leg.call.missing += 1
            if leg.call.missing >= times:
                log.warning("call.end_unseen call=%s cid=%s", leg.call.call_id, leg.cid)
                router.ledger.end_leg(leg)
        unknown = [dialog for cid, dialog in found.items() if cid not in router.live.legs]
        for dialog in unknown:
            if not dialog.call_id:
                self._placed_without_us(dialog)
        strange = [dialog for dialog in unknown if dialog.call_id]
        if strange:
            await self._adopt(strange)

    async def _adopt(self, strange: list[reconcile.Dialog]) -> None:
        """Calls from before our own restart: their facts and sequence numbers are in the stream."""
        router = self.router
        calls: dict[str, Call] = {}
        for dialog in strange:
            call = router.live.calls.get(dialog.call_id) or calls.get(dialog.call_id)
            calls[dialog.call_id] = call or Call(call_id=dialog.call_id, index=router.index, at=dialog.started)
        await self._remember({call_id: call for call_id, call in calls.items() if not call.started})
        for dialog in strange:
            call = calls[dialog.call_id]
            if not call.started:
                reconcile.invent(call, dialog, router.index)
                call.started, call.seq = True, max(call.seq, UNREMEMBERED_SEQ)
                self._tell_of_emergency(call)
            router.live.add_call(call)
            leg = router.live.add_leg(
                Leg(cid=dialog.cid, call=call, cseq=dialog.cseq, h_entry=dialog.h_entry, h_id=dialog.h_id)
            )
            router.live.use_line(leg, dialog.line_id)
            leg.direct = dialog.direct
            station = str(call.facts.get("from_station", ""))
            if station and len(call.legs) == 1:
                leg.station = station
                router.live.keys[station] += 1
            if dialog.talking:
                by = call.answered_by or dialog.to_user
                router.live.answer(leg, by)
                if not call.answered:
                    call.answered, call.answered_by = dialog.started or time.time(), by
            router.ledger.changed(call)
        log.info("calls.adopted count=%d", len(calls))

    def _tell_of_emergency(self, call: Call) -> None:
        """Its own event was lost with the router that decided it."""
        index = self.router.index
        number = emergency_number(str(call.facts["dialled"]), index.dial_plan, index.emergency)
        if number:
            call.facts["call_kind"], call.facts["to_name"] = "emergency", "Emergency"
            self._emergency(call.call_id, number, str(call.facts["from_station"]))

    def _placed_without_us(self, dialog: reconcile.Dialog) -> None:
        """The switch placed an emergency call from its own table: whoever must hear of it hears of it now, once."""
        index = self.router.index
        number = emergency_number(dialog.to_user, index.dial_plan, index.emergency)
        if number and dialog.cid not in self.alone:
            self.alone.add(dialog.cid)
            call_id = hashlib.md5(dialog.cid.encode(), usedforsecurity=False).hexdigest()  # the same after a restart
            self._emergency(call_id, number, dialog.from_user)

    def _emergency(self, call_id: str, number: str, station: str) -> None:
        fields = for_help.unseen(self.router.index, call_id, number, station)
        self.router.journal.event("emergency.called", **fields)

    async def _remember(self, calls: dict[str, Call]) -> None:
        position = "+"
        try:
            for _ in range(PAGES):
                if all(call.started for call in calls.values()):
                    return
                page = await self.router.store.newest_events(position)
                if not page:
                    return
                for event in reconcile.missing_calls(page, set(calls)):
                    reconcile.remember(calls[event.call_id], event)
                position = page[-1][0]
        except AWAY as error:
            log.warning("calls.not_remembered count=%d error=%s", len(calls), type(error).__name__)

    async def watch(self) -> None:
        """For ever: ask the switch for its calls now and then, so that a lost `fin` costs a minute, not a line."""
        while True:
            await asyncio.sleep(30)
            if self.router.live.legs and self.known:
                try:
                    await self.read_calls()
                except RpcFailed as error:
                    log.warning("switch.not_read error=%s", error)
