"""The Phone Functions sheet follows the dial plan (S07-22)."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers import meaning as meanings
from telephony.numbers.functions import Function, phone_functions
from telephony.numbers.internal import meaning

PLAN, EMERGENCY = DialPlan(), Emergency()


def titles(found: tuple[Function, ...]) -> list[str]:
    return [function.title for function in found]


def test_the_sheet_of_the_factory_plan_has_what_works_and_nothing_else() -> None:
    found = phone_functions(PLAN, EMERGENCY, outside=True, extension="102")
    assert [(function.title, function.dial, function.example) for function in found] == [
        ("Emergency call", "911", ""),
        ("Emergency call", "9911", ""),
        ("Another extension", "100 to 299", ""),
        ("Operator", "0", ""),
        ("An outside number", "9 + number", "95551234"),
        ("One telephone", "5nnn", "5111"),
        ("System speed dial", "350 to 399", ""),
        ("Hear the messages of an extension", "6 + extension", "6102"),
        ("Message Center", "404", ""),
        ("Leave a message without ringing", "3 + extension", "3102"),
        ("Answer a call that rings elsewhere", "7 + extension", "7102"),
        ("Auto attendant", "400", ""),
        ("Auto attendants 1 to 9", "431 to 439", ""),
    ]


def test_without_an_outside_line_nothing_outside_is_offered() -> None:
    found = phone_functions(PLAN, EMERGENCY, outside=False)
    assert "An outside number" not in titles(found)
    assert "Emergency call" not in titles(found)


def test_without_direct_dialling_emergency_calls_need_the_access_digit() -> None:
    found = phone_functions(PLAN, Emergency(numbers=("112",), direct_dial=False), outside=True)
    assert [function.dial for function in found if function.title == "Emergency call"] == ["9112"]


def test_a_function_moves_with_its_digit() -> None:
    plan = DialPlan(message_center="8", enterprise="6", pbx_functions="7", call_functions="4")
    dials = {function.title: function.dial for function in phone_functions(plan, EMERGENCY, outside=True)}
    assert dials["Hear the messages of an extension"] == "8 + extension"
    assert dials["Message Center"] == "704"
    assert dials["Answer a call that rings elsewhere"] == "4 + extension"


def test_longer_extensions_and_a_split_block_are_written_out() -> None:
    plan = DialPlan(extension_digits=4, extension_leading=("1", "7"), call_functions="2")
    [extensions] = [f for f in phone_functions(plan, EMERGENCY, outside=True) if f.title == "Another extension"]
    assert extensions.dial == "1000 to 1999, 7000 to 7999"


def test_a_function_appears_when_the_dial_plan_understands_it() -> None:
    class Park:
        """As a later version will have it."""

    def later(dialled: str, plan: DialPlan, emergency: Emergency) -> Any:
        return Park() if dialled == "700" else meaning(dialled, plan, emergency)

    assert "Park a call" not in titles(phone_functions(PLAN, EMERGENCY, outside=True))
    assert "Park a call" in titles(phone_functions(PLAN, EMERGENCY, outside=True, understand=later))


def test_a_row_that_another_meaning_hides_is_left_out() -> None:
    """With extensions 6xx the digit 6 begins an extension of three digits, 6101 still the Message Center; with
    operator 404 nobody reaches the Message Center there."""
    plan = DialPlan(operator="404")
    found = phone_functions(plan, EMERGENCY, outside=True)
    assert "Message Center" not in titles(found)
    assert ("Operator", "404") in [(function.title, function.dial) for function in found]


@given(st.permutations("123456789"), st.sampled_from([3, 4]), st.booleans())
def test_every_example_on_any_sheet_works(digits: list[str], length: int, outside: bool) -> None:
    plan = DialPlan(
        extension_digits=length,
        extension_leading=(digits[0], digits[1]),
        external=digits[2],
        message_center=digits[3],
        leave_voicemail=digits[4],
        speed_dial=digits[4],
        call_functions=digits[5],
        pbx_functions=digits[6],
        station=digits[7],
        enterprise=digits[8],
    )
    for function in phone_functions(plan, EMERGENCY, outside=outside):
        if example := function.example or (function.dial if function.dial.isdigit() else ""):
            got = meaning(example, plan, EMERGENCY)
            assert not isinstance(got, meanings.NotYet | meanings.Unknown), (function, got)
