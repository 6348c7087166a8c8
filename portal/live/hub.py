"""The hub: one process that reads the stream of events, keeps the live picture, feeds browsers, writes records.

    read      XREAD from where the copy in Redis stands, at most every TICK; every event goes through the fold
    flush     after each reading: one transaction brings the copy in Redis up to date (picture, rows the database
              does not have yet, stream position), then one message to each Channels group that is looked through
    write     rows into the database in batches, in a thread of its own, with the stream position

What happens once is recorded once, whatever dies when: an event is forgotten by the stream position only in the
transaction that keeps its effects, a row leaves Redis only after the database confirmed it, and a row written
twice is one row (unique call id, event id). While the database is away rows wait in memory and in Redis; while
Redis is away the router keeps its events, and the fold goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import ParamSpec, TypeVar

from channels.layers import get_channel_layer
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from redis.exceptions import RedisError

from portal.celery import tick_now
from portal.live import copy as copies
from portal.live import keys, push, records
from portal.live.copy import Copy, Delta, place
from portal.live.records import Row
from telephony.client import AsyncSwitch, SwitchError, stamp
from telephony.messages.commands import ReportState, SetPresence, SetSchedule
from telephony.messages.events import AnyEvent

log = logging.getLogger(__name__)

# Seconds between readings: under load events go in bunches, the first after a pause goes at once.
TICK = 0.04  # while somebody looks: far below the 150 ms a page may lag
UNSEEN_TICK = 0.2  # while nobody does: half the work of a busy hour is waking up
BATCH = 500  # rows of one database transaction
GATHER = 0.5  # seconds during which rows are collected for one transaction
RETRY = 1.0  # seconds between attempts to reach what is away
REPORT_EVERY = 5.0  # seconds between two questions for the whole state

P = ParamSpec("P")
R = TypeVar("R")


def _connected(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What a request does for a view: begin with a connection that works, leave no broken one behind."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    except DatabaseError:
        connection.close()
        raise


class Hub:
    def __init__(self, redis_url: str, *, catch_up: Callable[[], int]) -> None:
        self.switch = AsyncSwitch(redis_url)
        self.redis = self.switch.redis
        self.layer = get_channel_layer()
        self.catch_up = catch_up
        self.copy = Copy()
        self.delta = Delta()
        self.whole = False  # Redis does not hold what we believe: write everything, tell everybody
        self.report = True  # ask the router for the whole state
        self.doubt = True  # look where the stream stands before reading on
        self.silent_until = (0, 0)  # rows of events up to here are in the database already
        self.saved = 0  # the number Redis confirmed last
        self.base = 0  # differences before this number were another hub's
        self.looked_at = False
        self.presences_lost = False  # Redis began anew: the router has forgotten what the database knows
        self.changed = asyncio.Event()
        self.to_write = asyncio.Event()
        self.database = ThreadPoolExecutor(1, thread_name_prefix="records")
        self.publisher = ThreadPoolExecutor(1, thread_name_prefix="announce")

    async def run(self, stop: asyncio.Event) -> None:
        await self._restored(stop)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(task())
                for task in (self.read, self.flush, self.write, self.announce, self.live, self.ask)
            ]
            await stop.wait()
            for task in tasks:
                task.cancel()
        await self._last_words()

    # -- reading ---------------------------------------------------------------------------------
    async def _restored(self, stop: asyncio.Event) -> None:
        """Begin with the copy of the hub before us; without one, with all the stream still has."""
        while not stop.is_set():
            try:
                found = await copies.read(self.redis)
                break
            except RedisError:
                await asyncio.sleep(RETRY / 4)
        else:
            return
        if found:
            self.copy = found
            log.info("hub.restored position=%s calls=%d", found.position, len(found.picture.calls))
        else:
            self.whole = self.presences_lost = True
            try:
                written = await self._in_database(records.written_position)
                self.silent_until = place(written)
            except DatabaseError:
                pass  # then everything is written again, and the unique columns drop it
            log.info("hub.from_stream written=%s", self.silent_until)
        # grows across restarts also when Redis lost it
        self.base = self.copy.number = max(self.copy.number, int(time.time() * 1000))
        self.to_write.set()

    async def read(self) -> None:
        away = False
        while True:
            try:
                if self.doubt:
                    await self._look_where_the_stream_is()
                entries = await self.switch.events(self.copy.position, block_ms=1000)
            except (SwitchError, RedisError) as error:
                if not away:
                    log.warning("hub.redis_away error=%s", type(error.__cause__ or error).__name__)
                away = self.doubt = True
                await asyncio.sleep(RETRY / 4)
                continue
            if away:
                away = False
                log.info("hub.redis_back position=%s", self.copy.position)
            for position, event in entries:
                try:
                    self.take(position, event)
                except Exception:  # one event nobody foresaw must not stop all that follow
                    log.exception("hub.event_failed position=%s", position)
            if entries:
                self.changed.set()
                await asyncio.sleep(TICK if self.looked_at else UNSEEN_TICK)

    async def _look_where_the_stream_is(self) -> None:
        """After a start and after every outage: is this still the stream and the copy we know?"""
        newest = await copies.newest(self.redis)
        if place(newest) < place(self.copy.position):
            log.warning("hub.stream_began_again newest=%s was=%s", newest, self.copy.position)
            self.copy.position = copies.START
        if place(newest) < self.silent_until:
            self.silent_until = (0, 0)
        kept = await self.redis.get(keys.NUMBER)
        if kept is None or int(kept) < self.saved:
            self.whole = True
            self.changed.set()
        self.report = True
        self.doubt = False

    def take(self, position: str, event: AnyEvent | None) -> None:
        self.copy.position = position
        self.delta.moved = True
        if event is None:
            return
        change = self.copy.picture.apply(event)
        self.report |= change.lost
        if place(position) > self.silent_until:
            for ended in change.ended:
                self._keep(records.call_row(ended))
            if row := records.event_row(event, change):
                self._keep(row)
        change.ended = []
        self.delta.change.add(change)

    def _keep(self, row: Row) -> None:
        name = records.key(row)
        self.copy.unwritten[name] = row
        self.delta.rows.add(name)
        self.to_write.set()

    # -- the copy in Redis and the browsers ------------------------------------------------------
    async def flush(self) -> None:
        while True:
            await self.changed.wait()
            self.changed.clear()
            try:
                await self._flush_once()
            except (RedisError, OSError):
                self.whole = self.doubt = True
                self.changed.set()
                await asyncio.sleep(RETRY / 4)

    async def _flush_once(self) -> None:
        delta, self.delta = self.delta, Delta()
        whole, self.whole = self.whole, False  # set again when this fails
        if not delta and not whole:
            return
        copy = self.copy
        copy.number = number = copy.number + 1
        if whole:
            delta = copies.everything(copy)
            delta.marks = {*copy.marks, keys.GROUP_CALLS, keys.GROUP_HANDSETS}
        else:
            delta.marks = push.concerned(delta.change)
        previous = {group: copy.marks.get(group, self.base) for group in delta.marks}
        copy.marks.update(dict.fromkeys(delta.marks, copy.number))
        watched = await copies.write(self.redis, copy, delta, whole=whole)
        self.saved = number
        if delta.marks:
            self.looked_at = bool(watched)
        outgoing = push.afresh(copy, watched) if whole else push.messages(copy, delta.change, previous, watched)
        for group, message in outgoing:
            await self.layer.group_send(group, message)

    # -- the database ----------------------------------------------------------------------------
    async def _in_database(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """In the records' thread, which has a database connection of its own. Raises django.db.Error."""
        call = partial(_connected, function, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self.database, call)

    async def write(self) -> None:
        away = False
        while True:
            await self.to_write.wait()
            await asyncio.sleep(GATHER)
            self.to_write.clear()
            waiting = self.copy.unwritten
            batch = dict(islice(waiting.items(), BATCH))
            # true only when nothing else waits: then all up to here is in this transaction
            position = self.copy.position if len(batch) == len(waiting) else None
            try:
                await self._in_database(records.write, batch, position)
            except DatabaseError as error:
                if not away:
                    log.warning("hub.database_away waiting=%d error=%s", len(waiting), error)
                away = True
                await asyncio.sleep(RETRY)
                self.to_write.set()
                continue
            if away:
                away = False
                log.info("hub.database_back waiting=%d", len(waiting))
            if any(row["table"] == "emergency" for row in batch.values()):
                await self._sound_the_alarm()
            for name, row in batch.items():
                if waiting.get(name) is row:  # a newer state of the same user stays
                    del waiting[name]
                    self.delta.written.add(name)
            if waiting:
                self.to_write.set()

    async def _sound_the_alarm(self) -> None:
        try:
            await self.layer.group_send(keys.GROUP_EMERGENCY, {"type": "emergency.changed"})
            await asyncio.get_running_loop().run_in_executor(self.publisher, tick_now)  # notices go out now
        except (RedisError, OSError) as error:  # browsers look for themselves within seconds, and so does the tick
            log.warning("hub.alarm_unheard error=%s", type(error).__name__)

    # -- once a second ---------------------------------------------------------------------------
    async def announce(self) -> None:
        """A version that was committed but never announced is in force within seconds."""
        loop = asyncio.get_running_loop()
        failed = ""
        while True:
            try:
                await loop.run_in_executor(self.publisher, _connected, self.catch_up)
                failed = ""
            except Exception as error:  # whatever it is, the picture must go on
                if failed != type(error).__name__:
                    failed = type(error).__name__
                    log.warning("hub.announce_failed error=%s: %s", failed, error)
            await asyncio.sleep(RETRY)

    async def live(self) -> None:
        """Say that we live, drop what has run out, let go of rows that are written."""
        while True:
            try:
                text = f"{len(self.copy.picture.calls)} calls, {len(self.copy.unwritten)} records waiting"
                await self.redis.set(keys.ALIVE, text, ex=keys.ALIVE_SECONDS)
                # a Redis that restarted between two readings has raised no error: it only knows less than we wrote
                if int(await self.redis.get(keys.NUMBER) or 0) < self.saved:
                    self.doubt = True
            except RedisError:
                pass  # `read` has noticed and says so
            self.delta.change.add(self.copy.picture.prune(time.time()))
            if self.delta:
                self.changed.set()
            await asyncio.sleep(RETRY)

    async def ask(self) -> None:
        """Reconcile with the router: at the start, after an outage, when events were lost."""
        while True:
            if self.report and not self.doubt:
                self.report = False
                try:
                    reply = await self.switch.send(ReportState(**stamp("hub")))
                    if not reply.ok:
                        log.warning("hub.no_report error=%s", reply.error)
                    if self.presences_lost:
                        await self._give_presences_back()
                except (SwitchError, RedisError):
                    self.report = True
                await asyncio.sleep(REPORT_EVERY)
            await asyncio.sleep(RETRY / 4)

    async def _give_presences_back(self) -> None:
        """After a power cut the router starts with everybody in the office; tell it what people had set."""
        try:
            states = await self._in_database(records.presences)
            by_hand = await self._in_database(records.schedules)
        except DatabaseError:
            self.report = True  # again in a while
            return
        for user_id, presence in states:
            if self.copy.picture.presences.get(user_id) != presence:
                reply = await self.switch.send(SetPresence(**stamp("hub"), user_id=user_id, presence=presence))
                if not reply.ok:  # a user who is gone
                    log.info("hub.presence_refused user=%s error=%s", user_id, reply.error)
        for schedule_id, made in by_hand.items():  # the router keeps what is newer
            reply = await self.switch.send(
                SetSchedule(
                    **stamp(made.by), schedule_id=schedule_id, mode=made.mode, greeting=made.greeting, made=made.made
                )
            )
            if not reply.ok:  # a schedule that is gone
                log.info("hub.schedule_refused schedule=%s error=%s", schedule_id, reply.error)
        self.presences_lost = False

    async def _last_words(self) -> None:
        """An orderly end: what can be saved now need not be replayed at the next start."""
        self.whole = True  # a flush may have been cut short, and its changes are in no delta any more
        try:
            await asyncio.wait_for(self._flush_once(), 2)
        except (RedisError, OSError, TimeoutError):
            log.info("hub.ended_without_redis")
        await self.switch.close()
        self.publisher.shutdown(wait=False, cancel_futures=True)
        self.database.shutdown(wait=False, cancel_futures=True)
