"""What a worker is asked to do when a plan reaches `ask`. Pure.

Keys: "voicemail/105", "voicemail/105/busy" (the greeting says "is on the phone"), "message_center/",
"message_center/105", "attendant/1".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from telephony.messages.plan import RoutePlan, Step, Target
from telephony.messages.snapshot import AttendantEntry, Language, Presence, ScheduleMode
from telephony.messages.workers import LEASE_HEADER, AnyApp, AttendantApp, Listed, MessageCenter, TakeMessage
from telephony.numbers.schedule import Setting
from telephony.router.index import SnapshotIndex
from telephony.router.outcome import BUSY

RETRY_SECONDS = 5
WORKER_ANSWERS_MS = 10_000  # a live worker answers within milliseconds


@dataclass(frozen=True, slots=True)
class NoApplication:
    code: int
    reason: str


def application(
    index: SnapshotIndex,
    key: str,
    *,
    code: int = 0,
    from_number: str,
    from_name: str,
    source: str,
    presence_of: Mapping[int, Presence],
    setting_of: Callable[[int], Setting],
    language: Language = Language.PRIMARY,
) -> AnyApp | NoApplication:
    """`code` is the last answer of the phones, `source` the caller's ip:port, `setting_of` what a schedule says now."""
    name, _, rest = key.partition("/")
    argument, _, modifier = rest.partition("/")
    if name == "voicemail":
        user = index.user_of_extension.get(argument)
        if user is None:
            return NoApplication(404, f"Extension {argument} has no mailbox")
        if not user.mailbox.enabled:
            return NoApplication(480, "The mailbox is switched off")
        return TakeMessage(
            user_id=user.user_id,
            extension=argument,
            user_name=user.name,
            mailbox=user.mailbox,
            from_number=from_number,
            from_name=from_name,
            presence=presence_of.get(user.user_id, Presence.IN_OFFICE).value,
            language=language,
            busy=modifier == "busy" or code in BUSY,
        )
    if name == "message_center":
        if argument and argument not in index.user_of_extension:
            return NoApplication(404, f"Extension {argument} has no Message Center")
        return MessageCenter(
            extension=argument, source=address(source), extension_digits=index.dial_plan.extension_digits
        )
    if name == "attendant":
        entry = index.attendants.get(int(argument)) if argument.isdigit() else None
        if entry is None:
            return NoApplication(404, f"There is no auto attendant {argument}")
        return attendant(index, entry, setting_of(entry.schedule_id), language=language)
    return NoApplication(500, f"Unknown step {name}")


def attendant(
    index: SnapshotIndex,
    entry: AttendantEntry,
    setting: Setting,
    *,
    language: Language = Language.PRIMARY,
) -> AttendantApp:
    """The attendant as it is at this moment. Members without an extension are skipped (S26-07)."""
    listed = [user for user in index.users.values() if entry.number in user.attendants and user.extension]
    by_name = entry.directory_order == "name"
    listed.sort(key=lambda user: (user.last_name, user.first_name, user.extension) if by_name else (user.extension,))
    settings = entry.model_dump(include=AttendantApp.model_fields.keys() & AttendantEntry.model_fields.keys())
    return AttendantApp(
        **settings,
        greeting=setting.greeting,
        open=setting.mode is ScheduleMode.DAY,
        people=tuple(
            Listed(first_name=user.first_name, last_name=user.last_name, extension=user.extension) for user in listed
        ),
        plan=index.dial_plan,
        language=language,
    )


def address(source: str) -> str:
    """The address of ip:port."""
    return source.rpartition(":")[0]


def worker_step(app: str, worker: str, lease: str) -> Step:
    target = Target(uri=f"sip:{app}@{worker}", headers=(f"{LEASE_HEADER}: {lease}",), to_worker=True)
    return Step(ring_ms=WORKER_ANSWERS_MS, targets=(target,))


def refusal_plan(call_id: str, version: int, code: int, reason: str) -> RoutePlan:
    headers = (f"Retry-After: {RETRY_SECONDS}",) if code == 503 else ()
    step = Step(code=code, reason=reason, headers=headers)
    return RoutePlan(call_id=call_id, version=version, kind="refused", steps=(step,))
