"""The auto attendant as a table: S26-05, S26-08, S26-09, S26-20 and its test cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.calls.session import (
    Answer,
    AskCall,
    Begun,
    Bridge,
    CallAnswer,
    Command,
    Dial,
    Finish,
    HangUp,
    Music,
    Play,
    Prepare,
    Report,
    SessionEvent,
    Timeout,
    Tone,
    Wait,
)  # fmt: skip
from telephony.media.apps.attendant import (
    BUSY,
    GOODBYE,
    INVALID,
    LATER,
    NO_KEY,
    NO_SUCH_NAME,
    NOBODY,
    PAUSE,
    SORRY,
    Attend,
    choices,
    greeting,
)
from telephony.media.apps.onward import FAR
from telephony.media.port import Answered, Digit, EarlyMedia, Ended, Held, Played, Ringing
from telephony.messages.workers import AttendantApp, CallGranted, Listed
from telephony.voice import Spoken, sentences

CALLER = "caller"
PLAYED, TIMEOUT = Played(leg=CALLER), Timeout()
TOM, TIM, EVA = (
    Listed(first_name="Tom", last_name="Brown", extension="102"),
    Listed(first_name="Tim", last_name="Brownlee", extension="103"),
    Listed(first_name="Eva", last_name="Zimmer", extension="104"),
)


def press(digits: str) -> tuple[SessionEvent, ...]:
    return tuple(Digit(leg=CALLER, digit=digit) for digit in digits)


def granted(**fields: object) -> CallAnswer:
    return CallAnswer(granted=CallGranted.model_validate({"ask": "1", **fields}))


DIALLED = granted(to="102", token="t")


class Caller:
    """A session with everything it commanded."""

    def __init__(self, **settings: object) -> None:
        self.app = AttendantApp.model_validate({"number": 1, "greeting": 0, **settings})
        self.session = Attend(self.app)
        self.all: list[Command] = []
        self.do(Begun(), Answered(leg=CALLER))

    def do(self, *events: SessionEvent) -> list[Command]:
        """The commands of the last event."""
        commands: list[Command] = []
        for event in events:
            commands = self.session.on(event, 0.0)
            self.all += commands
        return commands

    def said(self) -> tuple[object, ...]:
        return next(command.sounds for command in reversed(self.all) if isinstance(command, Play))


def test_the_greeting_comes_first_then_the_custom_message_then_the_choices() -> None:
    """S26-09, S26-T01; after * the greeting is left out."""
    caller = Caller(recordings=("0", "c"), dial_by_name=True)
    assert caller.said() == (
        "attendants/1/0", "attendants/1/c", sentences.DIAL_IT_NOW, sentences.DIAL_BY_NAME,
        sentences.DIAL_BY_DIRECTORY, sentences.REPEAT_OPTIONS, sentences.END_CALL,
    )  # fmt: skip
    caller.do(*press("*"))
    assert caller.said()[0] == "attendants/1/c"


def test_the_built_in_greeting_says_whether_the_office_is_open() -> None:
    """S26-10, S26-T02."""
    assert greeting(AttendantApp(number=1, greeting=0, open=True)) == (sentences.WELCOME,)
    assert greeting(AttendantApp(number=1, greeting=1, open=False)) == (sentences.WELCOME_CLOSED,)
    assert greeting(AttendantApp(number=2, greeting=1, recordings=("1",))) == ("attendants/2/1",)


def test_prompts_that_are_off_are_not_said_and_a_shortcut_on_9_silences_the_end_call_prompt() -> None:
    """S26-04, S26-Q02."""
    quiet = AttendantApp(
        number=1, greeting=0, directory_prompt=False, dial_now_prompt=False, end_call_prompt=False, repeat_prompt=False
    )
    assert choices(quiet) == ()
    assert sentences.END_CALL not in choices(AttendantApp(number=1, greeting=0, shortcuts={"9": "100"}))


def test_with_more_than_50_people_the_directory_and_its_prompt_are_off() -> None:
    """S26-T03."""
    people = [Listed(first_name="P", last_name=str(n), extension=str(100 + n)) for n in range(51)]
    fifty = Caller(people=people[:50])
    assert sentences.DIAL_BY_DIRECTORY in fifty.said()
    fifty.do(*press("#2"))
    said = fifty.said()
    assert said[:6] == (sentences.DIRECTORY, Spoken("P 0"), "extension", "digits/1", "digits/0", "digits/0")
    assert fifty.do(*press("107"))[1] == AskCall(digits="107"), "an extension may be entered while the list is read"
    crowd = Caller(people=people)
    assert sentences.DIAL_BY_DIRECTORY not in crowd.said()
    crowd.do(*press("#2"))
    assert crowd.said()[0] == INVALID[0]


def test_an_extension_is_called_as_soon_as_it_is_complete_and_both_are_connected() -> None:
    caller = Caller()
    assert caller.do(*press("102"))[1:] == [AskCall(digits="102"), Wait(4.0)]
    assert Dial(leg=FAR, user="102", token="t") in caller.do(DIALLED)
    assert caller.do(Ringing(leg=FAR, code=180)) == [Report(FAR, "ringing", 180)]
    assert caller.do(PLAYED) == [Tone("ringback")]
    assert caller.do(Answered(leg=FAR)) == [Bridge(CALLER, FAR), Report(FAR, "answered", 200)]
    assert caller.do(Held(leg=FAR, on=True)) == [Music(CALLER)]
    assert caller.do(Held(leg=FAR, on=False)) == [Bridge(CALLER, FAR)]
    assert caller.do(Ended(leg=FAR, code=200)) == [HangUp(CALLER)]
    assert caller.do(Ended(leg=CALLER, code=200)) == [Finish("the conversation ended")]


def test_early_media_of_the_called_side_is_heard() -> None:
    caller = Caller()
    caller.do(*press("102"), DIALLED)
    assert caller.do(EarlyMedia(leg=FAR)) == [Bridge(CALLER, FAR)]
    assert caller.do(PLAYED) == [], "no ringback over what the far side sends"


def test_a_shortcut_waits_when_an_extension_may_begin_with_it() -> None:
    """S26-20, S26-T06."""
    caller = Caller(shortcuts={"0": "0", "1": "432"})
    assert caller.do(*press("1")) == [Wait(PAUSE)]
    assert AskCall(digits="432") in caller.do(TIMEOUT)
    other = Caller(shortcuts={"0": "0", "1": "432"})
    assert AskCall(digits="101") in other.do(*press("101"))
    assert AskCall(digits="0") in Caller(shortcuts={"0": "0"}).do(*press("0"))
    assert AskCall(digits="432") in Caller(shortcuts={"1": "432"}).do(*press("1#")), "# says that this is all"


def test_another_attendant_goes_on_in_the_same_call() -> None:
    caller = Caller(shortcuts={"1": "432"})
    caller.do(*press("1"), TIMEOUT)
    caller.do(granted(attendant={"number": 2, "greeting": 1, "recordings": ("1",)}))
    assert caller.said()[0] == "attendants/2/1"
    assert AskCall(digits="102") in caller.do(*press("102"))


def test_eight_seconds_without_a_key_lead_to_the_default_extension() -> None:
    """S26-05, S26-T05."""
    caller = Caller(default_extension="100")
    assert caller.do(PLAYED) == [Wait(NO_KEY)]
    assert AskCall(digits="100") in caller.do(TIMEOUT)
    pressed = Caller(default_extension="100")
    pressed.do(PLAYED)
    assert AskCall(digits="100") not in pressed.do(*press("2"), TIMEOUT), "somebody who presses a key is there"


def test_without_a_default_extension_the_choices_are_said_twice_more_and_the_call_ends() -> None:
    """S26-05."""
    caller = Caller()
    for _ in range(2):
        caller.do(PLAYED, TIMEOUT)
        assert caller.said() == choices(caller.app)
    caller.do(PLAYED, TIMEOUT)
    assert caller.said() == GOODBYE
    assert caller.do(PLAYED) == [HangUp()]


def test_three_wrong_entries_end_the_call_or_reach_the_default_extension() -> None:
    """S26-20."""
    caller = Caller()
    caller.do(*press("8"))
    assert caller.said() == (*INVALID, *choices(caller.app))
    caller.do(*press("777"))
    assert caller.said() == SORRY
    assert AskCall(digits="100") in Caller(default_extension="100").do(*press("888"))


def test_nine_ends_the_call_unless_it_is_a_shortcut() -> None:
    """S26-T08, S26-Q02."""
    caller = Caller()
    caller.do(*press("9"))
    assert caller.said() == GOODBYE
    assert AskCall(digits="200") in Caller(shortcuts={"9": "200"}).do(*press("9"))


def test_a_number_nobody_may_call_from_here_is_a_wrong_entry() -> None:
    caller = Caller()
    caller.do(*press("199"), granted(reason="There is no extension 199."))
    assert caller.said() == (*INVALID, *choices(caller.app))


@pytest.mark.parametrize("event", [CallAnswer(granted=None), TIMEOUT])
def test_without_a_router_the_caller_is_asked_to_call_again(event: SessionEvent) -> None:
    caller = Caller()
    caller.do(*press("102"), event)
    assert caller.said() == LATER


@pytest.mark.parametrize(("code", "apology"), [(486, BUSY), (480, NOBODY), (404, NOBODY)])
def test_who_is_not_reached_is_said_and_the_choices_come_again(code: int, apology: tuple[str, ...]) -> None:
    caller = Caller()
    caller.do(*press("102"), DIALLED, Ringing(leg=FAR, code=180))
    caller.do(Ended(leg=FAR, code=code))
    assert caller.said() == (*apology, *choices(caller.app))
    assert AskCall(digits="101") in caller.do(*press("101"))


def test_a_person_is_found_by_the_keys_of_the_last_name() -> None:
    """S26-T04: #1, then 2-7-6-9-6."""
    caller = Caller(dial_by_name=True, spell_by="last", people=(TOM, EVA))
    caller.do(*press("#1"))
    assert "dir-last" in caller.said()
    caller.do(*press("27696"), TIMEOUT)
    assert caller.said() == (Spoken("Tom Brown"), "extension", "digits/1", "digits/0", "digits/2", "dir-instr")
    assert AskCall(digits="102") in caller.do(*press("1"))


