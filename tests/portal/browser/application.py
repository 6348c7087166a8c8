"""The portal with its static files, for a browser without nginx in front: what uvicorn serves in these tests."""

from __future__ import annotations

from channels.routing import ProtocolTypeRouter
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler

from portal import asgi

application = ProtocolTypeRouter(
    {
        "http": ASGIStaticFilesHandler(asgi.django_application),
        "websocket": asgi.application.application_mapping["websocket"],
    }
)
