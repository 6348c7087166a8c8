"""The commands of a session that touch the disk: recordings and mailboxes. Each runs at the desk; what it found
comes back as an event of the session, and the router hears of mailboxes that changed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from telephony import mailbox
from telephony.calls.session import (
    CALLER,
    ChoosePresence,
    Command,
    Deliver,
    Delivered,
    Discard,
    Fetch,
    Fetched,
    KeepSound,
    Kept,
    LookUp,
    MarkHeard,
    Record,
    RecordSound,
    Remove,
    Session,
    SessionEvent,
    SoundKept,
)  # fmt: skip
from telephony.media import desk as jobs
from telephony.media import spool
from telephony.media.desk import Desk
from telephony.media.port import MediaPort, RecordRules
from telephony.media.recording import remove
from telephony.messages import Wire
from telephony.messages.workers import AnyApp, MailboxTouched, PresenceChosen

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Live:
    """One session with what it uses."""

    lease: str
    call_id: str
    app: AnyApp
    session: Session
    legs: dict[str, str] = field(default_factory=dict)  # part -> leg of the port
    taken: set[str] = field(default_factory=set)  # parts that had a leg, also one that is gone
    item: spool.Item | None = None
    timer: float | None = None  # monotonic
    jobs: int = 0
    asks: int = 0
    over: bool = False
    said: Path | None = None  # what was recorded for the prompt set
    sounds: set[Path] = field(default_factory=set)  # fetched messages, removed at the end


@dataclass(slots=True)
class Paperwork:
    port: MediaPort
    desk: Desk
    mail_root: Path
    spool_folder: Path
    prompts: Path  # the folder of our own sounds
    send: Callable[[Wire], bool]
    feed: Callable[[Live, SessionEvent], None]

    def do(self, live: Live, command: Command) -> tuple[SessionEvent, ...]:
        match command:
            case Record():
                return self._record(live, command)
            case Deliver(keep=keep, retry=retry):
                item, live.item = live.item, None
                assert item is not None, "Deliver without a recording"
                self._job(live, partial(jobs.deliver, item, self.mail_root, keep=keep, retry=retry),
                          touched=item.voicemail.user_id)  # fmt: skip
            case RecordSound(limit=limit, stop_on=stop_on):
                return self._record_sound(live, limit, stop_on)
            case KeepSound(name=name):
                said, live.said = live.said, None
                if said is None:
                    return (SoundKept(ok=False),)
                live.sounds.discard(said)
                self._job(live, lambda: jobs.keep_sound(said, self.prompts / f"{name}.wav"))
            case ChoosePresence(user_id=user_id, presence=presence):
                self.send(PresenceChosen(lease=live.lease, user_id=user_id, presence=presence))
            case Discard():
                if live.said is not None:
                    remove(live.said)
                    live.said = None
                item, live.item = live.item, None
                if item is not None:
                    spool.discard(item)
            case LookUp(user_id=user_id, headers=headers):
                self._job(live, lambda: jobs.look_up(self.mail_root, self.prompts, user_id, headers=headers))
            case Fetch(user_id=user_id, message_id=message_id):
                file = self.spool_folder / f"hear-{live.lease}-{len(live.sounds)}.wav"
                live.sounds.add(file)
                self._job(live, lambda: jobs.fetch(self.mail_root, user_id, message_id, file))
            case MarkHeard(user_id=user_id, message_id=message_id):
                self._change(user_id, lambda: mailbox.mark_heard(self.mail_root, user_id, message_id))
            case Remove(user_id=user_id, message_id=message_id):
                self._change(user_id, lambda: mailbox.delete(self.mail_root, user_id, message_id))
        return ()

    def _record(self, live: Live, command: Record) -> tuple[SessionEvent, ...]:
        leg = live.legs.get(CALLER)
        if leg is None:
            return ()
        try:
            live.item = spool.begin(self.spool_folder, command.voicemail)
        except OSError as error:
            log.error("voicemail.no_spool folder=%s error=%s", self.spool_folder, error)
            return (Kept(why="failed", seconds=0, voiced=0, voice_until=0),)
        rules = RecordRules(
            limit=command.limit, silence=command.silence, first_word=command.first_word, stop_on=command.stop_on
        )
        self.port.record(leg, live.item.sound, rules)
        return ()

    def _record_sound(self, live: Live, limit: float, stop_on: str) -> tuple[SessionEvent, ...]:
        leg = live.legs.get(CALLER)
        if leg is None:
            return ()
        if live.said is not None:
            remove(live.said)
        live.said = self.spool_folder / f"said-{live.lease}-{len(live.sounds)}.wav"
        live.sounds.add(live.said)
        self.port.record(leg, live.said, RecordRules(limit=limit, stop_on=stop_on))
        return ()

    def _job(self, live: Live, job: Callable[[], SessionEvent], *, touched: int | None = None) -> None:
        def then(event: SessionEvent) -> None:
            live.jobs -= 1
            if touched is not None and isinstance(event, Delivered) and event.ok:
                self.send(MailboxTouched(user_id=touched))
            if live.over and isinstance(event, Fetched) and event.file is not None:
                remove(event.file)
            self.feed(live, event)

        live.jobs += 1
        self.desk.submit(job, then)

    def _change(self, user_id: int, change: Callable[[], bool]) -> None:
        def job() -> bool:
            try:
                return change()
            except OSError as error:
                log.error("mailbox.not_changed user=%d error=%s", user_id, error)
                return False

        def then(_: bool) -> None:
            self.send(MailboxTouched(user_id=user_id))

        self.desk.submit(job, then)
