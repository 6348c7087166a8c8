"""From events to rows, and rows into the database: call records, system events, user states.

A row is a `Row`: JSON, with a key that a replay gives again. So it can wait in Redis while the database is away,
and writing it twice adds nothing (unique columns). Texts are cut to their columns and NUL is taken out: one bad
event must not stop the others.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from django.db import DataError, IntegrityError, models, transaction

from portal.live import due, emergencies
from portal.live.fold import Change, Ended
from portal.live.models import CallRecord, ScheduleState, StreamPosition, SystemEvent, UserState
from telephony.messages.events import (
    STREAM,
    AnyEvent,
    EmergencyCalled,
    EngineState,
    MailboxCounted,
    PinChanged,
    PinLocked,
    PresenceChanged,
    RegistrationRefused,
    ScheduleSet,
    SourceBanned,
    SourceLifted,
)
from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import ScheduleMode

log = logging.getLogger(__name__)

PIN_CHANGED = "pin_changed"  # kind of Due; key: "<user>.<Unix time it was said>"
MAILBOX_CHANGED = "mailbox_changed"  # kind of Due; key: "<user>.<event>"
UNSEEN_START = "The beginning of this call was not seen."
UNWRITABLE = (DataError, IntegrityError, TypeError, ValueError, OverflowError)  # the row's fault, not the database's
REFUSED_EVERY = 60  # seconds: one line per login ID and source, however fast a phone tries


class Row(TypedDict):
    table: str  # call, event, state, schedule, emergency
    fields: dict[str, Any]  # times as Unix seconds


def call_row(ended: Ended) -> Row:
    call = ended.call
    started = call.started or call.answered or ended.at
    why = call.reasons()
    if not call.begun:
        why.insert(0, {"text": UNSEEN_START, "link": ""})
    if ended.reason:
        why.append({"text": ended.reason, "link": ""})
    fields = {
        "call_id": call.id,
        "from_number": call.from_number,
        "from_name": call.from_name,
        "from_user": call.from_user,
        "to_number": call.to_number,
        "to_name": call.to_name,
        "to_user": call.to_user,
        "dialled": call.dialled,
        "answered_by": call.answered_by,
        "started": started,
        "answered": call.answered or None,
        "ended": max(ended.at, started),
        "seconds": max(0, round(ended.at - call.answered)) if call.answered else 0,
        "outcome": ended.outcome,
        "mode": call.mode,
        "anchor_reason": call.anchor_reason,
        "explanation": why,
        "version": call.version,
    }
    return Row(table="call", fields=fields)


def event_row(event: AnyEvent, change: Change) -> Row | None:
    """The line in the system events, for those that are worth one."""
    match event:
        case SourceBanned():
            minutes = max(1, round((event.until - event.at) / 60))
            text = f"The address {event.source} was banned for {minutes} minutes: {event.reason}"
            return _event(event, "warning", event.source, text)
        case EmergencyCalled():
            fields = event.model_dump(include={"call_id", "at", *emergencies.FIELDS})
            return Row(table="emergency", fields=fields)
        case SourceLifted():
            by = f" by {event.by}" if event.by else ""
            return _event(event, "info", event.source, f"The ban of {event.source} was lifted{by}.")
        case RegistrationRefused():
            reason = f": {event.reason}" if event.reason else "."
            text = f"A phone at {event.source} could not register as {event.login_id}{reason}"
            minute = f"{event.login_id} {event.source} {int(event.at // REFUSED_EVERY)}"
            once = hashlib.sha1(minute.encode(), usedforsecurity=False).hexdigest()
            return _event(event, "warning", event.login_id, text, event_id=once)
        case PinLocked():
            where = f" (tried from {event.source})" if event.source else ""
            text = f"The PIN of extension {event.extension} is locked after wrong attempts{where}."
            return _event(event, "warning", event.extension, text)
        case EngineState() if change.engines:
            text = f"{event.part} is {'up' if event.up else 'down'}" + (f": {event.text}" if event.text else ".")
            return _event(event, "info" if event.up else "error", event.part, text)
        case MailboxCounted():
            return Row(table="mailbox", fields={"event_id": event.id, "user_id": event.user_id, "at": event.at})
        case PinChanged():
            values = {"digest": event.digest, "replaces": event.replaces}
            return Row(table="pin", fields={"event_id": event.id, "user_id": event.user_id, "at": event.made, **values})
        case PresenceChanged():
            fields = {"user_id": event.user_id, "presence": event.presence.value, "at": event.at, "by": event.by}
            return Row(table="state", fields=fields)
        case ScheduleSet():
            mode = event.mode.value if event.mode else ""
            fields = {"schedule_id": event.schedule_id, "mode": mode, "greeting": event.greeting}
            return Row(table="schedule", fields={**fields, "made": event.made, "by": event.by})
    return None


def _event(event: AnyEvent, severity: str, subject: str, text: str, *, event_id: str = "") -> Row:
    fields = {
        "event_id": event_id or event.id,
        "at": event.at,
        "severity": severity,
        "kind": event.kind,
        "subject": subject,
        "text": text,
    }
    return Row(table="event", fields=fields)


def key(row: Row) -> str:
    fields = row["fields"]
    name = next(fields[name] for name in ("call_id", "event_id", "user_id", "schedule_id") if name in fields)
    return f"{row['table']}:{name}"


def write(rows: Mapping[str, Row], position: str | None) -> None:
    """All rows and the stream position in one transaction. Raises django.db.Error while the database is away.

    `position` None: there are more rows to come before this position is true.
    """
    try:
        _write(rows.values(), position)
    except UNWRITABLE:
        for name, row in rows.items():
            try:
                _write([row], None)
            except UNWRITABLE as error:
                log.error("record.unwritable key=%s error=%s", name, error)
        _write([], position)


def _write(rows: Iterable[Row], position: str | None) -> None:
    with transaction.atomic():
        names = ("call", "event", "state", "schedule", "emergency", "mailbox", "pin")
        tables: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for row in rows:
            tables[row["table"]].append(row["fields"])
        for model, fields in ((CallRecord, tables["call"]), (SystemEvent, tables["event"])):
            if fields:
                model._default_manager.bulk_create((_instance(model, f) for f in fields), ignore_conflicts=True)
        for call in tables["emergency"]:
            emergencies.keep(call)
        for seen in tables["mailbox"]:  # somebody may want to be told (portal/business/voicemail_alerts)
            at = datetime.fromtimestamp(seen["at"], UTC)
            due.put(MAILBOX_CHANGED, f"{seen['user_id']}.{seen['event_id']}", at)
        for one in tables["pin"]:  # the door for changes is not ours to open here (portal/business/users/by_phone.py)
            wanted = {name: one[name] for name in ("user_id", "digest", "replaces")}
            due.put(PIN_CHANGED, f"{one['user_id']}.{one['at']:.3f}", datetime.fromtimestamp(one["at"], UTC), wanted)
        for state in tables["state"]:
            newer = {name: state[name] for name in ("presence", "at", "by")}
            _, made = UserState.objects.get_or_create(user_id=state["user_id"], defaults=newer)
            if not made:
                UserState.objects.filter(user_id=state["user_id"], at__lt=state["at"]).update(**newer)
        for made in tables["schedule"]:
            newer = {name: made[name] for name in ("mode", "greeting", "made", "by")}
            _, first = ScheduleState.objects.get_or_create(schedule_id=made["schedule_id"], defaults=newer)
            if not first:
                ScheduleState.objects.filter(schedule_id=made["schedule_id"], made__lt=made["made"]).update(**newer)
        if position is not None:
            StreamPosition.objects.update_or_create(stream=STREAM, defaults={"position": position})


def _instance(model: type[models.Model], fields: Mapping[str, Any]) -> Any:
    values: dict[str, Any] = {}
    for name, value in fields.items():
        column = model._meta.get_field(name)
        if isinstance(column, models.DateTimeField):
            value = None if value is None else datetime.fromtimestamp(value, UTC)
        elif isinstance(column, models.CharField):
            value = value.replace("\0", "")[: column.max_length]
        elif isinstance(column, models.JSONField):
            value = [{k: v.replace("\0", "") for k, v in line.items()} for line in value]
        values[name] = value
    return model(**values)


def written_position() -> str:
    """How far the database has the records; "0-0" when nothing was ever written."""
    return StreamPosition.objects.filter(stream=STREAM).values_list("position", flat=True).first() or "0-0"


def presences() -> list[tuple[int, str]]:
    """(user id, presence) of everybody who ever set one."""
    return list(UserState.objects.values_list("user_id", "presence"))


def schedules() -> dict[int, SetByHand]:
    """What was last set by hand, by schedule id."""
    rows = ScheduleState.objects.values_list("schedule_id", "mode", "greeting", "made", "by")
    return {
        pk: SetByHand(mode=ScheduleMode(mode) if mode else None, greeting=greeting, made=made, by=by)
        for pk, mode, greeting, made, by in rows
    }
