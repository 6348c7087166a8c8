"""The portal's commands, each carried out at most once and always answered with a sentence when refused."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from typing import TYPE_CHECKING

from telephony.messages.commands import (
    AnyCommand,
    EndCall,
    LiftBan,
    MailboxChanged,
    Originate,
    Reply,
    ReportState,
    RingHandset,
    SendToVoicemail,
    SetPresence,
    SetSchedule,
    UnlockPin,
)
from telephony.messages.plan import Explanation
from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import Presence
from telephony.messages.workers import OriginateApp, TestRing
from telephony.router.decide import draft
from telephony.router.draft import Draft
from telephony.router.invite import Invite
from telephony.router.live import Call
from telephony.router.originate import test_leg
from telephony.router.server import RpcFailed

if TYPE_CHECKING:
    from telephony.messages.workers import AnyApp
    from telephony.router.router import Router

log = logging.getLogger(__name__)

TOO_OLD_SECONDS = 30.0  # a phone must not ring long after the click
NO_SWITCH = "The switch is not connected; try again in a moment."
NO_WORKER = "All voice channels are in use; try again in a moment."


class Commands:
    def __init__(self, router: Router) -> None:
        self.router = router

    async def carry_out(self, command: AnyCommand) -> Reply:
        if time.time() - command.at > TOO_OLD_SECONDS:
            return self._no(command, "The command came too late and was not carried out.")
        try:
            return await self._dispatch(command)
        except RpcFailed as error:
            return self._no(command, str(error))

    async def _dispatch(self, command: AnyCommand) -> Reply:
        match command:
            case Originate():
                return await self._originate(command)
            case EndCall():
                return await self._end_call(command)
            case SendToVoicemail():
                return await self._send_to_voicemail(command)
            case RingHandset():
                return await self._ring_handset(command)
            case LiftBan():
                return await self._lift_ban(command)
            case UnlockPin():
                return self._unlock_pin(command)
            case MailboxChanged():
                self.router.lamps.refresh(command.user_id)
            case SetPresence():
                return await self._set_presence(command)
            case SetSchedule():
                return await self._set_schedule(command)
            case ReportState():
                self.router.report_state()
        return Reply(id=command.id, ok=True)

    @staticmethod
    def _no(command: AnyCommand, error: str) -> Reply:
        return Reply(id=command.id, ok=False, error=error)

    # -- calls that a worker makes ---------------------------------------------------------------------
    async def _originate(self, command: Originate) -> Reply:
        router = self.router
        index, live = router.index, router.live
        user = index.user_of_extension.get(command.from_extension)
        if user is None:
            return self._no(command, f"Extension {command.from_extension} belongs to no user, so it cannot call.")
        stations = index.stations_of.get(user.user_id, ())
        registered = [station for station in stations if live.contacts(station)]
        if not registered:
            return self._no(command, f"No phone of {user.name} is registered, so there is none to call from.")
        if all(live.busy(station) for station in registered):
            return self._no(command, f"Every phone of {user.name} is in use.")
        call_id = uuid.uuid4().hex
        invite = Invite(call_id=call_id, kind="worker", dialled=command.to, acting=command.from_extension)
        made = draft(index, live, invite)
        if made.kind == "refused":
            return self._no(command, made.why[-1].text)
        now = asyncio.get_running_loop().time()
        tokens = router.tokens
        app = OriginateApp(
            first=command.from_extension,
            first_token=tokens.mint(
                call_id=call_id, role="first", acting=command.from_extension, target=command.from_extension, now=now
            ),
            second=command.to,
            second_token=tokens.mint(
                call_id=call_id, role="second", acting=command.from_extension, target=command.to, now=now
            ),
        )
        return await self._by_worker(command, call_id, app, made)

    async def _ring_handset(self, command: RingHandset) -> Reply:
        router = self.router
        if command.station not in router.index.appearances:
            return self._no(command, f"No handset has the station number {command.station}.")
        if not router.live.contacts(command.station):
            return self._no(command, f"The handset with station number {command.station} is not registered.")
        if router.live.busy(command.station):
            return self._no(command, f"The handset with station number {command.station} is in use.")
        call_id = uuid.uuid4().hex
        invite = Invite(call_id=call_id, kind="worker", dialled=command.station)
        token = router.tokens.mint(
            call_id=call_id, role="test", acting="", target=command.station, now=asyncio.get_running_loop().time()
        )
        app = TestRing(station=command.station, token=token)
        return await self._by_worker(command, call_id, app, test_leg(router.index, router.live, invite))

    async def _by_worker(self, command: AnyCommand, call_id: str, app: AnyApp, made: Draft) -> Reply:
        router = self.router
        if router.link is None:
            return self._no(command, NO_SWITCH)
        call = router.live.add_call(Call(call_id=call_id, index=router.index, at=time.time()))
        found = await router.media.lease(call_id, app)
        if found is None:
            del router.live.calls[call_id]
            return self._no(command, NO_WORKER)
        call.sessions.add(found[0].lease)
        router.ledger.start(call, made)
        return Reply(id=command.id, ok=True, call_id=call_id)

    # -- ending ----------------------------------------------------------------------------------------
    async def _end_call(self, command: EndCall) -> Reply:
        call = self.router.live.calls.get(command.call_id)
        if call is None:
            return self._no(command, "The call has ended already.")
        call.ended_by = command.by or "administrator"
        await self.router.end_call(call)
        return Reply(id=command.id, ok=True, call_id=call.call_id)

    async def _send_to_voicemail(self, command: SendToVoicemail) -> Reply:
        call = self.router.live.calls.get(command.call_id)
        if call is None:
            return self._no(command, "The call has ended already.")
        leg = next((one for one in call.legs.values() if one.ringing), None)
        if leg is None or call.answered:
            return self._no(command, "The call does not ring any more.")
        extension = str(call.facts.get("to_number", ""))
        user = call.index.user_of_extension.get(extension)
        if user is None or not user.mailbox.enabled:
            return self._no(command, f"Extension {extension} has no mailbox.")
        self.router.ledger.explain(call, [Explanation(text=f"{command.by or 'Somebody'} sent it to voicemail.")])
        await self.router.send_to_voicemail(leg, extension)
        return Reply(id=command.id, ok=True, call_id=call.call_id)

    # -- the rest --------------------------------------------------------------------------------------
    async def _lift_ban(self, command: LiftBan) -> Reply:
        router = self.router
        if router.control is None:
            return self._no(command, NO_SWITCH)
        await router.control.lift_ban(command.source)
        router.live.bans.pop(command.source, None)
        router.journal.event("source.lifted", source=command.source, by=command.by)
        return Reply(id=command.id, ok=True)

    def _unlock_pin(self, command: UnlockPin) -> Reply:
        if not self.router.pins.unlock(command.extension):
            return self._no(command, f"The PIN of extension {command.extension} is not locked.")
        log.info("pin.unlocked extension=%s by=%s", command.extension, command.by)
        return Reply(id=command.id, ok=True)

    async def _set_presence(self, command: SetPresence) -> Reply:
        try:
            presence = Presence(command.presence)
        except ValueError:
            return self._no(command, f"There is no presence called {command.presence!r}.")
        if command.user_id not in self.router.index.users:
            return self._no(command, "There is no such user.")
        await self.router.set_presence(command.user_id, presence, command.by)
        return Reply(id=command.id, ok=True)

    async def _set_schedule(self, command: SetSchedule) -> Reply:
        schedule = self.router.index.schedules.get(command.schedule_id)
        if schedule is None:
            return self._no(command, "There is no such schedule.")
        if command.mode is None and schedule.control == "manual":
            return self._no(command, f"Schedule {schedule.number} is under manual control: choose a mode.")
        made = SetByHand(mode=command.mode, greeting=command.greeting, made=command.made or time.time(), by=command.by)
        await self.router.set_schedule(command.schedule_id, made)
        return Reply(id=command.id, ok=True)
