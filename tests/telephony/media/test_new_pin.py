"""A new PIN by telephone as a table (A-021): what is said after each entry, and that nothing is heard before."""

from __future__ import annotations

import pytest

from telephony.calls.session import (
    Begun,
    ChangePin,
    Command,
    Digit,
    HangUp,
    LookUp,
    PinAnswer,
    PinChanged,
    Play,
    SessionEvent,
    Timeout,
)  # fmt: skip
from telephony.media.apps.message_center import GOODBYE, HearMessages
from telephony.media.apps.new_pin import AGAIN, DONE, INVALID, LATER, MISMATCH, NEW, NewPin
from telephony.media.port import Answered, Played
from telephony.messages.workers import MessageCenter, PinChecked, PinSet

CALLER = "caller"
PLAYED = Played(leg=CALLER)
YES, NO = (PinChanged(answer=PinSet(ask="1", ok=ok)) for ok in (True, False))


def press(digits: str) -> tuple[SessionEvent, ...]:
    return tuple(Digit(leg=CALLER, digit=digit) for digit in digits)


def run(menu: NewPin, *events: SessionEvent) -> list[Command]:
    commands: list[Command] = []
    for event in events:
        commands = menu.on(event)
    return commands


def said(commands: list[Command]) -> tuple[object, ...]:
    return next((command.sounds for command in commands if isinstance(command, Play)), ())


def begun() -> NewPin:
    menu = NewPin(2)
    assert said(menu.begin()) == NEW
    return menu


def test_a_pin_said_twice_is_asked_for_and_confirmed() -> None:
    menu = begun()
    assert said(run(menu, PLAYED, *press("246801#"))) == AGAIN
    assert ChangePin(pin="246801") in run(menu, PLAYED, *press("246801#"))
    assert said(run(menu, YES)) == DONE
    assert not menu.done
    run(menu, PLAYED)
    assert (menu.done, menu.changed) == (True, True)


def test_a_pause_completes_an_entry_and_star_begins_anew() -> None:
    menu = begun()
    assert said(run(menu, *press("24"), *press("*"))) == NEW
    assert said(run(menu, *press("246801"), Timeout())) == AGAIN
    assert ChangePin(pin="246801") in run(menu, *press("246801"), Timeout())


@pytest.mark.parametrize("entry", ["", "123", "123456789"])
def test_what_is_no_pin_is_refused_and_asked_for_again(entry: str) -> None:
    assert said(run(begun(), *press(f"{entry}#"))) == (*INVALID, *NEW)


def test_two_that_differ_are_asked_for_again() -> None:
    menu = begun()
    assert said(run(menu, *press("2468#"), *press("2469#"))) == (*MISMATCH, *NEW)
    assert ChangePin(pin="2469") not in run(menu, *press("2469#"), *press("2468#"))


def test_a_refused_one_is_asked_for_again_and_three_tries_are_all() -> None:
    menu = begun()
    for _ in range(2):
        assert said(run(menu, *press("1234#1234#"), NO)) == (*INVALID, *NEW)
    assert said(run(menu, *press("1234#1234#"), NO)) == INVALID
    run(menu, PLAYED)
    assert (menu.done, menu.changed) == (True, False)


@pytest.mark.parametrize("event", [Timeout(), PinChanged(answer=None)])
def test_without_a_router_nothing_is_changed(event: SessionEvent) -> None:
    menu = begun()
    assert said(run(menu, *press("2468#2468#"), event)) == LATER
    run(menu, PLAYED)
    assert not menu.changed


def logged_in() -> HearMessages:
    center = HearMessages(MessageCenter(extension="102"))
    must = PinChecked(ask="1", ok=True, user_id=2, name="Bob", extension="102", require_change=True)
    for event in (Begun(), Answered(leg=CALLER), *press("1234#")):
        center.on(event, 0.0)
    assert said(center.on(PinAnswer(checked=must), 0.0)) == NEW
    return center


def test_who_must_change_his_pin_hears_nothing_before() -> None:
    center = logged_in()
    commands: list[Command] = []
    for event in (*press("246801#246801#"), YES):
        commands = center.on(event, 0.0)
        assert not any(isinstance(command, LookUp) for command in commands)
    assert any(isinstance(command, LookUp) for command in center.on(PLAYED, 0.0))


def test_who_does_not_is_sent_away() -> None:
    center = logged_in()
    for event in (*press("#"), *press("#"), *press("#")):
        center.on(event, 0.0)
    assert said(center.on(PLAYED, 0.0)) == GOODBYE
    assert center.on(PLAYED, 0.0) == [HangUp()]


def test_the_main_menu_leads_there_with_8() -> None:
    center = HearMessages(MessageCenter(extension="102"))
    center.user_id, center.state = 2, "main"
    assert said(center.on(Digit(leg=CALLER, digit="8"), 0.0)) == NEW
