"""A user's mailbox: dialled directly (3 + extension), or as the Finally of a route.

The step only asks: the worker is leased when the step is reached, not while phones ring.
"""

from __future__ import annotations

from telephony.router.draft import Draft


def leave_voicemail(made: Draft, extension: str) -> None:
    user = made.index.user_of_extension.get(extension)
    if user is None:
        made.refusal(404, f"Extension {extension} has no mailbox: it belongs to no user.")
        return
    made.callee(extension, user.name, user.user_id)
    if not user.mailbox.enabled:
        made.refusal(480, f"The mailbox of {user.name} is switched off.")
        return
    made.explain(f"A message for {user.name} was dialled directly.", user.link)
    made.anchored("voicemail")
    made.ask(f"voicemail/{extension}")


def finally_voicemail(made: Draft, extension: str, link: str, *, busy: bool) -> None:
    """The last step of a route; refuses with 480 when there is no mailbox to take the call."""
    user = made.index.user_of_extension.get(extension)
    if user is None:
        made.explain(f"The route ends in a mailbox of extension {extension}, which belongs to no user.", link)
        made.refuse(480, "No mailbox")
    elif not user.mailbox.enabled:
        made.explain(f"The mailbox of {user.name} is switched off.", user.link)
        made.refuse(480, "The mailbox is switched off")
    else:
        made.ask(f"voicemail/{extension}/busy" if busy else f"voicemail/{extension}")
