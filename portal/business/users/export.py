"""What the engines know of users: mailbox settings and PIN digests."""

from __future__ import annotations

from portal.business.users.models import User
from telephony.messages.snapshot import Mailbox, PinCredential, Presence, UserEntry


def users() -> tuple[UserEntry, ...]:
    rows = User.objects.filter(is_active=True).order_by("pk").values_list(
        "pk", "username", "first_name", "middle_name", "last_name", "extension__number", "voicemail_enabled",
        "max_voicemails", "max_message_seconds", "end_by_silence", "operator_extension", "require_pin_change",
        "message_center_seconds", "send_to_all", "no_message_in", "off_site_access", "caller_id_name",
        "caller_id_number", "default_language", "call_recording", "follow_me_pin", "follow_me_name",
        "primary_phone__station", "listed_attendants", named=True,
    )  # fmt: skip
    return tuple(
        UserEntry(
            user_id=row.pk,
            username=row.username,
            name=" ".join(part for part in (row.first_name, row.middle_name, row.last_name) if part) or row.username,
            extension=row.extension__number or "",
            mailbox=Mailbox(
                enabled=row.voicemail_enabled,
                max_messages=row.max_voicemails,
                max_message_seconds=row.max_message_seconds,
                end_by_silence=row.end_by_silence,
                operator_extension=row.operator_extension,
                message_center_seconds=row.message_center_seconds,
                send_to_all=row.send_to_all,
                no_message_in=tuple(Presence(name) for name in row.no_message_in),
            ),
            require_pin_change=row.require_pin_change,
            off_site_access=row.off_site_access,
            caller_id_name=row.caller_id_name,
            caller_id_number=row.caller_id_number,
            secondary_language=row.default_language == "secondary",
            call_recording=row.call_recording,
            follow_me_pin=row.follow_me_pin,
            follow_me_name=row.follow_me_name,
            primary_station=row.primary_phone__station or "",
            first_name=row.first_name,
            last_name=row.last_name,
            attendants=tuple(int(number) for number in row.listed_attendants),
            link=f"/business/users/{row.pk}/",
        )
        for row in rows
    )


def pins() -> tuple[PinCredential, ...]:
    rows = (
        User.objects.filter(is_active=True, extension__isnull=False)
        .exclude(pin_digest="")
        .order_by("pk")
        .values_list("pk", "extension__number", "pin_digest")
    )
    return tuple(PinCredential(extension=number, user_id=pk, digest=digest) for pk, number, digest in rows)
