"""The call-control verbs as Celery tasks: thin clients of the switch, on queue `calls`.

Each gives the router one command and returns its answer as a `Verdict`. A verb that waited in the queue for
more than 10 s is dropped. None is ever run again: if the router died with the command in hand the answer is an
error (docs/messages.md), and a person decides whether to click once more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, TypedDict

from celery import shared_task

import instance
from telephony.client import Switch, SwitchError, stamp
from telephony.messages import commands
from telephony.messages.snapshot import ScheduleMode

log = logging.getLogger(__name__)

WAIT_SECONDS = 10  # in the queue


class Verdict(TypedDict):
    ok: bool
    error: str  # a sentence, when not ok
    call_id: str  # of originate and ring_handset


@cache
def switch() -> Switch:
    """One per process; redis-py's pool makes it safe for the worker's threads."""
    return Switch(instance.load().redis_url)


def _verb(function: Callable[..., Verdict]) -> Any:
    return shared_task(ignore_result=False, expires=WAIT_SECONDS, max_retries=0)(function)


def _tell(command: commands.Command, what: str) -> Verdict:
    try:
        reply = switch().send(command)
    except SwitchError as error:
        log.warning("command.unanswered id=%s op=%s error=%s", command.id, what, type(error).__name__)
        return Verdict(ok=False, error=str(error), call_id="")
    log.info("command.answered id=%s op=%s ok=%s by=%s", command.id, what, reply.ok, command.by)
    return Verdict(ok=reply.ok, error=reply.error, call_id=reply.call_id)


@_verb
def originate(*, from_extension: str, to: str, by: str) -> Verdict:
    """Ring the phones of `from_extension`, then call the digits `to` with that extension's rights."""
    return _tell(commands.Originate(**stamp(by), from_extension=from_extension, to=to), "originate")


@_verb
def end_call(*, call_id: str, by: str) -> Verdict:
    return _tell(commands.EndCall(**stamp(by), call_id=call_id), "end_call")


@_verb
def send_to_voicemail(*, call_id: str, by: str) -> Verdict:
    """A ringing call to the mailbox of the user it rings for."""
    return _tell(commands.SendToVoicemail(**stamp(by), call_id=call_id), "send_to_voicemail")


@_verb
def ring_handset(*, station: str, by: str) -> Verdict:
    """Test ring of one station (S11-08)."""
    return _tell(commands.RingHandset(**stamp(by), station=station), "ring_handset")


@_verb
def lift_ban(*, source: str, by: str) -> Verdict:
    return _tell(commands.LiftBan(**stamp(by), source=source), "lift_ban")


@_verb
def unlock_pin(*, extension: str, by: str) -> Verdict:
    return _tell(commands.UnlockPin(**stamp(by), extension=extension), "unlock_pin")


@_verb
def mailbox_changed(*, user_id: int, by: str = "") -> Verdict:
    """The portal read or deleted a message: the lamp must follow."""
    return _tell(commands.MailboxChanged(**stamp(by), user_id=user_id), "mailbox_changed")


@_verb
def set_presence(*, user_id: int, presence: str, by: str) -> Verdict:
    return _tell(commands.SetPresence(**stamp(by), user_id=user_id, presence=presence), "set_presence")


@_verb
def set_schedule(*, schedule_id: int, mode: str | None, greeting: int, by: str) -> Verdict:
    """Set mode and greeting by hand; mode None: follow the clock again."""
    wanted = ScheduleMode(mode) if mode else None
    command = commands.SetSchedule(**stamp(by), schedule_id=schedule_id, mode=wanted, greeting=greeting)
    return _tell(command, "set_schedule")
