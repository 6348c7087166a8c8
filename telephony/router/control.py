"""The switch by RPC: carries the commands of `telephony.switch.control` over the link and waits for answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from telephony.router.live import Registration
from telephony.router.server import RpcFailed, SwitchLink
from telephony.switch import control as rpc
from telephony.switch.control import Contact, DialogLamp, Table

log = logging.getLogger(__name__)

BATCH = rpc.MOST_UNDER_WAY


class Control:
    def __init__(self, link: SwitchLink, *, realm: str) -> None:
        self.link = link
        self.realm = realm

    # -- tables --------------------------------------------------------------------------------------
    async def table(self, name: Table) -> dict[str, str]:
        return rpc.table_of(await self.link.call(rpc.dump_table(name)))

    async def sync_table(self, name: Table, wanted: Mapping[str, str], present: Mapping[str, str]) -> int:
        """Only differences travel, many at a time. Returns how many; raises RpcFailed."""
        count = 0
        waiting: list[asyncio.Future[Any]] = []
        for command in rpc.sync_table(name, wanted, present):
            count += 1
            waiting.append(self.link.start(command))
            if len(waiting) >= BATCH:
                await asyncio.gather(*waiting)
                waiting.clear()
        await asyncio.gather(*waiting)
        return count

    async def ready(self) -> None:
        """The tables are filled: the switch may answer phones it does not know."""
        await self.link.call(rpc.tables_ready())

    async def ban(self, source: str, why: str) -> None:
        await self.link.call(rpc.set_entry("ban", source, why))

    async def lift_ban(self, source: str) -> None:
        for command in rpc.lift_ban(source):
            try:
                await self.link.call(command)
            except RpcFailed as error:  # it was not there, or has expired meanwhile
                log.debug("switch.not_banned source=%s error=%s", source, error)

    # -- calls ---------------------------------------------------------------------------------------
    async def cancel(self, cid: str, cseq: int) -> None:
        await self.link.call(rpc.cancel_ringing(cid, cseq))

    async def add_branch(self, index: int, label: int, *, lease: str, uri: str) -> None:
        """One more branch for a ringing INVITE, to a worker."""
        await self.link.call(rpc.lend_contact(lease, uri))
        try:
            self.link.send({"i": index, "l": label, "add": rpc.lent(lease)})
        finally:
            await self.link.call(rpc.take_contact_back(lease))

    async def redirect(self, cid: str, cseq: int, key: str) -> None:
        """A ringing INVITE: its phones stop, and the switch asks `key`."""
        await self.link.call(rpc.redirect(cid, key))
        await self.link.call(rpc.cancel_ringing(cid, cseq))

    async def end_dialog(self, h_entry: int, h_id: int) -> None:
        await self.link.call(rpc.end_dialog(h_entry, h_id))

    async def dialogs(self) -> Any:
        return (await self.link.call(rpc.list_dialogs())).get("result")

    # -- outside lines -------------------------------------------------------------------------------
    async def line_registrations(self) -> dict[str, rpc.LineState]:
        return rpc.line_states_of(await self.link.call(rpc.list_line_registrations()))

    async def register_line(self, line: rpc.LineRegistration) -> None:
        await self.link.call(rpc.register_line(line))

    async def forget_line(self, name: str) -> None:
        await self.link.call(rpc.forget_line(name))

    # -- registrations -------------------------------------------------------------------------------
    async def registrations(self) -> dict[str, Registration]:
        found = rpc.registrations_of(await self.link.call(rpc.dump_registrations()))
        now = time.time()
        return {station: _registration(contacts, now) for station, contacts in found.items() if contacts}

    async def contacts(self, station: str) -> tuple[Contact, ...]:
        try:
            return rpc.contacts_of(await self.link.call(rpc.lookup_registration(station)))
        except RpcFailed:  # 404: nobody is registered
            return ()

    # -- lamps ---------------------------------------------------------------------------------------
    async def publish_messages(self, station: str, *, new: int, old: int) -> None:
        await self.link.call(rpc.publish_messages(station, self.realm, new=new, old=old))

    async def publish_dialogs(self, entity: str, dialogs: tuple[DialogLamp, ...]) -> None:
        await self.link.call(rpc.publish_dialogs(entity, self.realm, dialogs))

    async def notify_messages(self, station: str, *, new: int, old: int) -> None:
        """To the phones of a station that never subscribed."""
        for contact in await self.contacts(station):
            await self.link.call(rpc.notify_messages(contact, station, self.realm, new=new, old=old))


def _registration(contacts: tuple[Contact, ...], now: float) -> Registration:
    last = max(contacts, key=lambda contact: contact.expires)
    seen = last.next_hop or last.uri
    return Registration(
        contacts=len(contacts),
        expires=now + last.expires,
        contact=last.uri,
        source=seen.partition(":")[2].rpartition("@")[2].partition(";")[0],
        user_agent=last.user_agent,
    )
