"""The test suite: a throw-away instance in a temporary folder (tests/conftest.py sets SWITCHROOM_VAR)."""

from portal.settings.base import *  # noqa: F403

CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
