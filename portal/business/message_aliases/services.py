"""What is done with message aliases. Raises ValidationError (field → sentences), Conflict or Refused.

An alias is configuration for the mail service; telephone engines know nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower

from portal.business.message_aliases.domain import circle, local_part, server_domain
from portal.business.message_aliases.models import MessageAlias
from portal.business.users.models import User
from portal.publish.change import By, Change, change

GROUP = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
LONGEST_GROUP = 64
MOST_ADDRESSES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasValues:
    """Of a user alias (`user`) or a group alias (`group`). `message_center`: in whose inbox a copy stays."""

    user: User | None = None
    group: str = ""
    message_center: User | None = None
    addresses: tuple[str, ...] = ()


def add_alias(values: AliasValues, *, by: By) -> tuple[MessageAlias, Change]:
    alias = MessageAlias()
    with change(by, f"Add message alias {values.user or values.group}") as work:
        _fill(alias, values)
        work.add(alias)
    return alias, work


def modify_alias(alias: MessageAlias, values: AliasValues, *, by: By, seen: int | None = None) -> Change:
    """An alias of a user stays one, and one of a group too."""
    if (values.user is None) != alias.is_group:
        raise ValidationError("A user alias cannot become a group alias. Delete it and add a new one.")
    with change(by, f"Modify message alias {alias}") as work:
        mine = {"group": values.group, "addresses": "\n".join(values.addresses)}
        alias = work.lock(alias, seen=seen, mine=mine)
        _fill(alias, values)
        work.save(alias)
    return work


def delete_alias(alias: MessageAlias, *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Delete message alias {alias}") as work:
        work.delete(work.lock(alias, seen=seen))
    return work


def split_addresses(text: str) -> tuple[str, ...]:
    """One a line, or separated by commas, semicolons or spaces."""
    return tuple(filter(None, re.split(r"[\s,;]+", text)))


def warnings(alias: MessageAlias) -> list[str]:
    """S15-14: addresses of our own domain that lead nowhere."""
    domain = server_domain()
    known = {name.lower() for name in User.objects.values_list("username", flat=True)}
    known |= {name.lower() for name in MessageAlias.objects.exclude(group="").values_list("group", flat=True)}
    return [
        f"{address} is an address of this server's own domain, {domain}, but there is no user or group of that name: "
        "messages for it would be delivered to nobody, not to the outside."
        for address in alias.addresses.splitlines()
        if (name := local_part(address, domain)) and name not in known
    ]


def _fill(alias: MessageAlias, values: AliasValues) -> None:
    """Inside the change. Every sentence at its field."""
    wrong: dict[str, Any] = {}
    domain = server_domain()
    group = values.group.strip()
    addresses, own = _addresses(values, group, domain)
    if (values.user is None) == (not group):
        wrong["group" if values.user is None else "user"] = ["An alias is of one user, or of a group with a name."]
    elif values.user is not None:
        if MessageAlias.objects.filter(user=values.user).exclude(pk=alias.pk).exists():
            wrong["user"] = [f"{values.user.label} has a message alias already. Modify that one."]
        if values.user.is_server_administrator:
            wrong["user"] = ["The Server Administrator has no inbox."]
        if values.message_center not in (None, values.user):
            wrong["message_center"] = ["A copy stays in the user's own inbox or nowhere."]
    elif sentences := _group_sentences(group, alias):
        wrong["group"] = sentences
    if values.message_center is not None and values.message_center.is_server_administrator:
        wrong["message_center"] = ["The Server Administrator has no inbox."]
    if sentences := _address_sentences(addresses):
        wrong["addresses"] = sentences
    if wrong:
        raise ValidationError(wrong)
    alias.user, alias.group = values.user, group
    alias.message_center = values.user if own else values.message_center
    alias.addresses = "\n".join(addresses)
    _check_circle(alias, domain)


def _addresses(values: AliasValues, group: str, domain: str) -> tuple[tuple[str, ...], bool]:
    """Each once. The user's own name among them means Message Center (S15-Q01), so it is taken out and said so."""
    found = dict.fromkeys(address.strip() for address in values.addresses if address.strip())
    if values.user is None:
        return tuple(found), False
    name = values.user.username.lower()
    others = tuple(a for a in found if a.lower() != name and local_part(a, domain) != name)
    return others, len(others) < len(found)


def _group_sentences(group: str, alias: MessageAlias) -> list[str]:
    if len(group) > LONGEST_GROUP or not GROUP.fullmatch(group):
        return [
            f"A group name has 1 to {LONGEST_GROUP} characters that an email address allows before the @: letters A-Z, "
            "digits, dots inside, dashes, underscores."
        ]
    if User.objects.named(group).exists():
        return [f"{group} is the login name of a user. Give the group another name, or add an alias of that user."]
    same = MessageAlias.objects.alias(small=Lower("group")).filter(small=group.lower())
    if same.exclude(pk=alias.pk).exists():
        return [f"There is a group {group} already. Modify that one."]
    return []


def _address_sentences(addresses: Iterable[str]) -> list[str]:
    found = list(addresses)
    if not found:
        return ["Enter at least one email address."]
    if len(found) > MOST_ADDRESSES:
        return [f"An alias has at most {MOST_ADDRESSES} addresses; these are {len(found)}."]
    wrong = []
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            wrong.append(f"{address[:80]} is no email address. Write it as name@example.com.")
    return wrong


def _check_circle(alias: MessageAlias, domain: str) -> None:
    everybody = {
        other.local_name.lower(): other.addresses.splitlines()
        for other in MessageAlias.objects.select_related("user").exclude(pk=alias.pk)
    }
    name = alias.local_name.lower()
    way = circle(name, {**everybody, name: alias.addresses.splitlines()}, domain)
    if way:
        raise ValidationError(
            {"addresses": [f"Messages would go round in a circle: {' to '.join(way)}. Take one of them out."]}
        )
