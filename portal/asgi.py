"""The ASGI application uvicorn serves: HTTP by Django, WebSockets by portal/live."""

from __future__ import annotations

import os

from channels.routing import ProtocolTypeRouter
from channels.sessions import SessionMiddlewareStack
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")
django_application = get_asgi_application()  # sets Django up, so it comes before the consumers

from portal.live.origin import SameOrigin  # noqa: E402
from portal.live.routing import websockets  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": django_application,
        # the consumers ask for the user themselves, again and again (portal/live/viewer.py)
        "websocket": SameOrigin(SessionMiddlewareStack(websockets)),
    }
)
