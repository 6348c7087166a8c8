"""Differences for browsers: from a change of the picture to the messages of the Channels groups (pure)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import orjson

from portal.live import keys
from portal.live.call import CallView
from portal.live.copy import Copy
from portal.live.fold import Change

Group = str
Message = dict[str, Any]  # as consumers.LiveConsumer.live_diff reads it


def concerned(change: Change) -> set[Group]:
    """The groups that see something different, watched or not."""
    groups = {keys.group_user(user) for users in change.calls.values() for user in users}
    groups |= {keys.group_user(user) for user in change.mailboxes | change.presences}
    if change.calls:
        groups.add(keys.GROUP_CALLS)
    if change.registrations or change.bans:
        groups.add(keys.GROUP_HANDSETS)
    return groups


def messages(
    copy: Copy, change: Change, previous: Mapping[Group, int], watched: Collection[Group]
) -> list[tuple[Group, Message]]:
    """One message for each watched group that is concerned. `previous`: the number of its last difference, by
    which a consumer notices that one was lost."""
    picture = copy.picture
    bodies: dict[Group, dict[str, Any]] = {}
    views: dict[str, CallView] = {}
    if change.calls and watched:
        body: dict[str, Any] = {"changed": [], "removed": []}
        for call_id in change.calls:
            if call := picture.shown(call_id):
                views[call_id] = call.view()
                body["changed"].append(views[call_id])
            elif call_id not in picture.calls:
                body["removed"].append(call_id)
        bodies[keys.GROUP_CALLS] = body
    if (change.registrations or change.bans) and keys.GROUP_HANDSETS in watched:
        bodies[keys.GROUP_HANDSETS] = {
            "changed": [picture.registrations[s] for s in change.registrations if s in picture.registrations],
            "removed": [s for s in change.registrations if s not in picture.registrations],
            "bans": [picture.bans[s] for s in change.bans if s in picture.bans],
            "lifted": [s for s in change.bans if s not in picture.bans],
        }
    for call_id, users in change.calls.items():
        for user in users:
            group = keys.group_user(user)
            if group in watched:
                own = bodies.setdefault(group, {"changed": [], "removed": []})
                if call_id in views and user in picture.calls[call_id].users:
                    own["changed"].append(views[call_id])
                else:
                    own["removed"].append(call_id)
    for user in change.mailboxes:
        group = keys.group_user(user)
        if group in watched:
            count = picture.mailboxes[user]
            own = bodies.setdefault(group, {"changed": [], "removed": []})
            own["mailbox"] = {"new": count["new"], "old": count["old"]}
    for user in change.presences:
        group = keys.group_user(user)
        if group in watched:
            own = bodies.setdefault(group, {"changed": [], "removed": []})
            own["presence"] = picture.presences[user]
    return [
        (group, message(copy.number, previous[group], orjson.dumps({"type": "diff", **body}).decode()))
        for group, body in bodies.items()
        if group in watched
    ]


def message(number: int, previous: int, text: str) -> Message:
    return {"type": "live.diff", "number": number, "previous": previous, "text": text}


def afresh(copy: Copy, watched: Collection[Group]) -> list[tuple[Group, Message]]:
    """After an outage: everybody shall read a whole snapshot, because differences may have been lost."""
    return [(group, message(copy.number, copy.number - 1, "")) for group in sorted(watched)]
