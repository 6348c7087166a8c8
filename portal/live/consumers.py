"""What browsers hear. Every message is a JSON object; times are Unix seconds (floats).

/ws/live-calls/   for holders of the link Reports > Live Calls
    {"type": "snapshot", "calls": [CALL ...], "problem": ""}        after connecting, and whenever needed again
    {"type": "diff", "changed": [CALL ...], "removed": [call id ...]}
/ws/handsets/     for holders of the link Phone System > Handsets
    {"type": "snapshot", "registrations": [REG ...], "bans": [BAN ...], "problem": ""}
    {"type": "diff", "changed": [REG ...], "removed": [station ...],
                     "bans": [BAN ...], "lifted": [source ...]}
/ws/my/           for everybody logged in: the own calls, the own mailbox, nothing of others
    {"type": "snapshot", "calls": [CALL ...], "mailbox": {"new": 1, "old": 0} | null,
     "presence": "in_office" | null, "problem": ""}                 null: not known, what the page shows stays
    {"type": "diff", "changed": [CALL ...], "removed": [call id ...], "mailbox": {...}, "presence": "away"}
                                                                    mailbox and presence when they changed

CALL  {"id", "state": "ringing"|"talking"|"held"|"parked"|"queued",
       "from": number, "from_name", "from_user": id|null, "from_station",
       "to": number, "to_name", "to_user": id|null, "dialled",
       "ringing": [station ...], "answered_by": station or "voicemail/102", "answered_by_name",
       "held_by": ["caller"|"callee" ...], "started": time, "answered": time|null,
       "kind": "internal"|"emergency"|"voicemail"|"message_center"|"refused"|"outside",
       "mode": "switched"|"anchored", "anchor_reason", "version",
       "why": [{"text", "link"} ...]}
REG   {"station", "registered_until": time, "contact", "source": "ip:port", "user_agent"}
BAN   {"source": ip, "reason", "until": time}

A changed item replaces the one of the same id (or is new); a snapshot replaces everything. `problem` is a
sentence to show, or "". Nothing a browser sends is listened to.

Close codes: 4401 not logged in (any more), 4403 not allowed to look, 4410 the session is over; after any other
the browser connects again.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, ClassVar, cast

import orjson
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from redis.exceptions import RedisError

from portal.access.nudge import group_access
from portal.live import emergencies, keys, picture
from portal.live.viewer import Viewer, current

NOT_LOGGED_IN, NOT_ALLOWED, SESSION_OVER, TRY_AGAIN = 4401, 4403, 4410, 1013
CHECK = 10.0  # seconds between looks at session, rights and lost differences


class LiveConsumer(AsyncWebsocketConsumer):
    """Snapshot, then differences. Subscribes before it reads, and drops what the snapshot already contains."""

    link: ClassVar[str] = ""  # "": being logged in is enough
    check: ClassVar[float] = CHECK

    async def connect(self) -> None:
        self.viewer = await database_sync_to_async(current)(self.scope.get("session"), self.link)
        self.number = 0
        self.problem = ""
        self.keeper: asyncio.Task[None] | None = None
        if not isinstance(self.viewer, Viewer):
            await self.accept()  # a close code reaches a browser only after the handshake
            await self.close(NOT_LOGGED_IN if self.viewer == "anonymous" else NOT_ALLOWED)
            return
        self.group = self.group_of(self.viewer)
        await self.accept()
        try:
            await self.channel_layer.group_add(self.group, self.channel_name)
            await self.channel_layer.group_add(group_access(self.viewer.user_id), self.channel_name)
        except (OSError, RedisError):
            await self.send_snapshot()  # says that Redis is away
            await self.close(TRY_AGAIN)
            return
        await self.send_snapshot()
        self.keeper = asyncio.create_task(self.keep())

    async def disconnect(self, code: int) -> None:
        if self.keeper:
            self.keeper.cancel()
            with contextlib.suppress(OSError, RedisError):
                await self.channel_layer.group_discard(self.group, self.channel_name)
                await self.channel_layer.group_discard(group_access(self.viewer.user_id), self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Browsers only listen."""

    def group_of(self, viewer: Viewer) -> str:
        raise NotImplementedError

    async def snapshot(self) -> tuple[int, dict[str, Any]]:
        """(number of the last difference it contains, the message without "type")."""
        raise NotImplementedError

    async def send_snapshot(self) -> None:
        self.number, body = await self.snapshot()
        self.problem = body["problem"]
        await self.send(text_data=orjson.dumps({"type": "snapshot", **body}).decode())

    async def live_diff(self, event: dict[str, Any]) -> None:
        """From the hub: {"number": n, "previous": that of the group's difference before, "text": JSON}."""
        if event["number"] <= self.number:
            return  # the snapshot contains it
        if event["previous"] > self.number:
            await self.send_snapshot()  # one was lost on the way
            return
        self.number = event["number"]
        await self.send(text_data=event["text"])

    async def access_changed(self, event: dict[str, Any]) -> None:
        """From portal/access/nudge.py: this person's rights are other ones now."""
        await self.is_over()

    async def is_over(self) -> bool:
        """Closes the connection when its session ended or its person may not look any more."""
        over: bool = await database_sync_to_async(current)(self.scope.get("session"), self.link) != self.viewer
        if over:
            await self.close(SESSION_OVER)
        return over

    async def keep(self) -> None:
        """Ends the connection with its session; sends a snapshot when a difference did not arrive."""
        while True:
            await asyncio.sleep(self.check)
            if await self.is_over():
                return
            newest, problem = await picture.amark(self.group)
            if newest > self.number or problem != self.problem:
                await self.send_snapshot()


