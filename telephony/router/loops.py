"""What the router does beside answering: Redis, configuration, files, the media socket, signs of life."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable

from pydantic import ValidationError

from instance import Instance
from telephony.messages.commands import Reply, any_command
from telephony.messages.snapshot import Presence
from telephony.router.configuration import CHANNEL, Configuration, disk_stamp, from_disk, parse
from telephony.router.lamps import REPEAT_SECONDS
from telephony.router.pins import write_file
from telephony.router.router import Router
from telephony.router.server import RpcFailed, keep_connected
from telephony.router.store import AWAY, Store

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
ALIVE_EVERY = 3.0
PRESENCE_EVERY = 30.0
LINES_EVERY = 5.0  # seconds between two looks at the registrations of outside lines
RESTARTED = "The router was restarted with this command in hand; it may not have been carried out."
PIN_FILE = "pin-locks.json"


async def run(instance: Instance, stop: asyncio.Event) -> None:
    store = Store(instance.redis_url)
    router = Router(instance, store)
    news = asyncio.Event()
    restore_pins(router)
    watcher = Watcher(router, news)
    await watcher.look()  # before the first question
    server = await router.media.listen()
    loops: list[asyncio.Task[object]] = [
        asyncio.create_task(work)
        for work in (
            keep_connected(instance.evapi, router.on_message, router.on_switch_up, router.on_switch_down),
            router.journal.write(store),
            router.lamps.run(),
            router.busy.run(),
            router.resync.watch(),
            watcher.run(),
            listen_for_versions(store, news),
            carry_out_commands(router),
            load_presences(router),
            load_schedules(router),
            signs_of_life(router),
            housekeeping(router),
        )
    ]
    log.info("router.started version=%d", router.index.version)
    stopped: asyncio.Task[object] = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([stopped, *loops], return_when=asyncio.FIRST_COMPLETED)
    for task in loops:
        task.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    server.close()
    with contextlib.suppress(*AWAY):
        await store.append(list(router.journal.waiting))
    with contextlib.suppress(FileNotFoundError):
        instance.router_socket.unlink()
    save_pins(router)
    await store.close()
    for task in done - {stopped}:
        task.result()  # a loop that ended by itself is a fault: let it be seen
    log.info("router.stopped")


class Watcher:
    """Finds the newest configuration. Announcements make it quick, polling makes it certain."""

    def __init__(self, router: Router, news: asyncio.Event) -> None:
        self.router = router
        self.news = news
        self._stamp = (0, 0)
        self._refused: set[tuple[str, int]] = set()

    async def look(self) -> None:
        for source, find in (("redis", self._from_redis), ("disk", self._from_disk)):
            try:
                found = await find()
            except AWAY:
                continue
            except (ValueError, OSError) as error:
                self._complain(source, error)
                continue
            if found is not None and found.version > self.router.configuration.version:
                try:
                    await self.router.use(found)
                except RpcFailed as error:
                    log.warning("switch.tables_not_pushed error=%s", error)

    async def _from_redis(self) -> Configuration | None:
        store = self.router.store
        if await store.number() <= self.router.configuration.version:
            return None
        documents = await store.documents()
        if documents is None:
            return None
        return await asyncio.to_thread(parse, *documents, self.router.instance.keys)

    async def _from_disk(self) -> Configuration | None:
        published = self.router.instance.published
        stamp = disk_stamp(published)
        if stamp == self._stamp:
            return None
        found = await asyncio.to_thread(from_disk, published, self.router.instance.keys)
        self._stamp = stamp
        return found

    def _complain(self, source: str, error: Exception) -> None:
        """Once per document, not once a second."""
        key = (source, hash(str(error)))
        if key not in self._refused:
            self._refused.add(key)
            log.error("configuration.unusable from=%s error=%s", source, error)

    async def run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), POLL_SECONDS)
            self.news.clear()
            await self.look()


async def listen_for_versions(store: Store, news: asyncio.Event) -> None:
    async def once() -> None:
        async with store.announcements() as channel:
            await channel.subscribe(CHANNEL)
            news.set()  # what was announced while nobody listened
            while True:
                if await channel.get_message(timeout=5.0) is not None:
                    news.set()

    await for_ever(once)


async def carry_out_commands(router: Router) -> None:
    store = router.store

    async def once() -> None:
        for raw in await store.unfinished():
            await answer(raw, lost=True)
        while True:
            command = await store.next_command()
            if command is not None:
                router.spawn(answer(command, lost=False))

    async def answer(raw: bytes, *, lost: bool) -> None:
        """`lost`: the router died with it in hand; it is never carried out a second time."""
        try:
            command = any_command.validate_json(raw, extra="ignore")
        except ValidationError as error:
            log.warning("command.unreadable errors=%d", error.error_count())
            await store.forget(raw)
            return
        if lost:
            reply = Reply(
                id=command.id,
                ok=False,
                error="The router was restarted with this command in hand; it may not have run.",
            )
        else:
            reply = await router.commands.carry_out(command)
        log.info("command.done op=%s ok=%s by=%s", command.op, reply.ok, command.by)
        await store.reply(raw, reply)

    await for_ever(once)


async def load_presences(router: Router) -> None:
    """Presences we have not heard of: from before our start, or put back by the hub. Changes come as commands."""

    async def once() -> None:
        while True:
            for user_id, text in (await router.store.presences()).items():
                with contextlib.suppress(ValueError):
                    router.live.presences.setdefault(user_id, Presence(text))
            await asyncio.sleep(PRESENCE_EVERY)

    await for_ever(once)


async def load_schedules(router: Router) -> None:
    """The same for schedules set by hand; the newer of two counts."""

    async def once() -> None:
        while True:
            for schedule_id, made in (await router.store.schedules()).items():
                router.schedules.take(schedule_id, made)
            await asyncio.sleep(PRESENCE_EVERY)

    await for_ever(once)


async def signs_of_life(router: Router) -> None:
    async def once() -> None:
        while True:
            parts = {"router": f"version {router.index.version}"}
            if await switch_answers(router):
                parts["switch"] = f"{len(router.live.registrations)} registered"
            if idle := router.media.pool.idle():
                parts["media"] = str(idle)
            await router.store.alive(parts)
            await asyncio.sleep(ALIVE_EVERY)

    await for_ever(once)


async def switch_answers(router: Router) -> bool:
    if router.link is None:
        return False
    try:
        await router.link.call({"method": "core.uptime", "params": []})
    except RpcFailed:
        return False
    return True


async def housekeeping(router: Router) -> None:
    lamps_at = lines_at = time.monotonic()
    while True:
        await asyncio.sleep(1.0)
        if time.monotonic() - lamps_at > REPEAT_SECONDS:
            lamps_at = time.monotonic()
            router.lamps.refresh_all()
            await router.resync.read_watchers()
        router.media.sweep(router.live.calls)
        router.look_at_schedules()
        if router.resync.known and router.control is not None:
            talking = router.carried_legs()  # before the question: a call answered meanwhile is not in the answer
            if (carried := await router.relay.look()) is not None:
                await router.end_silent(talking - carried)
                await router.music_again()
        if time.monotonic() - lines_at > LINES_EVERY:
            lines_at = time.monotonic()
            await router.line_registrations.look()
        now = time.time()
        for source in [source for source, ban in router.live.bans.items() if ban.until and ban.until < now]:
            del router.live.bans[source]
        if router.pins.changed:
            data = router.pins.dump(now)
            await asyncio.to_thread(write_file, router.instance.run / PIN_FILE, data)


def restore_pins(router: Router) -> None:
    path = router.instance.run / PIN_FILE
    try:
        router.pins.restore(path.read_bytes())
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        log.error("pins.not_restored error=%s", error)


def save_pins(router: Router) -> None:
    if router.pins.changed:
        write_file(router.instance.run / PIN_FILE, router.pins.dump(time.time()))


async def for_ever(once: Callable[[], Awaitable[None]]) -> None:
    """Begin again a second after Redis failed."""
    complained = False
    while True:
        try:
            await once()
        except AWAY as error:
            if not complained:
                log.warning("redis.away error=%s", type(error).__name__)
            complained = True
            await asyncio.sleep(1.0)
