"""Sessions and their surroundings: carries out the commands of pure sessions and feeds them what happened.

Knows the port, the desk and the router only by their interfaces, so all of it runs in tests without a network.
A session that fails is hung up and logged; the worker lives on.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from instance import Endpoint
from telephony.calls.session import (
    CALLER,
    Answer,
    AskCall,
    AskPin,
    Begun,
    Bridge,
    CallAnswer,
    ChangePin,
    Command,
    Dial,
    Early,
    Finish,
    HangUp,
    Hush,
    Joined,
    Kept,
    Music,
    PinAnswer,
    PinChanged,
    Play,
    PlayBack,
    Prepare,
    Refer,
    Report,
    Ring,
    SessionEvent,
    Timeout,
    Tone,
    Wait,
)  # fmt: skip
from telephony.media import spool
from telephony.media.apps import begins_by_itself, session_for, takes_a_second
from telephony.media.desk import Desk
from telephony.media.paperwork import Live, Paperwork
from telephony.media.port import Ended, Incoming, MediaPort, PortEvent, Recorded, Referred
from telephony.media.prompts import Prompts
from telephony.media.recording import remove
from telephony.messages import Wire
from telephony.messages.workers import (
    TOKEN_HEADER,
    AnyApp,
    CallGranted,
    CheckPin,
    EndSession,
    Lease,
    LegState,
    PinChecked,
    PinSet,
    SessionEnded,
)  # fmt: skip
from telephony.messages.workers import AskCall as AskCallLine
from telephony.messages.workers import ChangePin as ChangePinLine
from telephony.messages.workers import Session as SessionLine

log = logging.getLogger(__name__)

SECOND = "second"
LEASE_WITHIN = 1.0  # seconds an INVITE waits for its lease line, which comes by another way
INVITE_WITHIN = 5.0  # seconds a lease waits for its INVITE


@dataclass(slots=True)
class Waiting:
    """An INVITE without its lease, or a lease without its INVITE."""

    until: float
    leg: str = ""
    lease: Lease | None = None


class Host:
    def __init__(
        self, *, port: MediaPort, desk: Desk, prompts: Prompts, switch: Endpoint, mail_root: Path, spool_folder: Path,
        music: Path, send: Callable[[Wire], bool], clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """`switch`: where INVITEs come from and go to. `music`: a WAV for whoever is on hold. `send` says whether the
        router could be told."""
        self.port, self.prompts, self.switch, self.music = port, prompts, switch, music
        self.send, self.clock, self.ticks = send, clock, ticks
        self.paperwork = Paperwork(port, desk, mail_root, spool_folder, prompts.own, send, self._feed)
        self._live: dict[str, Live] = {}  # by lease
        self._legs: dict[str, tuple[Live, str]] = {}  # leg -> session and part
        self._leases: dict[str, Waiting] = {}  # leases without INVITE
        self._invites: dict[str, Waiting] = {}  # INVITEs without lease

    # -- for the worker ----------------------------------------------------------------------------
    def sessions(self) -> tuple[SessionLine, ...]:
        """For the hello: what the router must count as taken."""
        waiting = [w.lease for w in self._leases.values() if w.lease is not None]
        return (
            *(_line(live.lease, live.call_id, live.app, len(live.legs)) for live in self._live.values()),
            *(_line(lease.lease, lease.call_id, lease.app, 0) for lease in waiting),
        )  # fmt: skip

    @property
    def idle(self) -> bool:
        return not (self._live or self._leases or self._invites or self.port.legs())

    def end_all(self) -> None:
        for live in list(self._live.values()):
            self._hang_up_all(live)

    # -- from the router ---------------------------------------------------------------------------
    def on_router(self, message: Lease | EndSession | PinChecked | PinSet | CallGranted) -> None:
        match message:
            case Lease():
                self._on_lease(message)
            case EndSession():
                self._leases.pop(message.lease, None)
                live = self._live.get(message.lease)
                if live is not None:
                    self._hang_up_all(live)
                else:
                    self.send(SessionEnded(lease=message.lease, reason="ended before it began"))
            case PinChecked():
                self._answered(message.ask, PinAnswer(checked=message))
            case PinSet():
                self._answered(message.ask, PinChanged(answer=message))
            case CallGranted():
                self._answered(message.ask, CallAnswer(granted=message))

    def _answered(self, asked: str, event: SessionEvent) -> None:
        """An answer to the last question of a session; older ones are no longer waited for."""
        lease, _, ask = asked.rpartition(":")
        live = self._live.get(lease)
        if live is not None and str(live.asks) == ask:
            self._feed(live, event)

    def _on_lease(self, lease: Lease) -> None:
        if lease.lease in self._live or lease.lease in self._leases:
            return
        invite = self._invites.pop(lease.lease, None)
        if begins_by_itself(lease.app):
            self._begin(lease, "")
        elif invite is not None:
            self._begin(lease, invite.leg)
        else:
            self._leases[lease.lease] = Waiting(self.ticks() + INVITE_WITHIN, lease=lease)

    # -- from the port -----------------------------------------------------------------------------
    def on_port(self, event: PortEvent) -> None:
        if isinstance(event, Incoming):
            self._on_incoming(event)
            return
        found = self._legs.get(event.leg)
        if isinstance(event, Ended):
            self._legs.pop(event.leg, None)
            for key in [key for key, waiting in self._invites.items() if waiting.leg == event.leg]:
                del self._invites[key]
        if found is None:
            return
        live, part = found
        if isinstance(event, Ended):
            live.legs.pop(part, None)
        if isinstance(event, Referred):
            new = self._new_part(live)
            self._attach(live, new, event.new)
            self._feed(live, Referred(leg=part, new=new))
        elif isinstance(event, Recorded):
            self._feed(
                live,
                Kept(why=event.why, seconds=event.seconds, voiced=event.voiced, voice_until=event.voice_until),
            )
        else:
            self._feed(live, replace(event, leg=part))

    def _on_incoming(self, event: Incoming) -> None:
        if event.source.host != self.switch.host:
            log.warning("invite.refused source=%s reason=not_the_switch", event.source)
            self.port.end(event.leg, 403, "Not the switch")
            return
        key = event.lease
        live = self._live.get(key)
        if live is not None and event.instead:
            self._take_place(live, event)
            return
        if live is not None and takes_a_second(live.app) and SECOND not in live.taken:
            self._attach(live, SECOND, event.leg)
            self._feed(live, Joined())
            return
        if not key or live is not None or key in self._invites:
            log.warning("invite.refused source=%s reason=%s", event.source, "lease_used" if key else "no_lease")
            self.port.end(event.leg, 403, "No lease")
            return
        waiting = self._leases.pop(key, None)
        if waiting is not None and waiting.lease is not None:
            self._begin(waiting.lease, event.leg)
        else:
            self._invites[key] = Waiting(self.ticks() + LEASE_WITHIN, leg=event.leg)

    def _take_place(self, live: Live, event: Incoming) -> None:
        """An attended transfer: the INVITE of who comes instead of one of our legs."""
        _, part = self._legs.get(self.port.leg_of(event.instead), (None, ""))
        if not part or part not in live.legs:
            self.port.end(event.leg, 481, "The call was gone")
            return
        new = self._new_part(live)
        self._attach(live, new, event.leg)
        self._feed(live, Joined(leg=new, instead=part))

    @staticmethod
    def _new_part(live: Live) -> str:
        """A leg that came by a transfer."""
        return f"to{len(live.taken)}"

    # -- time --------------------------------------------------------------------------------------
    def tick(self) -> None:
        now = self.ticks()
        for key, waiting in list(self._invites.items()):
            if now >= waiting.until:
                del self._invites[key]
                log.warning("invite.refused reason=unknown_lease")
                self.port.end(waiting.leg, 403, "Unknown lease")
        for key, waiting in list(self._leases.items()):
            if now >= waiting.until:
                del self._leases[key]
                self.send(SessionEnded(lease=key, reason="no INVITE came"))
        for live in list(self._live.values()):
            if live.timer is not None and now >= live.timer:
                live.timer = None
                self._feed(live, Timeout())
            elif live.timer is None and not live.legs and not live.jobs:
                log.error("session.stuck lease=%s app=%s", live.lease, live.app.app)
                self._finish(live, "stuck")

    # -- a session's life --------------------------------------------------------------------------
    def _begin(self, lease: Lease, leg: str) -> None:
        live = Live(lease.lease, lease.call_id, lease.app, session_for(lease.app, lease.call_id))
        self._live[lease.lease] = live
        if leg:
            self._attach(live, CALLER, leg)
        log.info("session.begun lease=%s app=%s call=%s", live.lease, live.app.app, live.call_id)
        self._feed(live, Begun())

    def _attach(self, live: Live, part: str, leg: str) -> None:
        live.legs[part] = leg
        live.taken.add(part)
        self._legs[leg] = (live, part)

    def _feed(self, live: Live, event: SessionEvent) -> None:
        """One event, and those that its commands cause at once."""
        waiting: deque[SessionEvent] = deque([event])
        while waiting and not live.over:
            try:
                for command in live.session.on(waiting.popleft(), self.clock()):
                    waiting.extend(self._do(live, command))
            except Exception:
                log.exception("session.failed lease=%s app=%s", live.lease, live.app.app)
                self._finish(live, "an error in the application")

    def _finish(self, live: Live, reason: str) -> None:
        if live.over:
            return
        live.over = True
        self._live.pop(live.lease, None)
        self._hang_up_all(live)
        if live.item is not None:
            spool.release(live.item)  # still being recorded: the supervisor delivers it when it is closed
        for sound in live.sounds:
            remove(sound)
        self.send(SessionEnded(lease=live.lease, reason=reason))
        log.info("session.ended lease=%s app=%s reason=%s", live.lease, live.app.app, reason)

    def _hang_up_all(self, live: Live) -> None:
        for leg in list(live.legs.values()):
            self.port.end(leg)

    # -- commands ----------------------------------------------------------------------------------
    def _do(self, live: Live, command: Command) -> tuple[SessionEvent, ...]:
        """Carry one command out; returns events it causes at once."""
        match command:
            case Answer(leg):
                self._on_leg(live, leg, self.port.answer)
            case Ring(leg):
                self._on_leg(live, leg, self.port.ring)
            case Early(leg):
                self._on_leg(live, leg, self.port.early)
            case HangUp(part, code, reason):
                self._on_leg(live, part, lambda leg: self.port.end(leg, code, reason))
            case Play(sounds, stop_on, part):
                self._on_leg(live, part, lambda leg: self.port.play(leg, self.prompts.files(sounds), stop_on))
            case Tone(tone, part):
                self._on_leg(live, part, lambda leg: self.port.tone(leg, tone))
            case Music(part):
                self._on_leg(live, part, lambda leg: self.port.loop(leg, self.music))
            case Hush(part):
                self._on_leg(live, part, self.port.hush)
            case Dial():
                leg = f"{live.lease}/{command.leg}"
                self._attach(live, command.leg, leg)
                headers = ((TOKEN_HEADER, command.token),) if command.token else ()
                self.port.dial(leg, f"sip:{command.user}@{self.switch}", headers)
            case Refer(part, uri):
                self._on_leg(live, part, lambda leg: self.port.refer(leg, uri))
            case Bridge(one, other):
                if one in live.legs and other in live.legs:
                    self.port.bridge(live.legs[one], live.legs[other])
            case Wait(seconds):
                live.timer = None if seconds is None else self.ticks() + seconds
            case Report(part, state, code):
                self.send(LegState(lease=live.lease, leg=part, state=state, code=code))
            case AskPin():
                live.asks += 1
                ask = CheckPin(
                    ask=f"{live.lease}:{live.asks}", lease=live.lease, extension=command.extension, pin=command.pin
                )
                return () if self.send(ask) else (PinAnswer(checked=None),)
            case ChangePin(pin=pin):
                live.asks += 1
                wanted = ChangePinLine(ask=f"{live.lease}:{live.asks}", lease=live.lease, pin=pin)
                return () if self.send(wanted) else (PinChanged(answer=None),)
            case AskCall(digits=digits):
                live.asks += 1
                asked = AskCallLine(ask=f"{live.lease}:{live.asks}", lease=live.lease, digits=digits)
                return () if self.send(asked) else (CallAnswer(granted=None),)
            case Prepare(texts):
                self.paperwork.desk.submit(lambda: self.prompts.prepare(texts), lambda made: None)
            case PlayBack(after=after, stop_on=stop_on):
                files = ((live.said,) if live.said else ()) + self.prompts.files(after)
                self._on_leg(live, CALLER, lambda leg: self.port.play(leg, files, stop_on))
            case Finish(reason):
                self._finish(live, reason)
            case _:
                return self.paperwork.do(live, command)
        return ()

    def _on_leg(self, live: Live, part: str, act: Callable[[str], None]) -> None:
        leg = live.legs.get(part)
        if leg is not None:
            act(leg)


def _line(lease: str, call_id: str, app: AnyApp, legs: int) -> SessionLine:
    return SessionLine(lease=lease, call_id=call_id, app=app.app, legs=legs)