class LiveCallsConsumer(LiveConsumer):
    link = "reports.live_calls"

    def group_of(self, viewer: Viewer) -> str:
        return keys.GROUP_CALLS

    async def snapshot(self) -> tuple[int, dict[str, Any]]:
        seen = await picture.acalls()
        return seen.number, {"calls": seen.items, "problem": seen.problem}


class HandsetsConsumer(LiveConsumer):
    link = "phone_system.handsets"

    def group_of(self, viewer: Viewer) -> str:
        return keys.GROUP_HANDSETS

    async def snapshot(self) -> tuple[int, dict[str, Any]]:
        # the older of the two numbers: a difference that comes twice does no harm, a missing one does
        registered, banned = await picture.aregistrations(), await picture.abans()
        body = {
            "registrations": registered.items,
            "bans": banned.items,
            "problem": registered.problem or banned.problem,
        }
        return min(registered.number, banned.number), body


class MyConsumer(LiveConsumer):
    def group_of(self, viewer: Viewer) -> str:
        return keys.group_user(viewer.user_id)

    async def snapshot(self) -> tuple[int, dict[str, Any]]:
        user_id = cast(Viewer, self.viewer).user_id
        calls, mailbox = await picture.acalls_of(user_id), await picture.amailbox_of(user_id)
        presence = await picture.apresence_of(user_id)
        count = {"new": mailbox.items[0]["new"], "old": mailbox.items[0]["old"]} if mailbox.items else None
        body = {
            "calls": calls.items,
            "mailbox": count,
            "presence": presence.items[0] if presence.items else None,
            "problem": calls.problem or mailbox.problem or presence.problem,
        }
        return min(calls.number, mailbox.number, presence.number), body


class EmergencyConsumer(LiveConsumer):
    """The banner on every page. What it says lies in the database and changes with time, so every message is whole."""

    link = "home.emergency_alerts"

    def group_of(self, viewer: Viewer) -> str:
        return keys.GROUP_EMERGENCY

    async def snapshot(self) -> tuple[int, dict[str, Any]]:
        user_id = cast(Viewer, self.viewer).user_id
        self.said = await database_sync_to_async(emergencies.shown_to)(user_id)
        return 0, {**self.said, "problem": ""}

    async def emergency_changed(self, event: dict[str, Any]) -> None:
        await self.send_snapshot()

    async def keep(self) -> None:
        """The beeping stops and the alert goes by itself; a message that was lost is made good."""
        while True:
            await asyncio.sleep(self.check)
            if await self.is_over():
                return
            user_id = cast(Viewer, self.viewer).user_id
            if await database_sync_to_async(emergencies.shown_to)(user_id) != self.said:
                await self.send_snapshot()
