"""The test suite: a throw-away instance in a temporary folder, never the state of an installation.

pytest-django reads the settings before any conftest.py, so it is made here, by pytest's own process. Processes that a
test starts are told by SWITCHROOM_VAR where their state lies.
"""

import atexit
import os
import shutil
import sys
import tempfile

if "SWITCHROOM_TEST_FOLDER" not in os.environ and ("pytest" in sys.modules or "SWITCHROOM_VAR" not in os.environ):
    _folder = tempfile.mkdtemp(prefix="switchroom-test-")
    os.environ["SWITCHROOM_TEST_FOLDER"] = os.environ["SWITCHROOM_VAR"] = _folder
    os.environ.pop("SWITCHROOM_KEYS", None)
    os.environ.pop("REDIS_URL", None)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)

from portal.settings.base import *  # noqa: F403
from portal.settings.base import DATABASES, INSTANCE

CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # a file, as in production: in memory there is neither WAL nor a second process
    DATABASES["default"]["TEST"] = {"NAME": str(INSTANCE.var / "test.db")}
