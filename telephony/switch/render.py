"""Instance -> kamailio.cfg. Pure: the addresses of the machine are given, nothing is read or written."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from instance import BadSetting, Endpoint, Instance
from telephony.messages.workers import LEASE_HEADER, TOKEN_HEADER

MODULES = "/usr/lib/x86_64-linux-gnu/kamailio/modules"
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104
BAN_SECONDS = 300
KEEPALIVE_SECONDS = 60  # at least 30; OPTIONS to both sides of a call; a side that does not answer ends it
FAILURES_TO_BAN = 20  # wrong passwords from one source within two minutes


def listen_lines(instance: Instance, addresses: Sequence[str]) -> list[str]:
    """`listen=` values for the public side. 0.0.0.0 cannot be a Record-Route address, so it becomes one socket
    per address of the machine (engine-calls 12)."""
    port = instance.sip.port
    if instance.sip.host != EVERY_ADDRESS:
        hosts: Sequence[str] = [instance.sip.host]
    else:
        hosts = list(dict.fromkeys([*addresses, "127.0.0.1"]))
    lines = []
    for host in hosts:
        told = ""
        # an address phones are told that is not this machine's (a box behind a router): it stands in for the first
        if instance.advertise not in hosts and host == hosts[0]:
            told = f" advertise {instance.advertise}:{port}"
        lines += [f"udp:{host}:{port}{told}", f"tcp:{host}:{port}{told}"]
    return lines


def private_pattern(instance: Instance) -> str:
    """POSIX expression for an address of the instance's private network."""
    return "^" + str(instance.network[0]).rsplit(".", 1)[0].replace(".", "\\.") + "\\."


def render(
    instance: Instance, addresses: Sequence[str], *, modules: str = MODULES, keepalive: int = KEEPALIVE_SECONDS
) -> str:
    """The whole configuration. `addresses`: the machine's own IPv4 addresses, the one of the default route first;
    used when SIP listens on 0.0.0.0. Raises BadSetting for a path or realm Kamailio could not read."""
    for name, text in (("SWITCHROOM_VAR", str(instance.var)), ("SWITCHROOM_REALM", instance.realm)):
        if any(character in text for character in '"\\\n;$ '):
            raise BadSetting(f"{name} must not contain spaces, quotes, dollars or semicolons; it is {text!r}.")
    try:
        ipaddress.IPv4Address(instance.advertise)
    except ValueError:
        raise BadSetting(f"SWITCHROOM_ADVERTISE must be an IPv4 address; it is {instance.advertise!r}.") from None
    templates = Environment(
        loader=PackageLoader("telephony.switch", "."),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  not HTML; the values are checked above
    )
    return templates.get_template("kamailio.cfg.j2").render(
        listen=listen_lines(instance, addresses),
        mhomed=int(instance.sip.host == EVERY_ADDRESS),
        internal=instance.switch_internal,
        public=Endpoint(instance.advertise, instance.sip.port),
        network=instance.network,
        private=private_pattern(instance),
        prefix=str(instance.network[0]).rsplit(".", 1)[0] + ".",
        realm=instance.realm,
        state=instance.switch_state,
        run=instance.run,
        evapi=instance.evapi,
        relay=instance.relay_control,
        music=instance.hold_music,
        modules=modules,
        ban_seconds=BAN_SECONDS,
        failures=FAILURES_TO_BAN,
        keepalive=keepalive,
        token_header=TOKEN_HEADER,
        lease_header=LEASE_HEADER,
    )
