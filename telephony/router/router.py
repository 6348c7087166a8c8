"""The router process: its parts, wired by hand, and what happens when the switch, Redis or media come and go."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Set
from dataclasses import asdict
from typing import Any

from instance import Instance
from telephony.mailbox import Counts
from telephony.messages.plan import Explanation
from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import OutsideLine, Presence, ScheduleMode
from telephony.messages.workers import (
    AskCall,
    CallGranted,
    ChangePin,
    CheckPin,
    LegState,
    PinChecked,
    PinSet,
    PresenceChosen,
)  # fmt: skip
from telephony.router import reconcile
from telephony.router.busy import BusyLamps, messages_lamp, schedule_lamp
from telephony.router.chosen import grant_call
from telephony.router.commands import Commands
from telephony.router.configuration import Configuration, nothing
from telephony.router.control import Control
from telephony.router.index import SnapshotIndex
from telephony.router.journal import Journal
from telephony.router.lamps import Lamps
from telephony.router.leases import Grant
from telephony.router.ledger import Ledger
from telephony.router.line_registrations import LineRegistrations
from telephony.router.live import Ban, Call, Leg, LiveState
from telephony.router.media_link import MediaLink
from telephony.router.moved import Moved
from telephony.router.pickup import PickUps
from telephony.router.pins import Pins
from telephony.router.progress import Progress
from telephony.router.questions import Questions
from telephony.router.relay import LOST, RelayWatch, play_music
from telephony.router.report import report
from telephony.router.resync import Resync
from telephony.router.schedules import Schedules
from telephony.router.server import Message, RpcFailed, SwitchLink
from telephony.router.store import AWAY, Store
from telephony.router.tokens import Tokens
from telephony.router.transfer import Transfers
from telephony.switch.control import DialogLamp

log = logging.getLogger(__name__)

DEADLY = 2  # workers that died in calls of one source (engine-calls.md 9)
DEADLY_REASON = "media workers died in its calls"
BAN_SECONDS = 300.0
STOP_AGAIN_AFTER = (0.5, 1.5, 3.0)  # seconds
SUBSCRIBES_WITHIN = 1.0  # seconds; a phone that wants its lamp subscribes right after it registered


class Router:
    def __init__(self, instance: Instance, store: Store) -> None:
        self.instance = instance
        self.store = store
        self.configuration: Configuration = nothing()
        self.link: SwitchLink | None = None
        self.control: Control | None = None
        self.switch_seen = 0.0  # monotonic seconds of the last RPC answer
        self.relay = RelayWatch(instance.relay_started, instance.relay_control)
        self.live = LiveState()
        self.schedules = Schedules()
        self.journal = Journal()
        self.tokens = Tokens()
        self.pins = Pins()
        self.killers: Counter[str] = Counter()
        self.media = MediaLink(instance.router_socket)
        self.ledger = Ledger(self.live, self.journal)
        self.lamps = Lamps(instance.mail, self.journal, lambda: self.index, self._publish_lamp)
        self.questions = Questions(self.live, self.ledger, self.media, self.tokens, lambda: self.index)
        self.questions.setting_of = lambda index, number: self.schedules.setting(index, number, time.time())
        self.busy = BusyLamps(self.live, lambda: self.index, self._publish_dialogs)
        self.ledger.changed = self.busy.changed
        self.lamps.on_counted = self._counted
        self.progress = Progress(
            self.live, self.ledger, self.journal, self.media, self.lamps.refresh_station, self.busy.watch
        )
        self.commands = Commands(self)
        self.moved = Moved(self.live, self.ledger, self._add_phone)
        self.pick_ups = PickUps(self)
        self.questions.pick_up = self.pick_ups.begin
        self.transfers = Transfers(self)
        self.resync = Resync(self)
        self.line_registrations = LineRegistrations(self)
        self._tasks: set[asyncio.Task[None]] = set()
        self.questions.end_call = self.end_call
        self.questions.on_line_failed = self._line_failed
        self.media.on_ended = self._session_ended
        self.media.on_check_pin = self._check_pin
        self.media.on_change_pin = self._change_pin
        self.opened: dict[str, str] = {}  # lease -> extension whose right PIN was said in it
        self.media.on_ask_call = self._ask_call
        self.media.on_mailbox = self.lamps.refresh
        self.media.on_presence = self._presence_chosen
        self.media.on_leg = self._leg_state
        self.media.on_worker = self._worker_state
        self._handlers = {
            "ring": self.progress.ring,
            "ans": self.progress.ans,
            "fin": self.progress.fin,
            "dlg": self.progress.dlg,
            "hold": self.progress.hold,
            "moved": self.moved.moved,
            "reg": self.progress.reg,
            "regexp": self.progress.regexp,
            "auth": self.progress.auth,
            "ban": self.progress.ban,
            "sub": self.progress.sub,
        }

    @property
    def index(self) -> SnapshotIndex:
        return self.configuration.index

    def spawn(self, work: Any) -> None:
        """Run a coroutine beside the calls; what goes wrong in it is logged, not lost."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            if isinstance(error, RpcFailed):
                log.warning("switch.rpc_failed error=%s", error)
            else:
                log.error("router.task_failed", exc_info=error)

    # -- the switch ----------------------------------------------------------------------------------
    def on_message(self, message: Message) -> None:
        kind = message.get("t")
        if kind == "q" and self.link is not None:
            self._question(self.link, message)
        elif kind == "ask" and self.link is not None:
            self.questions.ask(self.link, message)
        elif kind == "refer" and self.link is not None:
            self.transfers.refer(self.link, message)
        elif kind in self._handlers:
            self._handlers[kind](message)
        else:
            log.warning("switch.message_unknown t=%s", kind)

    def _question(self, link: SwitchLink, message: Message) -> None:
        try:
            self.questions.question(link, message)
        except Exception:
            # A plan without steps sends the switch to its own tables at once: emergency and internal numbers work.
            link.send({"i": message["i"], "l": message["l"], "plan": {"s": []}})
            if (leg := self.live.legs.get(str(message.get("cid")))) is not None:
                self.ledger.end_leg(leg, code=500, reason="The call router failed")
            raise

    def on_switch_up(self, link: SwitchLink) -> None:
        log.info("switch.connected")
        self.link = link
        self.control = Control(link, realm=self.index.snapshot.realm or self.instance.realm)
        self.switch_seen = asyncio.get_running_loop().time()
        self.journal.event("engine.state", part="switch", up=True, text="connected")
        self.spawn(self.resync.everything())

    def on_switch_down(self) -> None:
        log.warning("switch.gone")
        self.link = self.control = None
        self.journal.event("engine.state", part="switch", up=False, text="The switch is not connected.")

    def _publish_lamp(self, station: str, new: int, old: int) -> None:
        if self.control is not None:
            self.spawn(self._light(self.control, station, new, old))

    async def _publish_dialogs(self, entity: str, dialogs: tuple[DialogLamp, ...]) -> None:
        if self.control is None:
            return  # everything is published again when it comes back
        try:
            await self.control.publish_dialogs(entity, dialogs)
        except RpcFailed as error:
            log.warning("lamp.not_published entity=%s error=%s", entity, error)

    async def _light(self, control: Control, station: str, new: int, old: int) -> None:
        await control.publish_messages(station, new=new, old=old)
        if self.live.contacts(station):
            await asyncio.sleep(SUBSCRIBES_WITHIN)
            if station not in self.live.subscribers:
                await control.notify_messages(station, new=new, old=old)

    async def use(self, configuration: Configuration) -> None:
        """Swap between two messages; calls under way keep the index they began with."""
        old, self.configuration = self.configuration, configuration
        self.pins.use(configuration.credentials)
        self.live.audit_pins.use(configuration.credentials)
        if self.control is not None:
            self.control.realm = configuration.index.snapshot.realm or self.instance.realm
            await self.resync.push_tables()
        # only now: a phone that was just added may register the moment it is said to be in force
        self.journal.event("version.in_force", version=configuration.version)
        log.info("version.in_force version=%d", configuration.version)
        for station, entry in configuration.index.appearances.items():
            before = old.index.appearances.get(station)
            if before is None or before.owner_id != entry.owner_id:
                self.lamps.refresh_station(station)

    def _line_failed(self, line: OutsideLine, code: int) -> None:
        log.warning("line.failed line=%d code=%d", line.line_id, code)
        what = "does not answer" if code == 408 else f"answered {code}"
        text = f"Outside line {line.description} {what}."
        self.journal.event("engine.state", part=f"line {line.line_id}", up=False, text=text)

    # -- media ---------------------------------------------------------------------------------------
    def _session_ended(self, grant: Grant, reason: str) -> None:
        self.opened.pop(grant.lease, None)
        call = self.live.calls.get(grant.call_id)
        if call is None:
            return
        if reason == "worker died":
            self._suspect(call)
        if reason.startswith("worker"):
            for leg in list(call.legs.values()):
                if leg.lease == grant.lease or leg.role:
                    self.spawn(self.end_leg(leg))  # nobody is left to say goodbye for the worker
        if grant.lease in call.sessions:
            self.ledger.end_session(call, grant.lease, reason)

    def _suspect(self, call: Call) -> None:
        """A source in whose calls two workers died is shut out: something it sends kills them."""
        for source in {leg.source.rpartition(":")[0] for leg in call.legs.values() if leg.source and not leg.role}:
            self.killers[source] += 1
            log.error("worker.died_in_call call=%s source=%s times=%d", call.call_id, source, self.killers[source])
            if self.killers[source] >= DEADLY and self.control is not None:
                self.killers[source] = 0
                self.spawn(self.control.ban(source, DEADLY_REASON))
                self.live.bans[source] = Ban(DEADLY_REASON, time.time() + BAN_SECONDS)
                self.journal.event(
                    "source.banned", source=source, reason=DEADLY_REASON, until=time.time() + BAN_SECONDS
                )

    def _leg_state(self, state: LegState) -> None:
        log.debug("media.leg lease=%s leg=%s state=%s code=%d", state.lease, state.leg, state.state, state.code)
        self.pick_ups.worker_is_ready(state)

    def _worker_state(self, number: int, up: bool, text: str) -> None:
        if not up:
            log.info("worker.gone worker=%d why=%s", number, text)
        self.journal.event("engine.state", part=f"media {number}", up=up, text=text)

    def _check_pin(self, ask: CheckPin, grant: Grant | None) -> PinChecked:
        call = self.live.calls.get(grant.call_id) if grant else None
        source = next((leg.source.rpartition(":")[0] for leg in call.legs.values() if leg.source), "") if call else ""
        verdict = self.pins.check(extension=ask.extension, pin=ask.pin, source=source, now=time.time())
        if verdict.locked_now:
            log.warning("pin.locked keys=%s", ",".join(verdict.locked_now))
            self.journal.event("pin.locked", extension=ask.extension, source=source, until=verdict.until)
        user = self.index.users.get(verdict.user_id) if verdict.ok else None
        if user is None:
            return PinChecked(ask=ask.ask, ok=False, locked=verdict.locked)
        self.opened[ask.lease] = ask.extension
        return PinChecked(
            ask=ask.ask,
            ok=True,
            user_id=user.user_id,
            name=user.name,
            extension=ask.extension,
            require_change=user.require_pin_change and ask.extension not in self.pins.renewed,
            mailbox=user.mailbox,
        )

    def _change_pin(self, ask: ChangePin, grant: Grant | None) -> PinSet:
        """In force for the next check; the hub has it written (portal/business/users/by_phone.py)."""
        extension = self.opened.get(ask.lease, "") if grant is not None else ""
        made = self.pins.renew(extension, ask.pin, time.time())
        if made is None:
            return PinSet(ask=ask.ask, ok=False)
        log.info("pin.changed extension=%s", extension)
        self.journal.event("pin.changed", **asdict(made))
        return PinSet(ask=ask.ask, ok=True)

    def _presence_chosen(self, chosen: PresenceChosen) -> None:
        user = self.index.users.get(chosen.user_id)
        if user is not None:
            self.spawn(self.set_presence(user.user_id, chosen.presence, f"{user.username} by telephone"))

    def _ask_call(self, ask: AskCall, grant: Grant | None) -> CallGranted:
        return grant_call(self, ask, grant)

    def _add_phone(self, leg: Leg, station: str) -> None:
        if self.link is not None:
            self.link.send({"i": leg.index, "l": leg.label, "add": station})

    # -- ending calls --------------------------------------------------------------------------------
    async def end_call(self, call: Call) -> None:
        """In every state: ringing, talking, waiting for a worker, made by a worker."""
        for lease in list(call.sessions):
            self.media.end(lease)
        for leg in list(call.legs.values()):
            await self.end_leg(leg)

    async def end_leg(self, leg: Leg) -> None:
        if self.control is None:
            raise RpcFailed("The switch is not connected; try again in a moment.")
        if leg.ended or leg.deciding:  # a leg that waits for a worker is answered when the wait ends
            return
        await self._stop(self.control, leg)
        self.spawn(self._make_sure_it_ends(leg))

    def carried_legs(self) -> frozenset[str]:
        """Call-IDs of the legs whose sound passes the relay."""
        return frozenset(leg.cid for leg in self.live.legs.values() if leg.talking and not leg.direct)

    async def end_silent(self, lost: Set[str]) -> None:
        """Legs whose sound the relay has forgotten: their calls are over."""
        for call in list(self.live.calls.values()):
            if lost.isdisjoint(call.legs):
                continue
            log.warning("call.silent call=%s", call.call_id)
            self.ledger.explain(call, [Explanation(text=LOST)])
            with contextlib.suppress(RpcFailed):
                await self.end_call(call)

    async def music_again(self) -> None:
        """The relay was started anew, and what it played is gone: who is held hears music again."""
        held = {leg.cid: leg for leg in self.live.legs.values() if leg.held and not leg.direct and not leg.lease}
        if not held or self.control is None:
            return
        with contextlib.suppress(RpcFailed):
            for dialog in reconcile.dialogs(await self.control.dialogs()):
                leg = held.get(dialog.cid)
                for side, tag in zip(("callee", "caller"), dialog.tags, strict=True):  # the caller waits for the callee
                    if leg is not None and side in leg.held:
                        await play_music(self.instance.relay_control, dialog.cid, tag, self.instance.hold_music)

    async def _stop(self, control: Control, leg: Leg) -> bool:
        """False when the switch says that nothing of the leg is left."""
        try:
            if leg.talking:
                await control.end_dialog(leg.h_entry, leg.h_id)
            else:
                await control.cancel(leg.cid, leg.cseq)
        except RpcFailed as error:  # its end may be on the way, or its answer: seen to by _make_sure_it_ends
            log.info("call.not_stopped cid=%s talking=%s error=%s", leg.cid, leg.talking, error)
            return not (leg.talking and "not found" in str(error))
        return True

    async def _make_sure_it_ends(self, leg: Leg) -> None:
        """A call may be answered while it is cancelled, and a BYE may meet the ACK: the switch then keeps it."""
        for pause in STOP_AGAIN_AFTER:
            await asyncio.sleep(pause)
            if leg.ended:
                return
            if self.control is not None and not await self._stop(self.control, leg):
                break
        else:
            await asyncio.sleep(STOP_AGAIN_AFTER[-1])
        if not leg.ended:
            log.warning("call.end_unseen call=%s cid=%s", leg.call.call_id, leg.cid)
            self.ledger.end_leg(leg)

    async def send_to_voicemail(self, leg: Leg, extension: str) -> None:
        """The phones of a ringing leg stop, and its caller reaches a mailbox."""
        if self.control is None:
            raise RpcFailed("The switch is not connected; try again in a moment.")
        await self.control.redirect(leg.cid, leg.cseq, f"voicemail/{extension}")

    # -- state ---------------------------------------------------------------------------------------
    async def set_presence(self, user_id: int, presence: Presence, by: str) -> None:
        self.live.presences[user_id] = presence
        self.journal.event("presence.changed", user_id=user_id, presence=presence.value, by=by)
        with contextlib.suppress(*AWAY):  # in force here; the event brings it to the database
            await self.store.save_presence(user_id, presence.value)

    async def set_schedule(self, schedule_id: int, made: SetByHand) -> None:
        """In force with the next question. Something older than what is known changes nothing."""
        if not self.schedules.take(schedule_id, made):
            return
        self.look_at_schedules()
        mode = made.mode.value if made.mode else None
        self.journal.event(
            "schedule.set", schedule_id=schedule_id, mode=mode, greeting=made.greeting, made=made.made, by=made.by
        )
        with contextlib.suppress(*AWAY):
            await self.store.save_schedule(schedule_id, made)

    def look_at_schedules(self) -> None:
        """Keys that watch a schedule are lit while it is night."""
        for schedule_id in self.index.schedules:
            mode = self.schedules.setting(self.index, schedule_id, time.time()).mode
            self.busy.light(schedule_lamp(schedule_id), mode is ScheduleMode.NIGHT)

    def _counted(self, user_id: int, found: Counts) -> None:
        user = self.index.users.get(user_id)
        if user is not None and user.extension:
            self.busy.light(messages_lamp(user.extension), found.new > 0)

    def report_state(self) -> None:
        self.journal.event("state.reported", **report(self))
        for made in self.pins.renewed.values():  # told before, perhaps to nobody
            self.journal.event("pin.changed", **asdict(made))
