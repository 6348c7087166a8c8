"""My Presence (S18-26): one value, whoever changes it; the next call uses it. It is state and makes no version."""

from __future__ import annotations

import redis

from portal.business.users.forms import presence_of
from portal.business.users.models import User
from portal.live import picture, verbs
from telephony import tasks
from telephony.messages.snapshot import Presence
from telephony.tasks import Verdict

USER_STATE = "user-state"  # docs/messages.md
TITLES = {presence.value: presence.value.replace("_", " ").title() for presence in Presence}


def presence_now(user: User) -> str:
    """What the router obeys; while Redis is away, what the database remembers."""
    try:
        found = picture.user_state(USER_STATE).get(str(user.pk).encode(), b"").decode()
    except redis.RedisError:
        found = ""
    return found if found in TITLES else presence_of(user)


def set_presence(user: User, presence: str, *, by: str) -> Verdict:
    """Returns when the router has it: the next call finds it. A Verdict that is not ok says in a sentence why."""
    return verbs.ask(tasks.set_presence, user_id=user.pk, presence=presence, by=by)
