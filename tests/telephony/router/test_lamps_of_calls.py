"""What a call looks like to busy lamps: extension, station, direction, the other party. No network."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from telephony.router.busy import BusyLamps, lamps_of
from telephony.router.live import Call, Leg, LiveState
from telephony.switch.control import DialogLamp
from tests.telephony.router.office import ANNS, BOBS, BOBS_SECOND, LOBBY, index

INDEX = index()
FACTS = {"from_number": "101", "from_name": "Ann Archer", "to_number": "102", "to_name": "Bob Baker"}


def call(*, facts: dict[str, object] | None = None, **leg: Any) -> Call:
    made = Call(call_id="c1", index=INDEX, at=0.0, started=True, facts={**FACTS, **(facts or {})})
    one = Leg(cid="x", call=made, cseq=1, **{"station": ANNS, **leg})
    made.legs["x"] = one
    made.ringing = tuple(sorted(one.ringing))
    return made


def shown(made: Call) -> dict[str, tuple[str, str, str]]:
    return {entity: (one.state, one.direction, one.remote) for entity, one in lamps_of(made, INDEX).items()}


def test_before_it_rings_only_the_caller_is_busy() -> None:
    trying = ("trying", "initiator", "102")
    assert shown(call()) == {ANNS: trying, "101": trying}


def test_a_ringing_call_lights_the_phone_its_extension_and_the_caller() -> None:
    calls, called = ("early", "initiator", "102"), ("early", "recipient", "101")
    assert shown(call(ringing={BOBS})) == {ANNS: calls, "101": calls, BOBS: called, "102": called}


def test_a_call_lights_the_extension_that_was_called_and_whose_phone_rings() -> None:
    made = call(ringing={LOBBY})  # Bob's route rings the lobby
    assert shown(made)["102"] == ("early", "recipient", "101")
    assert shown(made)[LOBBY] == ("early", "recipient", "101")
    assert BOBS not in shown(made)


def test_an_answered_call_lights_the_phone_that_answered_and_not_the_others() -> None:
    made = call(talking=True, answered_by=BOBS_SECOND)
    made.answered, made.answered_by = 1.0, BOBS_SECOND
    assert shown(made).keys() == {ANNS, "101", BOBS_SECOND, "102"}
    assert shown(made)["102"] == ("confirmed", "recipient", "101")


def test_a_call_that_somebody_else_answered_leaves_the_called_extension_dark() -> None:
    made = call(talking=True, answered_by=LOBBY)
    made.answered, made.answered_by = 1.0, LOBBY
    assert "102" not in shown(made)


def test_a_caller_in_a_mailbox_is_busy_and_its_owner_is_not() -> None:
    made = call(talking=True, answered_by="voicemail/102", application="voicemail/102")
    made.answered, made.answered_by = 1.0, "voicemail/102"
    assert shown(made).keys() == {ANNS, "101"}


@pytest.mark.parametrize("number", ["5854213850", "911", ""])
def test_who_is_outside_the_office_is_nobody_elses_business(number: str) -> None:
    made = call(facts={"from_number": number, "from_name": "Dr. Outside"}, station="", ringing={BOBS})
    assert lamps_of(made, INDEX)["102"] == DialogLamp("c1", "early", "recipient")


def test_what_is_over_is_shown_nowhere() -> None:
    made = call(talking=True, answered_by=BOBS)
    made.ended = True
    assert shown(made) == {}


async def test_nothing_is_published_while_nobody_watches_and_one_round_tells_the_newest_only() -> None:
    told: list[tuple[str, tuple[DialogLamp, ...]]] = []

    async def publish(entity: str, lamps: tuple[DialogLamp, ...]) -> None:
        told.append((entity, lamps))

    live = LiveState()
    busy = BusyLamps(live, lambda: INDEX, publish)
    running = asyncio.create_task(busy.run())
    made = live.add_call(call(ringing={BOBS}))
    busy.changed(made)
    await asyncio.sleep(0.2)
    assert told == []
    busy.watch("102")
    await asyncio.sleep(0.2)
    assert [lamps[0].state for _, lamps in told] == ["early"]
    told.clear()
    leg = made.legs["x"]
    leg.ringing.clear()
    leg.talking, leg.answered_by, made.answered = True, BOBS, 1.0
    busy.changed(made)
    made.ended = True
    busy.changed(made)
    await asyncio.sleep(0.2)
    assert told == [("102", (DialogLamp("c1", "terminated"),))]
    running.cancel()
