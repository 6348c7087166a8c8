"""Pick-up: 7 + extension answers the oldest call that rings there. Which one it is is seen when the switch is answered
(`pickup.py`); here only whether the extension exists."""

from __future__ import annotations

from telephony.router.draft import Draft


def pick_up(made: Draft, extension: str) -> None:
    entry = made.index.extensions.get(extension)
    if entry is None:
        made.refusal(404, f"There is no extension {extension}.")
        return
    user = made.index.users.get(entry.user_id) if entry.user_id is not None else None
    made.callee(extension, user.name if user else entry.description, user.user_id if user else None)
    made.ask(f"pick_up/{extension}")
