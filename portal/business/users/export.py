"""What the engines know of users: mailbox settings and PIN digests."""

from __future__ import annotations

from portal.business.users.models import User
from telephony.messages.snapshot import Mailbox, PinCredential, UserEntry


def users() -> tuple[UserEntry, ...]:
    rows = User.objects.filter(is_active=True).order_by("pk").values_list(
        "pk", "username", "first_name", "middle_name", "last_name", "extension__number", "voicemail_enabled",
        "max_voicemails", "max_message_seconds", "end_by_silence", "operator_extension", "require_pin_change",
    )  # fmt: skip
    return tuple(
        UserEntry(
            user_id=pk,
            username=username,
            name=" ".join(part for part in (first, middle, last) if part) or username,
            extension=extension or "",
            mailbox=Mailbox(
                enabled=enabled,
                max_messages=most,
                max_message_seconds=seconds,
                end_by_silence=silence,
                operator_extension=operator,
            ),
            require_pin_change=pin_change,
            link=f"/business/users/{pk}/",
        )
        for pk, username, first, middle, last, extension, enabled, most, seconds, silence, operator, pin_change in rows
    )


def pins() -> tuple[PinCredential, ...]:
    rows = (
        User.objects.filter(is_active=True, extension__isnull=False)
        .exclude(pin_digest="")
        .order_by("pk")
        .values_list("pk", "extension__number", "pin_digest")
    )
    return tuple(PinCredential(extension=number, user_id=pk, digest=digest) for pk, number, digest in rows)
