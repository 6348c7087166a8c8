"""The worker of queue `calls`: thin clients of switch and media (telephony/tasks.py), which know no Django."""

from __future__ import annotations

import logging

from celery import Celery

from portal.broker import CONFIGURATION

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")

app = Celery("switchroom-calls", include=["telephony.tasks"], fixups=[])
app.conf.update(**CONFIGURATION)
