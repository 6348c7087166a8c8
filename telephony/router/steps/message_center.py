"""404 and 6 + extension: the caller hears messages in a media worker (S07-19)."""

from __future__ import annotations

from telephony.router.draft import Draft


def open_message_center(made: Draft, extension: str) -> None:
    """Extension "" asks for extension and PIN, else only for the PIN."""
    if extension:
        user = made.index.user_of_extension.get(extension)
        if user is None:
            made.refusal(404, f"Extension {extension} has no Message Center: it belongs to no user.")
            return
        made.callee(made.invite.dialled, f"Message Center {user.name}", user.user_id)
        made.explain(f"Message Center of {user.name}.", user.link)
    else:
        made.callee(made.invite.dialled, "Message Center")
        made.explain("Message Center was dialled.")
    made.anchored("message_center")
    made.ask(f"message_center/{extension}")
