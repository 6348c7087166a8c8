"""The mail domain of this server and the chains of aliases inside it. Pure, but for `server_domain`."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping


def server_domain() -> str:
    """Mail for this domain is local (S15-14). SWITCHROOM_DOMAIN, or the domain part of the machine's name; "" when it
    has none. The Network > Configuration page will keep it in a setting."""
    return (os.environ.get("SWITCHROOM_DOMAIN") or socket.gethostname().partition(".")[2]).lower()


def local_part(address: str, domain: str) -> str:
    """The name before the @ of an address of this server, small letters; "" for an address outside."""
    name, at, host = address.rpartition("@")
    return name.lower() if at and domain and host.lower() == domain.lower() else ""


def circle(start: str, addresses: Mapping[str, Iterable[str]], domain: str) -> tuple[str, ...]:
    """The shortest way from `start` back to itself, as names ("tom", "sales", "tom"); empty when there is none
    (S15-15). `addresses` are those of every alias by its small-letter name."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for address in addresses.get(way[-1], ()):
            name = local_part(address, domain)
            if name == start:
                return (*way, name)
            if name and name not in seen:
                seen.add(name)
                ways.append((*way, name))
    return ()
