"""Only our own pages may open a WebSocket (RFC 6455 section 10.2): a browser sends cookies with every one.

The box is reached by any name and address it has, so there is no list: the Origin must name the host and port
the request itself was sent to. nginx must pass `Host` with its port (`$http_host`).
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger(__name__)

App = Callable[[dict[str, Any], Callable[..., Awaitable[Any]], Callable[..., Awaitable[Any]]], Awaitable[Any]]
PORTS = {"http": 80, "https": 443}


def same_origin(origin: str, host: str) -> bool:
    """ "https://box:8443" and "box:8443"; a port that is not written is that of the origin's scheme."""
    try:
        page = urlsplit(origin)
        asked = urlsplit(f"//{host}")
        default = PORTS[page.scheme]
        return bool(page.hostname) and (page.hostname, page.port or default) == (
            asked.hostname,
            asked.port or default,
        )
    except (KeyError, ValueError):
        return False


class SameOrigin:
    """ASGI middleware of the `websocket` protocol: others are refused with 403 before the handshake."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> Any:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"] if name in (b"origin", b"host")}
        if same_origin(headers.get(b"origin", ""), headers.get(b"host", "")):
            return await self.app(scope, receive, send)
        log.warning("websocket.foreign_origin origin=%r", headers.get(b"origin", "")[:200])
        await receive()  # websocket.connect
        await send({"type": "websocket.close", "code": 4403})
        return None
