"""Hold: whatever way the phone says it, the held party hears music, and it ends with the hold (engine-calls 2)."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ops.softphone.message import Message, media_of
from tests.harness.audio import best_match, read_wav
from tests.harness.sip import Call, Peer
from tests.telephony.switch.conftest import Switch, connect, plan, ring

pytestmark = pytest.mark.telephony


@pytest.fixture(scope="module")
def pair(running: Switch) -> tuple[Peer, Peer]:
    return running.phone(), running.phone()


@pytest.fixture
def talking(switch: Switch, pair: tuple[Peer, Peer]) -> Iterator[tuple[Call, Call]]:
    ann, bob = pair
    switch.router.plans["200"] = plan(ring(bob))
    call = ann.invite("200")
    called = bob.incoming()
    connect(call, called)
    call.rtp.play_tone(440)
    called.rtp.play_tone(660)
    called.rtp.wait_tone(440)
    call.rtp.wait_tone(660)
    yield call, called
    ended = threading.Thread(target=called.expect_bye)
    ended.start()
    call.bye()
    ended.join()


def change(holder: Call, held: Call, direction: str, address: str = "") -> tuple[Message, Message]:
    """re-INVITE by `holder`: (the request as `held` saw it, the answer as `holder` saw it)"""
    seen: list[Message] = []
    other = threading.Thread(target=lambda: seen.append(held.accept_reinvite()))
    other.start()
    answer = holder.reinvite(direction, address)
    other.join()
    assert answer.code == 200
    return seen[0], answer


def hears_music(switch: Switch, held: Call) -> bool:
    piece = read_wav(switch.place.instance.media / "hold" / "default.wav")
    heard = held.rtp.heard(1.0)
    return len(heard) > 6000 and any(
        best_match(piece[at : at + 80_000], heard[:4000])[0] > 0.7 for at in range(0, 240_000, 70_000)
    )


@pytest.mark.parametrize(
    ("direction", "address"), [("sendonly", ""), ("inactive", ""), ("sendrecv", "0.0.0.0"), ("sendonly", "0.0.0.0")]
)
@pytest.mark.parametrize("by", ["caller", "callee"])
def test_the_held_party_hears_music_until_the_call_is_resumed(
    switch: Switch, talking: tuple[Call, Call], by: str, direction: str, address: str
) -> None:
    holder, held = talking if by == "caller" else talking[::-1]
    tone = 440 if by == "caller" else 660
    asked, answer = change(holder, held, direction, address)
    assert media_of(asked.body).direction == "sendonly"
    assert media_of(asked.body).address == switch.place.instance.sip.host
    if direction == "inactive":
        assert media_of(answer.body).direction == "inactive"
    switch.place.wait_for(lambda: hears_music(switch, held), 6, "hold music")
    event = switch.router.wait("hold", on=1)
    assert (event["by"], event["call"]) == (by, "call-1")

    change(holder, held, "sendrecv")
    assert switch.router.wait("hold", on=0)["by"] == by
    held.rtp.wait_tone(tone)
    holder.rtp.wait_tone(1100 - tone)
    switch.place.wait_for(lambda: not hears_music(switch, held), 4, "the music to end")


def test_saying_it_twice_is_one_hold_and_one_resume(switch: Switch, talking: tuple[Call, Call]) -> None:
    call, called = talking
    for direction in ("sendonly", "sendonly", "sendrecv", "sendrecv"):
        change(call, called, direction)
    assert switch.router.wait("hold", on=0)["by"] == "caller"
    assert [m["on"] for m in switch.router.find("hold")] == [1, 0]


def test_both_sides_may_hold_and_each_is_told_apart(switch: Switch, talking: tuple[Call, Call]) -> None:
    call, called = talking
    change(call, called, "sendonly")
    change(called, call, "sendonly")
    assert {m["by"] for m in switch.router.find("hold", on=1)} == {"caller", "callee"}
    switch.place.wait_for(lambda: hears_music(switch, call), 6, "hold music for the caller")
    change(called, call, "sendrecv")
    assert [m["by"] for m in switch.router.find("hold", on=0)] == ["callee"]
    change(call, called, "sendrecv")
    called.rtp.wait_tone(440)
