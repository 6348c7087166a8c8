"""Every WebSocket of the portal, written out."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import path

from portal.live.consumers import EmergencyConsumer, HandsetsConsumer, LiveCallsConsumer, MyConsumer

websockets = URLRouter(
    [
        path("ws/live-calls/", LiveCallsConsumer.as_asgi()),
        path("ws/handsets/", HandsetsConsumer.as_asgi()),
        path("ws/emergency/", EmergencyConsumer.as_asgi()),
        path("ws/my/", MyConsumer.as_asgi()),
    ]
)
