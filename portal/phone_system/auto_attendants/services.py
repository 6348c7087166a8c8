"""What is done with auto attendants. Raises ValidationError, Conflict or Refused; then nothing was saved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from portal.phone_system.auto_attendants.models import RECORDINGS, SHORTCUT_FIELDS, AutoAttendant
from portal.phone_system.extensions.models import Extension
from portal.publish.change import By, Change, change
from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import AutoAttendant as ToAttendant
from telephony.numbers.meaning import Operator
from telephony.voice import greetings

TARGETS = ("default_extension", *SHORTCUT_FIELDS)
SETTINGS = frozenset(
    {
        "name", "is_default", "schedule_id", "dial_by_name", "dial_by_name_prompt", "spell_by", "directory",
        "directory_prompt", "directory_order", "dial_now_prompt", "end_call_prompt", "repeat_prompt", "speed_dials",
        *TARGETS,
    }
)  # fmt: skip
NO_TARGET = "Give an existing extension, the operator's digit or another attendant."


def dial_plan() -> DialPlan:
    return DialPlan()


def number_of(attendant: AutoAttendant) -> str:
    """What is dialled to reach it: "431"."""
    return f"{dial_plan().pbx_functions}3{attendant.number}"


def modify_attendant(attendant: AutoAttendant, values: Mapping[str, Any], *, by: By, seen: int | None = None) -> Change:
    with change(by, f"Modify {attendant}") as work:
        attendant = work.lock(attendant, seen=seen, mine=values)
        _check(attendant, values)
        if values.get("is_default") and not attendant.is_default:
            for other in AutoAttendant.objects.filter(is_default=True):
                before = work.lock(other)
                before.is_default = False
                work.save(before)
        for name, value in values.items():
            setattr(attendant, name, value)
        work.save(attendant)
    return work


def _check(attendant: AutoAttendant, values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - SETTINGS:
        raise ValueError(f"not a setting of an attendant: {sorted(unknown)}")
    wrong: dict[str, list[str]] = {}
    if "name" in values and not values["name"].strip():
        wrong["name"] = ["Describe the attendant, so that it is found again."]
    if attendant.is_default and values.get("is_default") is False:
        wrong["is_default"] = ["Make another attendant the default one instead: 400 must lead somewhere."]
    for field in TARGETS:
        if values.get(field) and (sentence := _wrong_target(attendant, field, values[field])):
            wrong[field] = [sentence]
    if wrong:
        raise ValidationError(wrong)


def _wrong_target(attendant: AutoAttendant, field: str, target: str) -> str:
    """ "" when the target can be called from this field."""
    found = meaning(target, dial_plan(), Emergency(numbers=()))
    if isinstance(found, ToAttendant):
        if field == "default_extension":
            return "The default extension is an extension; an attendant cannot be one."
        same = found.number == attendant.number
        return "A shortcut to the same attendant leads nowhere: * repeats its choices." if same else ""
    if isinstance(found, Operator):
        return ""
    return "" if Extension.objects.filter(number=target).exists() else NO_TARGET


# -- recordings ------------------------------------------------------------------------------------
def recording_file(number: int, name: str) -> Path:
    """Where the media workers look for it (telephony/media/apps/attendant.py)."""
    return Path(settings.INSTANCE.media) / "prompts" / "en" / "attendants" / str(number) / f"{name}.wav"


def keep_recording(attendant: AutoAttendant, name: str, wav: bytes, *, by: By) -> Change:
    """`wav` as telephony/voice/recorded.py makes it. The file comes first: a name that is recorded always has one."""
    assert name in RECORDINGS
    target = recording_file(attendant.number, name)
    greetings.keep(target, wav)
    with change(by, f"Record {title_of(name)} of {attendant}") as work:
        attendant = work.lock(attendant)
        had = name in attendant.recorded
        attendant.recorded = "".join(one for one in RECORDINGS if one in attendant.recorded or one == name)
        work.save(attendant)
        if had:
            work.note(attendant, title_of(name), "recorded", "recorded again")
    return work


def remove_recording(attendant: AutoAttendant, name: str, *, by: By) -> Change:
    """The built-in greeting is played again; there is no built-in custom message."""
    with change(by, f"Remove {title_of(name)} of {attendant}") as work:
        attendant = work.lock(attendant)
        attendant.recorded = attendant.recorded.replace(name, "")
        work.save(attendant)
    recording_file(attendant.number, name).unlink(missing_ok=True)
    return work


def title_of(name: str) -> str:
    return "the custom message" if name == "c" else f"greeting {name}"


def uses_schedule(schedule_id: int) -> QuerySet[AutoAttendant]:
    return AutoAttendant.objects.filter(schedule_id=schedule_id)
