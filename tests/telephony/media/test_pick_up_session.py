"""The pick-up session as pure values: two INVITEs, one conversation."""

from __future__ import annotations

from telephony.calls.session import Answer, Begun, Bridge, Finish, HangUp, Joined, Report, Timeout, Wait
from telephony.media.apps.pick_up import TOO_LATE, WITHIN, PickedUp
from telephony.media.port import Answered, Ended, Held


def joined() -> PickedUp:
    session = PickedUp()
    assert session.on(Begun(), 0) == [Report("first", "ringing", 180), Wait(WITHIN)]
    assert session.on(Joined(), 0) == [Answer("second")]
    return session


def talking() -> PickedUp:
    session = joined()
    assert session.on(Answered(leg="second"), 0) == [Answer(), Wait(None)]
    assert session.on(Answered(leg="caller"), 0) == [Bridge("caller", "second")]
    return session


def test_the_ringing_call_is_answered_first_and_the_picker_when_it_is_ours() -> None:
    talking()


def test_a_picker_whose_call_never_comes_is_told() -> None:
    session = PickedUp()
    session.on(Begun(), 0)
    assert HangUp("caller", *TOO_LATE) in session.on(Timeout(), 0)
    assert session.on(Ended(leg="caller", code=480), 0) == [Finish("480")]


def test_somebody_else_was_quicker() -> None:
    assert joined().on(Ended(leg="second", code=487), 0) == [HangUp("caller", *TOO_LATE)]


def test_a_picker_who_gives_up_leaves_the_phones_ringing() -> None:
    assert joined().on(Ended(leg="caller", code=487), 0) == [HangUp("second")]


def test_the_caller_is_not_kept_when_the_picker_is_gone_before_the_answer() -> None:
    session = joined()
    session.on(Ended(leg="caller", code=487), 0)
    assert session.on(Ended(leg="second", code=200), 0) == [Finish("200")]


def test_either_end_ends_both() -> None:
    assert talking().on(Ended(leg="second", code=200), 0) == [HangUp("caller")]
    assert talking().on(Ended(leg="caller", code=200), 0) == [HangUp("second")]


def test_who_is_put_on_hold_is_not_bridged() -> None:
    commands = talking().on(Held(leg="second", on=True), 0)
    assert Bridge("caller", "second") not in commands
    assert commands
