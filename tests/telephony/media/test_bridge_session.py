"""An anchored call as a table: what caller and far side do, and what the session commands, without a network."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.calls.session import (
    Answer,
    Begun,
    Bridge,
    Command,
    Dial,
    Early,
    Finish,
    HangUp,
    Music,
    Ring,
    SessionEvent,
)  # fmt: skip
from telephony.media.apps.bridge import AnchoredCall, refusal
from telephony.media.port import Answered, EarlyMedia, Ended, Held, Ringing
from telephony.messages.workers import BridgeApp

CALLER, FAR = "caller", "far"
RINGS, SOUNDS = Ringing(leg=FAR, code=180), EarlyMedia(leg=FAR)
TAKEN, ACKED = Answered(leg=FAR), Answered(leg=CALLER)
TALK = (RINGS, TAKEN, ACKED)


def run(*events: SessionEvent) -> list[Command]:
    """What the session commands in answer to the last event."""
    session = AnchoredCall(BridgeApp(to="95551212", token="t"))
    commands: list[Command] = []
    for event in (Begun(), *events):
        commands = session.on(event, 0.0)
    return commands


def gone(leg: str, code: int = 200, reason: str = "") -> Ended:
    return Ended(leg=leg, code=code, reason=reason)


def test_the_far_side_is_dialled_with_the_token_and_the_caller_is_not_answered() -> None:
    assert run() == [Dial(leg=FAR, user="95551212", token="t")]


def test_ringing_and_early_media_are_handed_on_once() -> None:
    assert Ring() in run(RINGS)
    assert run(RINGS, RINGS) == []
    assert run(RINGS, SOUNDS) == [Early(), Bridge(CALLER, FAR)]
    assert run(SOUNDS, RINGS) == []
    assert run(SOUNDS, SOUNDS) == []


def test_the_caller_is_answered_when_the_far_side_is() -> None:
    commands = run(RINGS, TAKEN)
    assert commands[:2] == [Answer(), Bridge(CALLER, FAR)]


@pytest.mark.parametrize(
    ("code", "told"),
    [(486, 486), (404, 404), (603, 603), (503, 503), (480, 480), (407, 480), (302, 480), (408, 480), (487, 480)],
)
def test_a_refusal_tells_the_caller_about_the_called_person_and_nothing_about_us(code: int, told: int) -> None:
    (command,) = run(RINGS, gone(FAR, code, "No outside line took the call"))
    assert isinstance(command, HangUp)
    assert (command.leg, command.code) == (CALLER, told)
    assert refusal(503, "No outside line took the call") == (503, "No outside line took the call")


def test_a_caller_who_gives_up_takes_the_far_side_with_him_in_every_state() -> None:
    for before in ((), (RINGS,), (SOUNDS,), (RINGS, TAKEN), TALK):
        assert run(*before, gone(CALLER, 487)) == [HangUp(FAR)]


def test_either_side_ends_a_conversation_for_both() -> None:
    assert run(*TALK, gone(FAR)) == [HangUp()]
    assert run(*TALK, gone(CALLER)) == [HangUp(FAR)]
    assert run(*TALK, gone(CALLER), gone(FAR)) == [Finish("200")]


def test_the_held_party_hears_music_and_who_holds_hears_nothing() -> None:
    hold, resume = Held(leg=CALLER, on=True), Held(leg=CALLER, on=False)
    assert run(*TALK, hold) == [Music(FAR)]
    assert run(*TALK, hold, resume) == [Bridge(CALLER, FAR)]
    both = (hold, Held(leg=FAR, on=True))
    assert run(*TALK, *both) == []
    assert run(*TALK, *both, resume) == [Music(CALLER)]  # the far side still holds


EVENTS = (
    RINGS,
    SOUNDS,
    TAKEN,
    ACKED,
    *(Held(leg=leg, on=on) for leg, on in itertools.product((CALLER, FAR), (True, False))),
)


@given(st.lists(st.sampled_from(EVENTS), max_size=12), st.sampled_from([CALLER, FAR]))
def test_whatever_happened_before_it_ends_once_both_legs_have(events: list[SessionEvent], first: str) -> None:
    session = AnchoredCall(BridgeApp(to="1", token="t"))
    for event in (Begun(), *events, gone(first, 486)):
        session.on(event, 0.0)
    last = session.on(gone(FAR if first == CALLER else CALLER, 487), 0.0)
    assert [type(command) for command in last] == [Finish]
    assert session.on(RINGS, 0.0) == []
