"""What is done with handsets. A handset's lines share its row version: whoever saves one has seen them all.

Every function raises ValidationError (field → sentences), Conflict or Refused; then nothing was saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models.functions import Lower

from portal.access.limits import limits
from portal.access.secrets import check_password_rules
from portal.business.users.models import User
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.publish.change import By, Change, change

FIRST_STATION, LAST_STATION = 5111, 5999  # S10-38; 5nnn is the dial plan's block of internal stations (S07-19)
MAX_LINES = 24  # S10-33
LOGIN_ID = re.compile(r"[A-Za-z0-9._+-]{1,64}")  # never a colon: it would end the name in HA1's input
MODIFIABLE = frozenset({"description", "login_id", "owner_id", "emergency_cid_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHandset:
    """S10-33. `owner` becomes the owner of line 1; the others are given away one by one (S10-35)."""

    description: str
    login_id: str
    password: str
    lines: int = 1
    owner: User | None = None


def add_generic_handset(new: NewHandset, *, by: By) -> tuple[Handset, Change]:
    """S10-36: line 1 has the login given, every other line its own station number."""
    wrong: dict[str, Any] = {}
    if not new.description.strip():
        wrong["description"] = ["Describe the handset, so that it is found again: its place or its owner."]
    if not 1 <= new.lines <= MAX_LINES:
        wrong["lines"] = [f"A handset has 1 to {MAX_LINES} lines; {new.lines} is not possible."]
    _collect(wrong, "login_id", check_login_id, new.login_id)
    _collect(wrong, "password", check_password_rules, new.password)
    if wrong:
        raise ValidationError(wrong)
    handset = Handset(kind=Handset.Kind.GENERIC, description=new.description.strip())
    with change(by, f"Add handset {handset.description}"[:200]) as work:
        _check_licence()
        _check_login_id_free(new.login_id)
        first = _free_run(new.lines, new.login_id)
        work.add(handset)
        for line in range(1, new.lines + 1):
            station = str(first + line - 1)
            work.add(
                CallAppearance(
                    handset=handset,
                    line=line,
                    description=handset.description if line == 1 else f"{handset.description[:58]} (L{line})",
                    station=station,
                    login_id=new.login_id if line == 1 else station,
                    password=new.password,
                    owner=new.owner if line == 1 else None,
                )
            )
    return handset, work


def modify_handset(handset: Handset, *, description: str, by: By, seen: int | None = None) -> Change:
    if not description.strip():
        raise ValidationError({"description": ["Describe the handset, so that it is found again."]})
    with change(by, f"Modify handset {handset}") as work:
        handset = work.lock(handset, seen=seen, mine={"description": description})
        handset.description = description.strip()
        work.save(handset)
    return work


def modify_appearance(
    appearance: CallAppearance,
    values: Mapping[str, Any],
    *,
    by: By,
    seen: int | None = None,
    password: str | None = None,
) -> Change:
    """Set `values` (names in MODIFIABLE) of one line; `seen` is the row version of its handset. An empty password
    means keep. Line 1's description is the handset's."""
    if unknown := values.keys() - MODIFIABLE:
        raise ValueError(f"not a setting of a call appearance: {sorted(unknown)}")
    wrong: dict[str, Any] = {}
    if "login_id" in values:
        _collect(wrong, "login_id", check_login_id, values["login_id"])
    if password:
        _collect(wrong, "password", check_password_rules, password)
    if "description" in values and not values["description"].strip():
        wrong["description"] = ["Describe the handset, so that it is found again."]
    if wrong:
        raise ValidationError(wrong)
    with change(by, f"Modify handset {appearance}") as work:
        mine = {**values, **({"password": password} if password else {})}
        appearance = _lock_line(work, appearance, seen, mine)
        if "login_id" in values:
            _check_login_id_free(values["login_id"], but=appearance)
        for name, value in values.items():
            setattr(appearance, name, value)
        if password:
            appearance.password = password
        if work.save(appearance):
            handset = work.lock(appearance.handset)
            if appearance.line == 1:
                handset.description = appearance.description
            if not work.save(handset):
                work.touch(handset)
    return work


def delete_handset(handset: Handset, *, by: By, seen: int | None = None) -> Change:
    """With all its lines. Refused while a call route names one of them."""
    with change(by, f"Delete handset {handset}") as work:
        work.delete(work.lock(handset, seen=seen))
    return work


def delete_appearance(appearance: CallAppearance, *, by: By, seen: int | None = None) -> Change:
    """One line; the last one takes the handset with it."""
    with change(by, f"Delete line {appearance}") as work:
        appearance = _lock_line(work, appearance, seen, {})
        handset = work.lock(appearance.handset)
        if handset.appearances.count() == 1:
            work.delete(handset)
        else:
            work.delete(appearance)
            work.touch(handset)
    return work


def check_login_id(login_id: str) -> None:
    if not LOGIN_ID.fullmatch(login_id):
        raise ValidationError("A login ID has 1 to 64 letters A-Z, digits, dots, dashes, underscores or plus signs.")


def _lock_line(work: Change, appearance: CallAppearance, seen: int | None, mine: Mapping[str, Any]) -> CallAppearance:
    """The differences a person wants to see are the line's, the version that tells is the handset's."""
    fresh = work.lock(appearance)
    if seen is not None and fresh.handset.row_version != seen:
        raise work.conflict(fresh, mine)
    return fresh


def _check_login_id_free(login_id: str, *, but: CallAppearance | None = None) -> None:
    """S10-33: login IDs must not be shared between phones; case does not make a difference."""
    lines = CallAppearance.objects.alias(lower_login=Lower("login_id")).select_related("handset")
    taken = lines.filter(lower_login=login_id.lower()).exclude(pk=but.pk if but else None).first()
    if taken:
        raise ValidationError({"login_id": [f"The login ID {login_id} is already used by {taken.handset}."]})


def _check_licence() -> None:
    allowed = limits()
    if allowed.generic_handsets is None:
        return
    if Handset.objects.filter(kind=Handset.Kind.GENERIC).count() >= allowed.generic_handsets:
        raise ValidationError(
            f"This system (model {allowed.model}) is licensed for {allowed.generic_handsets} generic SIP handsets, "
            "and it has them. A Generic SIP Handsets feature key allows more."
        )


def _free_run(lines: int, login_id: str) -> int:
    """First of `lines` station numbers in a row that nobody has, nor uses as a login ID."""
    taken = set(CallAppearance.objects.values_list("station", flat=True))
    logins = {login.lower() for login in CallAppearance.objects.values_list("login_id", flat=True)} | {login_id.lower()}
    for first in range(FIRST_STATION, LAST_STATION - lines + 2):
        run = [str(number) for number in range(first, first + lines)]
        if taken.isdisjoint(run) and logins.isdisjoint(run[1:]):
            return first
    raise ValidationError(
        {"lines": [f"There are no {lines} free station numbers in a row from {FIRST_STATION} to {LAST_STATION}."]}
    )


def _collect(wrong: dict[str, Any], name: str, check: Any, value: str) -> None:
    try:
        check(value)
    except ValidationError as error:
        wrong[name] = error.messages