def test_several_people_of_the_same_keys_are_a_numbered_choice() -> None:
    """S26-T04 (P)."""
    caller = Caller(dial_by_name=True, people=(TOM, TIM, EVA))
    caller.do(*press("#1276#"))
    assert caller.said()[:3] == ("dir-multi1", "digits/1", "dir-multi2")
    assert AskCall(digits="103") in caller.do(*press("2"))


def test_keys_nobody_is_spelled_with_are_said_at_once() -> None:
    caller = Caller(dial_by_name=True, people=(TOM,))
    caller.do(*press("#1996"))
    assert caller.said() == NO_SUCH_NAME
    caller.do(PLAYED)
    assert caller.said()[0] == "dir-welcome"
    assert AskCall(digits="102") in caller.do(*press("276#1"))


def test_dial_by_name_that_is_off_is_a_wrong_entry() -> None:
    caller = Caller(people=(TOM,))
    caller.do(*press("#1"))
    assert caller.said()[0] == INVALID[0]


def test_a_caller_who_hangs_up_ends_the_far_leg_too() -> None:
    caller = Caller()
    caller.do(*press("102"), DIALLED)
    assert caller.do(Ended(leg=CALLER, code=200)) == [HangUp(FAR)]
    assert caller.do(Ended(leg=FAR, code=487)) == [Finish("the caller hung up")]


