"""Celery beat: it rings two doorbells by name, so it needs neither models nor settings of Django.

The schedule is here, in code. Two beats are harmless: what is due is claimed by rows (portal/live/due.py).
"""

from __future__ import annotations

from celery import Celery
from celery.schedules import crontab

from portal.broker import CONFIGURATION

TICK_SECONDS = 5.0

app = Celery("switchroom-beat", fixups=[])  # with its fixup Celery would load Django
app.conf.update(
    **CONFIGURATION,
    beat_schedule={
        # a tick that nobody took before the next one is worthless
        "tick": {"task": "portal.tasks.tick", "schedule": TICK_SECONDS, "options": {"expires": TICK_SECONDS}},
        "nightly": {"task": "portal.tasks.nightly", "schedule": crontab(hour="3", minute="10")},
    },
)
