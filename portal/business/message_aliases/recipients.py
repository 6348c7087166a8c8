"""Who gets a notice (an emergency call, a voicemail): users, message aliases, email addresses, addresses for text
messages (S20-04, S23-14)."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower

from portal.business.message_aliases.models import MessageAlias
from portal.business.users.models import User

MOST = 50


@dataclass(frozen=True, slots=True)
class Resolved:
    addresses: tuple[str, ...]  # each once
    wrong: tuple[str, ...] = ()  # a sentence for each recipient that leads nowhere


def resolve(text: str) -> Resolved:
    """One recipient a line. A user or a group has the addresses of its message alias."""
    found: dict[str, None] = {}
    wrong: list[str] = []
    for name in dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()):
        if "@" in name:
            try:
                validate_email(name)
            except ValidationError:
                wrong.append(f"{name[:80]} is no email address. Write it as name@example.com.")
            else:
                found[name] = None
            continue
        addresses, sentence = _of_alias(name)
        found.update(dict.fromkeys(addresses))
        if sentence:
            wrong.append(sentence)
    return Resolved(tuple(found), tuple(wrong))


def _of_alias(name: str) -> tuple[list[str], str]:
    groups = MessageAlias.objects.alias(small=Lower("group"))
    alias = groups.filter(small=name.lower()).first()
    if alias is None:
        user = User.objects.named(name).first()
        if user is None:
            return [], f"There is no user, message alias or email address {name[:80]}."
        alias = MessageAlias.objects.filter(user=user).first()
        if alias is None:
            return [], f"{user.label} has no email address yet: add one under Business > Message Aliases."
    addresses = [one for one in alias.addresses.splitlines() if "@" in one]
    return addresses, "" if addresses else f"The message alias {name} has no address outside."
