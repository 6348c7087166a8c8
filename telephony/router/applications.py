"""What a worker is asked to do when a plan reaches `ask`. Pure.

Keys: "voicemail/105", "voicemail/105/busy" (the greeting says "is on the phone"), "message_center/",
"message_center/105".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telephony.messages.plan import RoutePlan, Step, Target
from telephony.messages.snapshot import Presence
from telephony.messages.workers import LEASE_HEADER, AnyApp, MessageCenter, TakeMessage
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
) -> AnyApp | NoApplication:
    """`code` is the last answer of the phones, `source` the caller's ip:port."""
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
            busy=modifier == "busy" or code in BUSY,
        )
    if name == "message_center":
        if argument and argument not in index.user_of_extension:
            return NoApplication(404, f"Extension {argument} has no Message Center")
        return MessageCenter(
            extension=argument, source=address(source), extension_digits=index.dial_plan.extension_digits
        )
    return NoApplication(500, f"Unknown step {name}")


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
