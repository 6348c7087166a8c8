"""The Message Center as a table: log-in, lock-out, and every key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from telephony.calls.session import (
    Answer,
    AskPin,
    Begun,
    ChoosePresence,
    Command,
    Discard,
    Fetch,
    Fetched,
    Finish,
    HangUp,
    KeepSound,
    Kept,
    LookUp,
    MailboxSeen,
    MarkHeard,
    PinAnswer,
    Play,
    PlayBack,
    RecordSound,
    Remove,
    SessionEvent,
    SoundKept,
    Timeout,
    Wait,
)  # fmt: skip
from telephony.mailbox import Message
from telephony.media.apps.message_center import (
    ASK_EXTENSION,
    ASK_PIN,
    GOODBYE,
    LATER,
    MENU,
    SORRY,
    WRONG,
    HearMessages,
    counted,
    envelope,
)  # fmt: skip
from telephony.media.port import Answered, Digit, Ended, Played
from telephony.messages.snapshot import Presence
from telephony.messages.workers import MessageCenter, PinChecked
from telephony.voice import sentences
from telephony.voice.sentences import MAIN_MENU

CALLER = "caller"
NOW = datetime(2026, 11, 23, 15, 30).astimezone()
ANSWERED, PLAYED, GONE = Answered(leg=CALLER), Played(leg=CALLER), Ended(leg=CALLER, code=200)
OK = PinAnswer(checked=PinChecked(ask="1", ok=True, user_id=2, name="Bob", extension="102"))
BAD = PinAnswer(checked=PinChecked(ask="1", ok=False))
LOCKED = PinAnswer(checked=PinChecked(ask="1", ok=False, locked=True))
FILE = Fetched(file=Path("/spool/hear.wav"))


def message(name: str, new: bool = True, hours: int = 1) -> Message:
    return Message(
        id=name, from_number="101", from_name="Ann", received=(NOW - timedelta(hours=hours)).astimezone(UTC), seconds=6,
        new=new,
    )  # fmt: skip


def press(digits: str) -> tuple[SessionEvent, ...]:
    return tuple(Digit(leg=CALLER, digit=digit) for digit in digits)


class Desk:
    """A session with everything it commanded."""

    def __init__(self, **app: object) -> None:
        self.session = HearMessages(MessageCenter.model_validate({"extension_digits": 3, **app}))
        self.all: list[Command] = []
        self.do(Begun(), ANSWERED)

    def do(self, *events: SessionEvent) -> list[Command]:
        commands: list[Command] = []
        for event in events:
            commands = self.session.on(event, NOW.timestamp())
            self.all += commands
        return commands

    def log_in(self, *messages: Message) -> list[Command]:
        self.do(*press("1021234#"), OK)
        return self.do(MailboxSeen(total=len(messages), messages=messages))

    def sounds(self, commands: list[Command]) -> tuple[object, ...]:
        (play,) = [command for command in commands if isinstance(command, Play)]
        return play.sounds


def test_the_call_is_answered_and_the_extension_asked_for() -> None:
    desk = Desk()
    assert Answer() in desk.all
    assert desk.sounds(desk.all) == ASK_EXTENSION


def test_six_plus_extension_asks_for_the_pin_only() -> None:
    desk = Desk(extension="102")
    assert desk.sounds(desk.all) == ASK_PIN
    asked = desk.do(*press("1234#"))
    assert AskPin(extension="102", pin="1234") in asked


def test_the_extension_is_complete_after_its_digits_and_the_pin_after_pound() -> None:
    desk = Desk()
    assert desk.sounds(desk.do(*press("102"))) == ASK_PIN
    assert AskPin(extension="102", pin="1234") in desk.do(*press("1234#"))


def test_a_pound_after_the_extension_is_not_an_empty_pin() -> None:
    desk = Desk()
    assert AskPin(extension="102", pin="1234") in desk.do(*press("102#1234#"))


def test_a_pause_completes_an_entry_as_pound_does() -> None:
    desk = Desk(extension_digits=0)
    assert desk.sounds(desk.do(*press("102"), Timeout())) == ASK_PIN
    assert AskPin(extension="102", pin="1234") in desk.do(*press("1234"), Timeout())


def test_star_begins_an_entry_anew() -> None:
    desk = Desk(extension="102")
    assert AskPin(extension="102", pin="42") in desk.do(*press("99*42#"))


def test_forty_digits_are_an_entry_like_any_other() -> None:
    desk = Desk(extension="102")
    (ask,) = [c for c in desk.do(*press("1" * 40 + "#")) if isinstance(c, AskPin)]
    assert ask.pin == "1" * 24
    assert desk.sounds(desk.do(BAD)) == (*WRONG, *ASK_PIN)


def test_three_wrong_pins_end_the_call() -> None:
    desk = Desk()
    assert desk.sounds(desk.do(*press("1021#"), BAD)) == (*WRONG, *ASK_EXTENSION)
    desk.do(*press("1022#"), BAD)
    assert desk.sounds(desk.do(*press("1023#"), BAD)) == (*WRONG, *SORRY)
    assert desk.do(PLAYED) == [HangUp()]
    assert desk.do(GONE) == [Finish("the caller hung up")]


def test_a_locked_extension_ends_the_call_at_once() -> None:
    desk = Desk()
    assert desk.sounds(desk.do(*press("1021234#"), LOCKED)) == (*WRONG, *SORRY)
    assert desk.do(PLAYED) == [HangUp()]


@pytest.mark.parametrize("answer", [PinAnswer(checked=None), Timeout()])
def test_without_a_router_the_caller_is_asked_to_try_later(answer: SessionEvent) -> None:
    desk = Desk()
    assert desk.sounds(desk.do(*press("1021234#"), answer)) == LATER


def test_entering_nothing_three_times_ends_the_call() -> None:
    desk = Desk()
    desk.do(PLAYED, Timeout(), PLAYED, Timeout())
    assert desk.sounds(desk.do(PLAYED, Timeout())) == SORRY


def test_an_empty_mailbox_is_said_and_the_main_menu_follows() -> None:
    desk = Desk()
    assert desk.sounds(desk.log_in()) == ("vm-youhave", "vm-no", "vm-messages", MAIN_MENU)
    assert desk.do(*press("#")) == [Wait(None), Play(GOODBYE)]
    assert desk.do(PLAYED) == [HangUp()]


def test_counts_come_first_then_new_messages_before_old_ones() -> None:
    desk = Desk()
    sounds = desk.sounds(desk.log_in(message("old", new=False, hours=5), message("a", hours=2), message("b")))
    assert sounds == ("vm-youhave", "digits/2", "vm-INBOX", "vm-and", "digits/1", "vm-Old", "vm-message")
    assert LookUp(user_id=2) in desk.all
    assert desk.do(PLAYED)[0] == Fetch(user_id=2, message_id="a")


def test_a_message_is_announced_with_caller_and_time_then_played_and_marked_heard() -> None:
    desk = Desk()
    desk.log_in(message("a"), message("b"))
    commands = desk.do(PLAYED, FILE)
    assert desk.sounds(commands) == (
        "vm-first", "vm-message", "vm-from-extension", "digits/1", "digits/0", "digits/1", "vm-received",
        "digits/today", "digits/at", "digits/2", "digits/30", "digits/p-m", Path("/spool/hear.wav"),
    )  # fmt: skip
    assert MarkHeard(user_id=2, message_id="a") in commands
    assert desk.sounds(desk.do(PLAYED)) == MENU


def test_an_old_message_is_not_marked_again() -> None:
    desk = Desk()
    desk.log_in(message("old", new=False))
    assert not [c for c in desk.do(PLAYED, FILE) if isinstance(c, MarkHeard)]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("1", Fetch(user_id=2, message_id="b")),
        ("5", Fetch(user_id=2, message_id="b")),
        ("4", Fetch(user_id=2, message_id="a")),
        ("6", Fetch(user_id=2, message_id="c")),
        ("9", Fetch(user_id=2, message_id="c")),
        ("7", Remove(user_id=2, message_id="b")),
        ("#", Play(GOODBYE)),
        ("*", Play(MENU, stop_on="0123456789*#")),
        ("8", Play(("pm-invalid-option", *MENU), stop_on="0123456789*#")),
        ("0", Play((MAIN_MENU,), stop_on="0123456789*#")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("moment", ["while it plays", "in the menu", "after the menu"])
def test_each_key_at_the_second_of_three_messages(key: str, expected: Command, moment: str) -> None:
    desk = Desk()
    desk.log_in(message("a", hours=3), message("b", hours=2), message("c", hours=1))
    desk.do(PLAYED, FILE, *press("6"), FILE)
    desk.do(*{"while it plays": (), "in the menu": (PLAYED,), "after the menu": (PLAYED, PLAYED)}[moment])
    assert expected in desk.do(*press(key))


def test_deleting_goes_on_with_the_next_message_and_says_so() -> None:
    desk = Desk()
    desk.log_in(message("a", hours=3), message("b"))
    commands = desk.do(PLAYED, FILE, *press("7"))
    assert commands[:2] == [Remove(user_id=2, message_id="a"), Fetch(user_id=2, message_id="b")]
    assert desk.sounds(desk.do(FILE))[0] == "vm-deleted"


def test_after_the_last_message_comes_the_main_menu() -> None:
    desk = Desk()
    desk.log_in(message("a"))
    assert desk.sounds(desk.do(PLAYED, FILE, *press("7"))) == ("vm-deleted", "vm-nomore", MAIN_MENU)
    assert LookUp(user_id=2) in desk.do(*press("1"))


def test_the_main_menu_is_said_three_times_to_nobody() -> None:
    desk = Desk()
    desk.log_in()
    for _ in range(2):
        assert desk.sounds(desk.do(PLAYED, Timeout())) == (MAIN_MENU,)
    assert desk.sounds(desk.do(PLAYED, Timeout())) == GOODBYE


# -- presence and greetings ----------------------------------------------------------------------------
def test_a_presence_is_chosen_by_its_number_and_counts_at_once() -> None:
    desk = Desk()
    desk.log_in()
    assert desk.sounds(desk.do(*press("3"))) == (sentences.PRESENCE_MENU,)
    commands = desk.do(*press("3"))
    assert ChoosePresence(user_id=2, presence=Presence.ON_VACATION) in commands
    assert desk.sounds(commands) == (sentences.PRESENCE_IS[Presence.ON_VACATION], "vm-msgsaved", MAIN_MENU)


def record_vacation(desk: Desk) -> None:
    desk.log_in()
    assert desk.sounds(desk.do(*press("9"))) == (sentences.GREETINGS_MENU,)
    assert desk.sounds(desk.do(*press("3")))[0] == sentences.GREETING_OF[Presence.ON_VACATION]
    assert desk.do(PLAYED) == [RecordSound(limit=120.0)]
    said = desk.do(Kept(why="digit", seconds=4.0, voiced=3.0, voice_until=4.0))
    assert said[0] == PlayBack(after=(sentences.KEEP_OR_AGAIN,), stop_on="0123456789*#")


def test_a_greeting_is_recorded_heard_and_kept() -> None:
    desk = Desk()
    record_vacation(desk)
    assert desk.do(*press("1"))[0] == KeepSound(name="greetings/2/on_vacation")
    assert desk.sounds(desk.do(SoundKept(ok=True))) == ("vm-msgsaved", sentences.GREETINGS_MENU)
    assert desk.sounds(desk.do(*press("#"))) == (MAIN_MENU,)


def test_a_greeting_can_be_recorded_again_or_forgotten() -> None:
    desk = Desk()
    record_vacation(desk)
    assert desk.do(*press("2"))[0] == Discard()
    desk.do(PLAYED, Kept(why="digit", seconds=4.0, voiced=3.0, voice_until=4.0))
    assert desk.do(*press("*"))[0] == Discard()
    assert not any(isinstance(command, KeepSound) for command in desk.all)


def test_the_name_is_recorded_with_key_8_and_is_short() -> None:
    desk = Desk()
    desk.log_in()
    desk.do(*press("98"))
    assert desk.do(PLAYED) == [RecordSound(limit=10.0)]


def test_a_full_disk_while_recording_is_apologised_for() -> None:
    desk = Desk()
    desk.log_in()
    desk.do(*press("91"), PLAYED)
    commands = desk.do(Kept(why="failed", seconds=0, voiced=0, voice_until=0))
    assert commands[0] == Discard()
    assert desk.sounds(commands)[0] == "vm-sorry"


def test_a_message_deleted_meanwhile_by_the_browser_is_passed_over() -> None:
    desk = Desk()
    desk.log_in(message("a", hours=3), message("b"))
    assert desk.do(PLAYED, Fetched(file=None))[0] == Fetch(user_id=2, message_id="b")
    assert desk.sounds(desk.do(Fetched(file=None))) == ("vm-nomore", MAIN_MENU)


def test_nobody_pressing_anything_ends_the_call_after_the_menu_was_said_again() -> None:
    desk = Desk()
    desk.log_in(message("a"))
    desk.do(PLAYED, FILE, PLAYED)
    assert desk.sounds(desk.do(PLAYED, Timeout())) == MENU
    assert desk.sounds(desk.do(PLAYED, Timeout())) == MENU
    assert desk.sounds(desk.do(PLAYED, Timeout())) == GOODBYE


PATHS: list[tuple[SessionEvent, ...]] = [
    (), press("1"), press("102"), press("10212"), press("1021234#"), (*press("1021234#"), OK),
    (*press("1021234#"), OK, MailboxSeen(total=1, messages=(message("a"),))),
    (*press("1021234#"), OK, MailboxSeen(total=1, messages=(message("a"),)), PLAYED),
    (*press("1021234#"), OK, MailboxSeen(total=1, messages=(message("a"),)), PLAYED, FILE),
    (*press("1021234#"), OK, MailboxSeen(total=1, messages=(message("a"),)), PLAYED, FILE, PLAYED),
    (*press("1021234#"), LOCKED),
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"after-{len(path)}")
def test_hanging_up_in_any_state_finishes_the_session(path: tuple[SessionEvent, ...]) -> None:
    desk = Desk()
    desk.do(*path)
    assert desk.do(GONE) == [Finish("the caller hung up")]
    assert desk.do(Timeout(), OK, FILE, *press("7#")) == [], "what comes late changes nothing"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"after-{len(path)}")
def test_forty_digits_in_any_state_never_break_the_session(path: tuple[SessionEvent, ...]) -> None:
    desk = Desk()
    desk.do(*path, *press("80*" * 13 + "8"))
    assert not [command for command in desk.all if isinstance(command, Finish | Remove)]
    assert desk.do(GONE) == [Finish("the caller hung up")]


@pytest.mark.parametrize(
    ("new", "old", "words"),
    [
        (1, 0, ("vm-youhave", "digits/1", "vm-INBOX", "vm-message")),
        (0, 1, ("vm-youhave", "digits/1", "vm-Old", "vm-message")),
        (21, 0, ("vm-youhave", "digits/20", "digits/1", "vm-INBOX", "vm-messages")),
        (1, 2, ("vm-youhave", "digits/1", "vm-INBOX", "vm-and", "digits/2", "vm-Old", "vm-messages")),
    ],
)
def test_counts_are_spoken(new: int, old: int, words: tuple[str, ...]) -> None:
    assert counted(new, old) == words


def test_a_caller_without_a_number_is_unknown() -> None:
    anonymous = Message(id="x", from_number="anonymous", from_name="", received=NOW, seconds=1, new=True)
    assert envelope(anonymous, NOW.timestamp())[0] == "vm-unknown-caller"


def test_every_timer_is_a_wait() -> None:
    desk = Desk()
    assert Wait(None) in desk.all
