"""Tell open WebSockets that somebody's rights changed: they look again at once instead of at their next interval.

A nudge that does not arrive does no harm: portal/live/consumers.py looks by itself every few seconds, and every
request asks the guard afresh.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def group_access(user_id: int) -> str:
    """The Channels group of one person's connections."""
    return f"access.user.{user_id}"


def rights_changed(user_ids: Iterable[int]) -> None:
    """When the transaction around this has been committed."""
    found = sorted(set(user_ids))
    if found:
        transaction.on_commit(lambda: async_to_sync(_send)(found))


async def _send(user_ids: list[int]) -> None:
    layer = get_channel_layer()
    try:
        for user_id in user_ids:
            await layer.group_send(group_access(user_id), {"type": "access.changed"})
    except (OSError, RedisError) as error:
        log.warning("access.nudge_lost users=%d error=%s", len(user_ids), error)
