"""Leaving a message, as a table: what the caller does and what the session commands, without a network."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from telephony.calls.session import (
    Answer,
    AskCall,
    Begun,
    CallAnswer,
    Command,
    Deliver,
    Delivered,
    Dial,
    Discard,
    Finish,
    HangUp,
    Kept,
    LookUp,
    MailboxSeen,
    Play,
    Record,
    SessionEvent,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.media.apps.onward import FAR
from telephony.media.apps.voicemail import FIRST_WORD, FULL, NOBODY, SILENCE, TAIL, THANKS, TOO_SHORT, LeaveMessage
from telephony.media.port import Answered, Digit, Ended, Played
from telephony.messages.snapshot import Mailbox, Presence
from telephony.messages.workers import CallGranted, TakeMessage

CALLER = "caller"
NOW = 1_790_000_000.0
ANSWERED, PLAYED, GONE = Answered(leg=CALLER), Played(leg=CALLER), Ended(leg=CALLER, code=200)
SEEN = MailboxSeen(total=3)
POUND = Digit(leg=CALLER, digit="#")


def kept(why: str = "digit", seconds: float = 6.0, voiced: float = 5.0, voice_until: float = 6.0) -> Kept:
    return Kept(why=why, seconds=seconds, voiced=voiced, voice_until=voice_until)  # type: ignore[arg-type]


def session(**changes: object) -> LeaveMessage:
    fields: dict[str, object] = {
        "user_id": 2, "extension": "102", "user_name": "Bob",
        "mailbox": Mailbox(max_messages=10, max_message_seconds=90),
        "from_number": "101", "from_name": "Ann",
    }  # fmt: skip
    return LeaveMessage(TakeMessage.model_validate(fields | changes), "call-1")


def run(one: LeaveMessage, *events: SessionEvent) -> list[Command]:
    """Everything the session commands in answer to the last event."""
    commands: list[Command] = []
    for event in (Begun(), *events):
        commands = one.on(event, NOW)
    return commands


TO_RECORDING = (SEEN, ANSWERED, PLAYED, PLAYED)


def test_the_mailbox_is_looked_into_before_the_call_is_answered() -> None:
    one = session()
    assert one.on(Begun(), NOW)[0] == LookUp(user_id=2, headers=False)
    assert Answer() in one.on(SEEN, NOW)


def test_the_greeting_says_who_is_unavailable_digit_by_digit() -> None:
    assert run(session(), SEEN, ANSWERED) == [
        Play(("vm-theperson", "digits/1", "digits/0", "digits/2", "vm-isunavail", "vm-intro"), stop_on="#")
    ]


@pytest.mark.parametrize("why", [{"busy": True}, {"presence": "busy"}])
def test_a_busy_user_is_on_the_phone(why: dict[str, object]) -> None:
    (play,) = run(session(**why), SEEN, ANSWERED)
    assert isinstance(play, Play)
    assert "vm-isonphone" in play.sounds


def test_the_recording_begins_after_the_tone_with_the_users_limit_and_silence() -> None:
    (record,) = run(session(), *TO_RECORDING)
    assert isinstance(record, Record)
    assert (record.limit, record.silence, record.first_word, record.stop_on) == (90, SILENCE, FIRST_WORD, "#")
    assert record.voicemail.received == datetime.fromtimestamp(NOW, UTC)
    assert (record.voicemail.user_id, record.voicemail.from_number, record.voicemail.call_id) == (2, "101", "call-1")


def test_without_voice_activity_detection_silence_ends_nothing() -> None:
    (record,) = run(session(mailbox=Mailbox(end_by_silence=False)), *TO_RECORDING)
    assert isinstance(record, Record)
    assert (record.silence, record.first_word) == (0, 0)


def test_the_pound_key_skips_the_greeting() -> None:
    assert run(session(), SEEN, ANSWERED, POUND) == [Play(("beep",))]


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        (kept("digit"), [Deliver(keep=6.0)]),
        (kept("limit"), [Deliver(keep=6.0)]),
        (kept("hangup"), [Deliver(keep=6.0, retry=True)]),
        (kept("silence", seconds=12.0, voice_until=6.0), [Deliver(keep=6.0 + TAIL)]),
        (kept("digit", seconds=0.9), [Discard(), Play(TOO_SHORT)]),
        (kept("hangup", seconds=0.9), [Discard(), Finish("the caller hung up")]),
        (kept("silence", voiced=0.0, voice_until=0.0), [Discard(), Play(TOO_SHORT)]),
        (kept("hangup", voiced=0.1), [Discard(), Finish("the caller hung up")]),
        (kept("failed", seconds=0.0), [Discard(), Play(FULL)]),
    ],
)  # fmt: skip
def test_what_becomes_of_a_recording(closed: Kept, expected: list[Command]) -> None:
    assert run(session(), *TO_RECORDING, closed) == expected


def test_a_quiet_message_is_kept_when_silence_is_not_the_users_rule() -> None:
    one = session(mailbox=Mailbox(end_by_silence=False))
    assert run(one, *TO_RECORDING, kept("hangup", voiced=0.0)) == [Deliver(keep=6.0, retry=True)]


def test_a_stored_message_is_thanked_for_and_the_call_ends() -> None:
    one = session()
    assert run(one, *TO_RECORDING, kept(), Delivered(ok=True)) == [Play(THANKS)]
    assert one.on(PLAYED, NOW) == [HangUp()]
    assert one.on(GONE, NOW) == [Finish("the caller hung up")]


def test_a_message_that_could_not_be_stored_is_apologised_for() -> None:
    one = session()
    assert run(one, *TO_RECORDING, kept(), Delivered(ok=False)) == [Play(FULL)]
    one.on(PLAYED, NOW)
    assert one.on(GONE, NOW) == [Finish("the message could not be stored")]


@pytest.mark.parametrize("seen", [MailboxSeen(total=10), MailboxSeen(total=99), MailboxSeen(room=False)])
def test_a_full_mailbox_or_disk_is_said_and_nothing_recorded(seen: MailboxSeen) -> None:
    one = session()
    assert run(one, seen, ANSWERED) == [Play(FULL)]
    assert one.on(PLAYED, NOW) == [HangUp()]


def test_a_slow_disk_does_not_keep_the_caller_waiting() -> None:
    assert run(session(), Timeout()) == [Answer(), Wait(None)]


STATES: list[tuple[SessionEvent, ...]] = [
    (), (SEEN,), (SEEN, ANSWERED), (SEEN, ANSWERED, PLAYED), TO_RECORDING,
    (*TO_RECORDING, kept(), Delivered(ok=True)), (MailboxSeen(total=10), ANSWERED),
]  # fmt: skip


@pytest.mark.parametrize("before", STATES, ids=lambda events: f"after-{len(events)}")
def test_hanging_up_in_any_state_finishes_the_session(before: tuple[SessionEvent, ...]) -> None:
    commands = run(session(), *before, GONE)
    assert [type(command) for command in commands] == [Finish]


def test_hanging_up_while_the_message_is_stored_waits_for_it() -> None:
    one = session()
    assert run(one, *TO_RECORDING, kept("hangup"), GONE) == []
    assert one.on(Delivered(ok=True), NOW) == [Finish("the caller hung up")]


@pytest.mark.parametrize("before", STATES, ids=lambda events: f"after-{len(events)}")
def test_forty_digits_in_any_state_do_no_harm(before: tuple[SessionEvent, ...]) -> None:
    one = session()
    run(one, *before)
    for number in range(40):
        one.on(Digit(leg=CALLER, digit="0123456789*ABCD"[number % 15]), NOW)
    commands = one.on(GONE, NOW)
    assert [type(command) for command in commands] in ([Finish], [])


# -- the operator, and presences that take no message ------------------------------------------------
ZERO = Digit(leg=CALLER, digit="0")
TOLD = CallAnswer(granted=CallGranted(ask="1", to="100", token="t"))


def with_operator(**changes: object) -> LeaveMessage:
    return session(mailbox=Mailbox(operator_extension="100", **changes))


@pytest.mark.parametrize("before", [(SEEN, ANSWERED), (SEEN, ANSWERED, PLAYED)], ids=["greeting", "tone"])
def test_0_reaches_the_operator_before_a_message_is_begun(before: tuple[SessionEvent, ...]) -> None:
    """S09-11."""
    one = with_operator()
    assert AskCall(digits="100") in run(one, *before, ZERO)
    assert Dial(leg=FAR, user="100", token="t") in one.on(TOLD, NOW)


def test_0_while_speaking_keeps_what_was_said_and_reaches_the_operator() -> None:
    one = with_operator()
    assert run(one, *TO_RECORDING, ZERO, kept("digit")) == [Deliver(keep=6.0)]
    assert AskCall(digits="100") in one.on(Delivered(ok=True), NOW)


def test_0_right_after_the_tone_leaves_no_empty_message() -> None:
    one = with_operator()
    commands = run(one, *TO_RECORDING, ZERO, kept("digit", seconds=0.4, voiced=0.0))
    assert commands[0] == Discard()
    assert AskCall(digits="100") in commands


def test_an_operator_who_is_not_there_is_said_and_a_message_can_still_be_left() -> None:
    one = with_operator()
    run(one, SEEN, ANSWERED, ZERO, TOLD)
    assert one.on(Ended(leg=FAR, code=480), NOW)[-1] == Play((*NOBODY, "vm-intro"), stop_on="#0")
    assert one.on(PLAYED, NOW) == [Play(("beep",))]


def test_without_an_operator_0_does_nothing() -> None:
    assert run(session(), SEEN, ANSWERED, ZERO) == []
    assert run(session(), *TO_RECORDING, ZERO) == []


def test_a_caller_who_gives_up_while_the_operator_rings_ends_that_leg_too() -> None:
    one = with_operator()
    run(one, SEEN, ANSWERED, ZERO, TOLD)
    assert one.on(GONE, NOW) == [HangUp(FAR)]
    assert one.on(Ended(leg=FAR, code=487), NOW) == [Finish("the caller hung up")]


def test_a_presence_that_takes_no_message_only_greets() -> None:
    """S09-30."""
    one = session(presence="on_vacation", mailbox=Mailbox(no_message_in=(Presence.ON_VACATION,)))
    (play,) = run(one, SEEN, ANSWERED)
    assert isinstance(play, Play)
    assert "vm-intro" not in play.sounds
    assert play.sounds[-1] == "vm-goodbye"
    assert one.on(PLAYED, NOW) == [HangUp()]


# -- what the owner recorded -------------------------------------------------------------------------
def test_the_owners_greeting_of_this_presence_is_played() -> None:
    """S01-10."""
    one = session(presence="at_home")
    seen = MailboxSeen(total=0, recorded=frozenset({"at_home", "in_office"}))
    assert run(one, seen, ANSWERED) == [Play(("greetings/2/at_home",), stop_on="#")]


def test_without_a_greeting_the_recorded_name_stands_for_the_number() -> None:
    seen = MailboxSeen(total=0, recorded=frozenset({"name"}))
    assert run(session(), seen, ANSWERED) == [Play(("greetings/2/name", "vm-isunavail", "vm-intro"), stop_on="#")]
