"""The test suite: a throw-away instance in a temporary folder, unless SWITCHROOM_VAR names one."""

import atexit
import os
import shutil
import tempfile

if "SWITCHROOM_VAR" not in os.environ:
    # pytest-django reads the settings before any conftest.py, so it is done here
    os.environ["SWITCHROOM_VAR"] = tempfile.mkdtemp(prefix="switchroom-test-")
    atexit.register(shutil.rmtree, os.environ["SWITCHROOM_VAR"], ignore_errors=True)

from portal.settings.base import *  # noqa: E402, F403

CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
