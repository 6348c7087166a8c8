"""What the switch keeps in its own tables so that it registers and, for a while, calls without us. Pure.

The tables are named in docs/messages.md. What travels are differences (`telephony.switch.control.sync_table`): a
switch that kept its tables gets nothing, one that restarted gets everything.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
from collections.abc import Iterator

from telephony.messages.snapshot import Credentials, DestinationKind, ExtensionEntry, OutsideLine
from telephony.router.busy import messages_lamp, schedule_lamp
from telephony.router.index import SnapshotIndex
from telephony.router.steps.emergency import plan_without_router
from telephony.switch.control import Table

_HOST = re.compile(r"sips?:(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:;]+))")
Tables = dict[Table, dict[str, str]]
NAMES: tuple[Table, ...] = ("ha1", "uid", "ext", "emerg", "cid", "ecid", "lineauth", "lineip", "watch")


def desired(index: SnapshotIndex, credentials: Credentials) -> Tables:
    return {
        "ha1": {one.login_id: one.ha1 for one in credentials.sip},
        "uid": {one.login_id: one.station for one in credentials.sip},
        "ext": {
            number: ",".join(stations)
            for number, entry in index.extensions.items()
            if (stations := _first_phones(index, entry))
        },
        "emerg": _emergency(index),
        "watch": dict.fromkeys(_watchable(index), "1"),
        "cid": {entry.station: _identity(index, entry.station) for entry in index.snapshot.appearances},
        "ecid": {one.station: one.emergency_caller_id for one in index.snapshot.appearances if one.emergency_caller_id},
        "lineauth": {
            str(line.line_id): login for line in index.snapshot.outside_lines if (login := _login(line, credentials))
        },
        "lineip": {address: str(line.line_id) for line in index.snapshot.outside_lines for address in _addresses(line)},
    }


def _watchable(index: SnapshotIndex) -> Iterator[str]:
    """What a key may show (`busy.py`): by everybody, or with @station by that phone only."""
    yield from index.extensions
    yield from index.appearances
    for number in index.schedules:
        yield schedule_lamp(number)
    for user in index.users.values():
        for station in index.stations_of.get(user.user_id, ()) if user.extension else ():
            yield f"{messages_lamp(user.extension)}@{station}"


def _first_phones(index: SnapshotIndex, entry: ExtensionEntry) -> tuple[str, ...]:
    if entry.user_id is not None:
        return index.stations_of.get(entry.user_id, ())
    for route in entry.routes.values():
        for attempt in route.attempts:
            return tuple(
                one.value
                for one in attempt.destinations
                if one.kind is DestinationKind.APPEARANCE and one.value in index.appearances
            )
    return ()


def _emergency(index: SnapshotIndex) -> dict[str, str]:
    table: dict[str, str] = {}
    for number in index.emergency.numbers:
        if not number or not index.emergency_lines:
            continue
        plan = json.dumps(plan_without_router(index, number), separators=(",", ":"))
        table[index.dial_plan.external + number] = plan
        if index.emergency.direct_dial:
            table[number] = plan
    return table


def _login(line: OutsideLine, credentials: Credentials) -> str:
    return f"{line.username}|{credentials.lines.get(line.line_id, '')}" if line.username else ""


def _identity(index: SnapshotIndex, station: str) -> str:
    owner = index.owner(station)
    name = owner.name if owner else index.appearances[station].description
    number = owner.extension if owner and owner.extension else station
    return f"{name.replace('|', ' ')}|{number}"


def _addresses(line: OutsideLine) -> Iterator[str]:
    """Where the line's calls come from, as far as that is written as addresses; names are the switch's to resolve."""
    for uri in (line.target, line.outbound_proxy):
        found = _HOST.match(uri)
        with contextlib.suppress(ValueError):
            if found:
                yield str(ipaddress.ip_address(found["six"] or found["host"]))
