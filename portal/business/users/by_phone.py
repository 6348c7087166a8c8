"""A PIN changed by telephone, written where PINs are kept. The router has had it in force since it was said; what is in
its memory goes with the configuration that has it, too."""

from __future__ import annotations

import logging
from typing import Any

from portal.business.users.models import User
from portal.publish.change import By, change

log = logging.getLogger(__name__)


def run(key: str, payload: dict[str, Any]) -> None:
    """Kind PIN_CHANGED of Due. May run twice, and may come late: an administrator may have given another PIN since."""
    user = User.objects.filter(pk=payload["user_id"], pin_digest__iexact=payload["replaces"]).first()
    if user is None:
        log.info("pin.not_kept key=%s", key)
        return
    with change(By(actor=user, via="phone"), f"PIN of {user.username} by telephone") as work:
        locked = work.lock(user)
        if locked.pin_digest.lower() != payload["replaces"].lower():
            return
        locked.pin_digest = payload["digest"]
        locked.require_pin_change = False
        work.save(locked)
