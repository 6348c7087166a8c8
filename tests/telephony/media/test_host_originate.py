"""Calls a Host makes by itself, on a FakePort."""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.messages.workers import (
    EndSession,
    LegState,
    OriginateApp,
)  # fmt: skip
from telephony.messages.workers import TestRing as RingStation
from tests.telephony.media.hosted import SWITCH, House


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


ORIGINATE = OriginateApp(first="101", first_token="t1", second="102", second_token="t2")


def states(house: House) -> list[tuple[str, str, int]]:
    return [(message.leg, message.state, message.code) for message in house.all(LegState)]


def test_originate_dials_the_second_when_the_first_answers_and_bridges(house: House) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    assert first.uri == f"sip:101@{SWITCH}"
    assert first.headers == (("X-Switchroom-Token", "t1"),)
    assert "L1/second" not in house.port.far
    first.ring()
    first.answer()
    house.run(0.2)
    second = house.port.far["L1/second"]
    assert second.headers == (("X-Switchroom-Token", "t2"),)
    second.answer()
    house.run(0.2)
    first.press("5")
    house.run(0.4)
    assert second.digits == "5"
    second.hang_up()
    house.until(lambda: house.ended("L1"))
    assert first.state == "ended"
    assert states(house) == [
        ("first", "ringing", 180), ("first", "answered", 200), ("second", "answered", 200), ("second", "ended", 200),
        ("first", "ended", 200),
    ]  # fmt: skip


def test_originate_lets_the_first_hear_what_the_second_sends_early(house: House) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    first.answer()
    house.run(0.2)
    second = house.port.far["L1/second"]
    second.speak(500)
    second.early()
    heard = len(first.heard)
    house.run(0.5)
    assert any(first.heard[heard + 3200 :])
    second.refuse(486)
    house.until(lambda: house.ended("L1"))
    assert first.code == 200


@pytest.mark.parametrize("code", [480, 486, 404])
def test_originate_ends_when_nobody_answers_and_says_so_to_the_first(house: House, code: int) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    first.answer()
    house.run(0.2)
    house.port.far["L1/second"].refuse(code)
    house.until(lambda: house.ended("L1"))
    assert ("second", "ended", code) in states(house)


def test_originate_ends_when_the_first_refuses_or_never_answers(house: House) -> None:
    house.lease("L1", ORIGINATE)
    house.port.far["L1/first"].refuse(486)
    house.until(lambda: house.ended("L1"))
    assert "L1/second" not in house.port.far
    house.lease("L2", ORIGINATE)
    house.until(lambda: house.ended("L2"), 70)
    assert house.port.far["L2/first"].state == "ended"


def test_originate_ends_both_when_the_first_gives_up_while_the_second_rings(house: House) -> None:
    house.lease("L1", ORIGINATE)
    first = house.port.far["L1/first"]
    first.answer()
    house.run(0.2)
    house.port.far["L1/second"].ring()
    first.hang_up()
    house.until(lambda: house.ended("L1"))
    assert house.port.far["L1/second"].state == "ended"
    assert house.host.idle


def test_end_session_ends_both_legs_of_an_originated_call(house: House) -> None:
    house.lease("L1", ORIGINATE)
    house.port.far["L1/first"].answer()
    house.run(0.2)
    house.port.far["L1/second"].answer()
    house.run(0.2)
    house.host.on_router(EndSession(lease="L1"))
    house.until(lambda: house.ended("L1"))
    assert house.host.idle


def test_a_test_ring_says_something_to_who_answers(house: House) -> None:
    house.lease("L1", RingStation(station="5111", token="t", seconds=4))
    far = house.port.far["L1/first"]
    assert far.uri == f"sip:5111@{SWITCH}"
    far.answer()
    house.until(lambda: house.ended("L1"))
    assert any(far.heard)
    assert far.code == 200
