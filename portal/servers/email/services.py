"""What is done with the mail account. Raises ValidationError (field → sentences) or Conflict."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from portal.phone_system.outside_lines.services import is_host
from portal.publish.change import By, Change, change
from portal.servers.email import sending
from portal.servers.email.models import MailAccount, OutgoingMail

FIELDS = ("host", "port", "encryption", "login", "sender")


def modify_account(
    values: Mapping[str, Any], *, by: By, seen: int | None = None, password: str | None = None
) -> Change:
    """An empty password means keep; without a user name there is none."""
    if unknown := values.keys() - set(FIELDS):
        raise ValueError(f"not a setting of the mail account: {sorted(unknown)}")
    wanted = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    _check(wanted)
    with change(by, "Modify the mail account") as work:
        row = MailAccount.objects.filter(pk=1).first()
        if row is None:
            row = MailAccount(pk=1)
            work.add(row)
        row = work.lock(row, seen=seen, mine=wanted)
        for name, value in wanted.items():
            setattr(row, name, value)
        if password:
            row.password = password
        if not row.login:
            row.password = ""
        if row.host and not row.sender:
            raise ValidationError({"sender": ["Give the address mail comes from, such as phones@example.com."]})
        work.save(row)
    return work


def send_test(to: str, *, by: By) -> OutgoingMail:
    """Queued like any other, so that a test tests the queue too."""
    try:
        validate_email(to)
    except ValidationError:
        raise ValidationError({"to": [f"{to[:80]} is no email address. Write it as name@example.com."]}) from None
    text = f"{by.name} asked this telephone system to send a test message. Nothing needs to be done."
    return sending.queue(
        f"test:{uuid.uuid4().hex}", to=to, subject="Test message of the telephone system", body=text, at=timezone.now()
    )


def _check(values: Mapping[str, Any]) -> None:
    wrong: dict[str, list[str]] = {}
    if values.get("host") and not is_host(values["host"]):
        wrong["host"] = ["Give the name or the IPv4 address of the SMTP server, without smtp:// and port."]
    if "port" in values and not 1 <= values["port"] <= 65535:
        wrong["port"] = ["A port is a number from 1 to 65535."]
    if values.get("sender"):
        try:
            validate_email(values["sender"])
        except ValidationError:
            wrong["sender"] = ["Give one email address, such as phones@example.com."]
    if wrong:
        raise ValidationError(wrong)