def test_what_the_machine_must_say_is_spoken_before_it_is_needed() -> None:
    first = Attend(AttendantApp(number=1, greeting=0, people=(TOM,))).on(Begun(), 0.0)
    assert isinstance(first[0], Prepare)
    assert first[0].texts[0] == sentences.WELCOME
    assert Spoken("Tom Brown") in first[0].texts
    assert first[1] == Answer()


EVENTS = st.one_of(
    st.sampled_from("0123456789*#").map(lambda digit: Digit(leg=CALLER, digit=digit)),
    st.sampled_from(
        [
            PLAYED, TIMEOUT, DIALLED, granted(reason="no"), CallAnswer(granted=None), Ringing(leg=FAR, code=180),
            granted(attendant={"number": 2, "greeting": 1}), Answered(leg=FAR), Held(leg=FAR, on=True),
        ]
    ),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=40), st.sampled_from(["", "100"]))
def test_whatever_happens_the_session_ends_with_its_legs(events: list[SessionEvent], default: str) -> None:
    caller = Caller(dial_by_name=True, people=(TOM, TIM), default_extension=default, shortcuts={"1": "432"})
    caller.do(*events)
    dialled = sum(isinstance(command, Dial) for command in caller.all)
    caller.do(Ended(leg=CALLER, code=200))
    for _ in range(dialled):
        caller.do(Ended(leg=FAR, code=200))
    assert isinstance(caller.all[-1], Finish)
