"""A user's presence is state, not configuration: it goes straight to the switch and makes no version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from portal.business.users.forms import presence_of
from portal.business.users.models import User
from portal.live.verbs import ask
from telephony import tasks


def tell(request: HttpRequest, user: User, presence: str) -> None:
    """From a form that was saved; when the switch is away the page says that the presence alone was not set."""
    if presence == presence_of(user):
        return
    verdict = ask(tasks.set_presence, user_id=user.pk, presence=presence, by=request.user.get_username())
    if not verdict["ok"]:
        messages.warning(request, f"The presence was not changed: {verdict['error']}")
