"""Mailboxes that lead nowhere, that nobody can open, or that anybody can."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

from portal.publish.findings import Finding, Severity
from telephony.messages.snapshot import Credentials, Snapshot, UserEntry

EASY = ("1234", "0000", "1111", "12345", "123456", "4321")  # and the own extension: what is tried first
USERS = "/business/users/"
NAMED = 3


def mailboxes(snapshot: Snapshot) -> Iterator[Finding]:
    numbers = {entry.number for entry in snapshot.extensions}
    owners = {entry.owner_id for entry in snapshot.appearances}
    for user in snapshot.users:
        operator = user.mailbox.operator_extension
        if operator and operator not in numbers:
            yield Finding(
                f"mailbox.operator.{user.user_id}",
                Severity.ERROR,
                f"The operator extension {operator} of {user.name}'s voicemail does not exist.",
                user.link,
                field="operator_extension",
            )
        if user.extension and user.user_id not in owners and not user.mailbox.enabled:
            yield Finding(
                f"user.unreachable.{user.user_id}",
                Severity.WARNING,
                f"{user.name} has neither a handset nor voicemail: calls to {user.extension} reach nobody.",
                user.link,
                field="voicemail_enabled",
            )


def pins(snapshot: Snapshot, credentials: Credentials) -> Iterator[Finding]:
    """One finding for all, because a new office has many; each user's page shows it at the PIN."""
    digests = {pin.user_id: pin.digest for pin in credentials.pins}
    people = [user for user in snapshot.users if user.extension]
    weak = [user for user in people if (digest := digests.get(user.user_id)) and _guessed(user, digest, credentials)]
    closed = [user for user in people if user.mailbox.enabled and user.user_id not in digests]
    if weak:
        yield Finding(
            "pin.easy",
            Severity.WARNING,
            f"{_names(weak)} {'has' if len(weak) == 1 else 'have'} a PIN that is guessed at once, such as 1234 or the "
            "own extension: anybody can hear these messages and call at the office's expense.",
            weak[0].link if len(weak) == 1 else USERS,
            field="pin",
            at=tuple(user.link for user in weak),
        )
    if closed:
        yield Finding(
            "mailbox.closed",
            Severity.WARNING,
            f"Nobody can open the mailbox of {_names(closed)} on a telephone: there is no PIN.",
            closed[0].link if len(closed) == 1 else USERS,
            field="pin",
            at=tuple(user.link for user in closed),
        )


def _guessed(user: UserEntry, digest: str, credentials: Credentials) -> bool:
    return any(
        hmac.compare_digest(
            hmac.digest(credentials.pin_key, f"{user.user_id}:{pin}".encode(), hashlib.sha256).hex(), digest
        )
        for pin in (*EASY, user.extension, user.extension * 2)
    )


def _names(users: list[UserEntry]) -> str:
    first = ", ".join(user.name for user in users[:NAMED])
    return f"{first} and {len(users) - NAMED} more" if len(users) > NAMED else first
