"""The wire, byte for byte: a changed golden file is a changed contract (docs/messages.md).

`make golden` writes the files anew; the difference is the review.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from telephony.messages import Wire, read, write
from telephony.messages.commands import AnyCommand
from telephony.messages.events import AnyEvent
from telephony.messages.snapshot import Presence
from telephony.messages.workers import AnyApp, FromMedia, ToMedia
from telephony.router.applications import refusal_plan, worker_step
from telephony.router.decide import decide
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Facts, Invite
from tests.telephony.router.office import (
    BOB,
    BOBS,
    BOBS_SECOND,
    EMERGENCY_LINE,
    LINE,
    attempt,
    extension,
    index,
    invite,
    phone,
    route,
    to_extension,
    to_voicemail,
)
from tests.telephony.router.samples import ALL

FOLDER = Path(__file__).parents[2] / "golden"


def compare(path: Path, text: str) -> None:
    if os.environ.get("SWITCHROOM_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"{path} is missing; run `make golden` and look at it."
    assert path.read_text() == text


def name(message: Wire) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(message).__name__).lower()


@pytest.mark.parametrize("message", ALL, ids=name)
def test_golden_message(message: Wire) -> None:
    compare(FOLDER / "messages" / f"{name(message)}.json", json.dumps(json.loads(write(message)), indent=1) + "\n")


@pytest.mark.parametrize("message", ALL, ids=name)
def test_golden_messages_are_read_as_what_they_were_and_with_fields_of_the_future(message: Wire) -> None:
    document = json.loads((FOLDER / "messages" / f"{name(message)}.json").read_text())
    assert read(type(message), json.dumps(document)) == message
    assert read(type(message), json.dumps({**document, "of_the_future": 1})) == message


def test_every_kind_has_a_golden_file() -> None:
    kinds: set[Any] = set()
    for union in (AnyEvent, AnyCommand, AnyApp, FromMedia, ToMedia):
        kinds.update(get_args(get_args(union)[0]))
    assert kinds <= {type(message) for message in ALL}
    assert {path.stem for path in (FOLDER / "messages").glob("*.json")} == {name(message) for message in ALL}


IN_OFFICE = Facts(registered={BOBS: 1, BOBS_SECOND: 1})
BUSY_ROUTE = extension(
    "102",
    BOB,
    route(
        attempt(phone(BOBS), rings=3, tone="urgent"),
        attempt(rings=2),
        end=to_voicemail("102"),
        busy=to_extension("200"),
    ),
)
PLANS: dict[str, tuple[SnapshotIndex, Facts, Invite]] = {
    "extension": (index(), IN_OFFICE, invite("102")),
    "extension_busy_route": (index(extensions=[BUSY_ROUTE]), IN_OFFICE, invite("102")),
    "extension_on_vacation": (index(), Facts(presences={BOB: Presence.ON_VACATION}), invite("102")),
    "extension_unknown": (index(), IN_OFFICE, invite("150")),
    "system_extension_that_hangs_up": (index(), IN_OFFICE, invite("200")),
    "leave_voicemail": (index(), IN_OFFICE, invite("3102")),
    "message_center": (index(), IN_OFFICE, invite("404")),
    "emergency": (index(lines=[LINE, EMERGENCY_LINE]), IN_OFFICE, invite("9911")),
    "emergency_without_a_line": (index(), IN_OFFICE, invite("911")),
    "outside": (index(lines=[LINE]), IN_OFFICE, invite("95551212")),
    "outside_far_leg": (index(lines=[LINE]), IN_OFFICE, invite("95551212", bridged=True)),
    "not_yet": (index(), IN_OFFICE, invite("700")),
    "inbound": (
        index(lines=[LINE]),
        IN_OFFICE,
        invite("102", station="", kind="line", line_id=7, from_number="5850001"),
    ),
    "inbound_far_leg": (
        index(lines=[LINE]),
        IN_OFFICE,
        invite("102", station="", kind="line", line_id=7, from_number="5850001", bridged=True),
    ),
}


@pytest.mark.parametrize("case", PLANS)
def test_golden_plan(case: str) -> None:
    """`plan` is the decision, `switch` what Kamailio reads."""
    plan = decide(*PLANS[case])
    both = {"plan": json.loads(write(plan)), "switch": plan.to_switch()}
    compare(FOLDER / "plans" / f"{case}.json", json.dumps(both, indent=1) + "\n")


def test_golden_plan_of_a_worker() -> None:
    plan = decide(index(), IN_OFFICE, invite("3102"))
    step = worker_step("voicemail", "127.70.80.10:5060", "9d1c")
    brought = plan.model_copy(update={"steps": (step,)})
    compare(FOLDER / "plans" / "worker.json", json.dumps({"switch": brought.to_switch()}, indent=1) + "\n")


def test_golden_plan_when_no_worker_is_free() -> None:
    plan = refusal_plan("c1", 1, 503, "All voice channels are in use; please try again")
    compare(FOLDER / "plans" / "no_worker.json", json.dumps({"switch": plan.to_switch()}, indent=1) + "\n")
