"""One running Switchroom: where its state lies and on which addresses it listens.

Everything here is read once from the environment (docs/operations.md lists the variables), so that
several instances run side by side on one machine. This file knows neither Django nor SIP and may be
imported by every room of the house.

An instance owns
  * the public addresses `sip`, `http`, `https` and the port range `rtp`;
  * 100 TCP/UDP ports from `port_base` on 127.0.0.1;
  * a private loopback network 127.X.Y.0/24, X.Y being the two bytes of `port_base`, where the switch,
    the relay and the media workers talk to one another (one address per worker, SIP port 5060 each).
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).resolve().parent


class BadSetting(ValueError):
    """A SWITCHROOM_* variable that cannot be used; the text is a sentence for the person who set it."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Instance:
    var: Path
    http: Endpoint
    https: Endpoint
    sip: Endpoint
    advertise: str
    realm: str
    port_base: int
    rtp_first: int
    rtp_last: int
    keys: Path
    database_url: str
    redis_url: str
    media_warm: int
    media_max: int

    # -- the private loopback network ------------------------------------------------------------
    @property
    def network(self) -> ipaddress.IPv4Network:
        high, low = divmod(self.port_base, 256)
        return ipaddress.IPv4Network(f"127.{high}.{low}.0/24")

    def private(self, last: int) -> str:
        return str(self.network[last])

    @property
    def switch_internal(self) -> Endpoint:
        """Where media workers and the router's RPC reach the switch by SIP (UDP)."""
        return Endpoint(self.private(1), 5060)

    @property
    def relay_internal(self) -> str:
        """Address of the relay's leg towards the workers."""
        return self.private(2)

    def worker(self, number: int) -> Endpoint:
        """SIP address of media worker `number` (0 .. media_max-1)."""
        return Endpoint(self.private(10 + number), 5060)

    # -- ports on 127.0.0.1 ----------------------------------------------------------------------
    @property
    def evapi(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port_base)

    @property
    def relay_control(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port_base + 1)

    @property
    def hold_music(self) -> Path:
        """What a held party hears; put there by the relay's start, replaceable."""
        return self.media / "hold" / "default.wav"

    @property
    def relay_started(self) -> Path:
        """Written each time the relay starts: the router then asks which calls it still carries."""
        return self.run / "relay.started"

    @property
    def relay_memory(self) -> Endpoint:
        """The relay's own small Redis: rtpengine knows no Unix sockets."""
        return Endpoint("127.0.0.1", self.port_base + 2)

    # -- files -----------------------------------------------------------------------------------
    @property
    def run(self) -> Path:
        """Sockets and pid files; 0700."""
        return self.var / "run"

    @property
    def router_socket(self) -> Path:
        return self.run / "router.sock"

    @property
    def web_socket(self) -> Path:
        return self.run / "web.sock"

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"

    @property
    def rendered(self) -> Path:
        return self.var / "rendered"

    @property
    def published(self) -> Path:
        """The last announced snapshot and credentials: engines start from here without Redis."""
        return self.var / "published"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @property
    def media(self) -> Path:
        return self.var / "media"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def switch_state(self) -> Path:
        return self.var / "switch"

    def folders(self) -> tuple[Path, ...]:
        """Every folder a fresh instance needs; all are created 0700."""
        return (
            self.var,
            self.run,
            self.keys,
            self.rendered,
            self.published,
            self.mail,
            self.media,
            self.log,
            self.switch_state,
        )


def endpoint(name: str, text: str) -> Endpoint:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise BadSetting(f"{name} must be host:port, such as 0.0.0.0:8080; it is {text!r}.")
    return Endpoint(host, int(port))


def own_address() -> str:
    """The address of the default route, or 127.0.0.1 on a machine without one. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "") or str(default)
    if not text.isdigit() or not low <= int(text) <= high:
        raise BadSetting(f"{name} must be a number from {low} to {high}; it is {text!r}.")
    return int(text)


def load(environ: Mapping[str, str] = os.environ) -> Instance:
    """Read the environment; raises BadSetting with a sentence."""
    var = Path(environ.get("SWITCHROOM_VAR") or SOURCE / "var").absolute()
    sip = endpoint("SWITCHROOM_SIP", environ.get("SWITCHROOM_SIP") or "0.0.0.0:5060")
    rtp = environ.get("SWITCHROOM_RTP") or "20000-23999"
    first, dash, last = rtp.partition("-")
    if not (dash and first.isdigit() and last.isdigit() and 1024 <= int(first) < int(last) < 65536):
        raise BadSetting(f"SWITCHROOM_RTP must be first-last, such as 20000-23999; it is {rtp!r}.")
    advertise = environ.get("SWITCHROOM_ADVERTISE") or (own_address() if sip.host == "0.0.0.0" else sip.host)  # noqa: S104
    warm = _number(environ, "SWITCHROOM_MEDIA_WARM", 4, 1, 64)
    return Instance(
        var=var,
        http=endpoint("SWITCHROOM_HTTP", environ.get("SWITCHROOM_HTTP") or "0.0.0.0:8080"),
        https=endpoint("SWITCHROOM_HTTPS", environ.get("SWITCHROOM_HTTPS") or "0.0.0.0:8443"),
        sip=sip,
        advertise=advertise,
        realm=environ.get("SWITCHROOM_REALM") or "switchroom",
        port_base=_number(environ, "SWITCHROOM_PORT_BASE", 18000, 1024, 65400),
        rtp_first=int(first),
        rtp_last=int(last),
        keys=Path(environ.get("SWITCHROOM_KEYS") or var / "keys").absolute(),
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{var / 'switchroom.db'}",
        redis_url=environ.get("REDIS_URL") or f"unix://{var / 'run' / 'redis.sock'}",
        media_warm=warm,
        media_max=_number(environ, "SWITCHROOM_MEDIA_MAX", 64, warm, 200),
    )
