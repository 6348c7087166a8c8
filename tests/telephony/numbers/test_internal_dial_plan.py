"""Dialled digits -> meaning, row by row of the internal dial plan (S07-17..S07-21)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers.internal import meaning
from telephony.numbers.meaning import (
    AuditPinCall,
    AutoAttendant,
    EmergencyCall,
    Enterprise,
    Extension,
    External,
    LeaveVoicemail,
    MessageCenter,
    NotYet,
    Operator,
    PickUp,
    SpeedDial,
    Station,
    Unknown,
)

ROWS = Path(__file__).parents[2] / "spec" / "internal_dial_plan.csv"
THREE = DialPlan()
FOUR = DialPlan(extension_digits=4)
US = Emergency()

# pattern of the table -> (digits to dial, their meaning) with three-digit extensions
NORMAL3 = {
    "0": [("0", Operator())],
    "1xx 2xx": [("100", Extension("100")), ("299", Extension("299"))],
    "9+external number": [("95551212", External("5551212")), ("9" + "1" * 24, External("1" * 24))],
    "9+911": [("9911", EmergencyCall("911"))],
    "911": [("911", EmergencyCall("911"))],
    "9+211/311/411/511/611/711/811": [("9411", External("411"))],
    "9+1+aaa-xxx-nnnn": [("915855550100", External("15855550100"))],
    "9+1+xxx-nnnn": [("915550100", External("15550100"))],
    "9+aaa-xxx-nnnn": [("95855550100", External("5855550100"))],
    "9+xxx-nnnn": [("95550100", External("5550100"))],
    "9+operator": [("90", External("0"))],
    "8+enterprise number": [("81234", Enterprise("1234"))],
    "5nnn": [("5111", Station("5111")), ("5999", Station("5999"))],
    "350-399": [("350", SpeedDial("350", 0)), ("399", SpeedDial("399", 49))],
    "34nnn": [("34000", SpeedDial("34000", 1000)), ("34999", SpeedDial("34999", 1999))],
    "6+extension": [("6199", MessageCenter("199"))],
    "404": [("404", MessageCenter())],
    "3+extension": [("3199", LeaveVoicemail("199"))],
    "700": [("700", NotYet("call park"))],
    "701-709": [("701", NotYet("call retrieve", "01")), ("709", NotYet("call retrieve", "09"))],
    "4950-4999": [("4950", NotYet("call retrieve", "950"))],
    "4800-4949": [("4800", NotYet("a multi-site parking orbit", "800"))],
    "7+extension": [("7199", PickUp("199"))],
    "78+PIN+number": [("78777775551222", AuditPinCall("777775551222"))],
    "400": [("400", AutoAttendant())],
    "403": [("403", NotYet("the door release relay"))],
    "408": [("408", NotYet("the conference center"))],
    "42n": [("421", NotYet("do not disturb", "1"))],
    "431-439": [("431", AutoAttendant(1)), ("439", AutoAttendant(9))],
    "4400-4409": [("4401", NotYet("a call queue", "1"))],
    "4410-4419": [("4411", NotYet("a call queue", "1"))],
    "45+extension": [("45199", NotYet("call forwarding", "199"))],
    "460-469": [("460", NotYet("a paging zone", "0"))],
}
NORMAL4 = {
    "1xx 2xx": [],
    "1xxx 2xxx": [("1000", Extension("1000")), ("2999", Extension("2999"))],
    "6+extension": [("61199", MessageCenter("1199"))],
    "3+extension": [("31199", LeaveVoicemail("1199"))],
    "7+extension": [("71199", PickUp("1199"))],
    "45+extension": [("451199", NotYet("call forwarding", "1199"))],
}
# rows that are pressed inside a call, an attendant or a mailbox, where no INVITE is made
INSIDE_A_CALL = {
    "0 while leaving voicemail", "0-9 in attendant", "#1 in attendant", "#2 in attendant", "#7 in attendant",
    "* in attendant", "##", "*#", "*7", "1", "9 in attendant", "9 in Message Center", "9 in voicemail Send menu",
    "PIN+#", "extension in attendant", "350-399, 34000-34999 in attendant",
}  # fmt: skip


def table(mode: str) -> list[str]:
    with ROWS.open(newline="") as file:
        return [row["pattern"] for row in csv.DictReader(file) if row["mode"] == mode]


@pytest.mark.parametrize("pattern", table("normal3"))
def test_every_row_of_three_digit_mode_means_what_the_manual_says(pattern: str) -> None:
    if pattern not in INSIDE_A_CALL:
        for dialled, wanted in NORMAL3[pattern]:
            assert meaning(dialled, THREE, US) == wanted


@pytest.mark.parametrize("pattern", table("normal4"))
def test_every_row_of_four_digit_mode_means_what_the_manual_says(pattern: str) -> None:
    if pattern not in INSIDE_A_CALL:
        for dialled, wanted in NORMAL4.get(pattern) or NORMAL3[pattern]:
            assert meaning(dialled, FOUR, US) == wanted


@pytest.mark.parametrize(
    ("plan", "dialled", "wanted"),
    [
        (DialPlan(pbx_functions="2", extension_leading=("4", "5"), station="6"), "204", MessageCenter()),
        (DialPlan(call_functions="8", enterprise="7"), "800", NotYet("call park")),
        (DialPlan(call_functions="8", enterprise="7"), "71234", Enterprise("1234")),
        (DialPlan(external="8", enterprise="9"), "8911", EmergencyCall("911")),
        (DialPlan(external="8", enterprise="9"), "85551212", External("5551212")),
        (DialPlan(operator="7", call_functions="0"), "7", Operator()),
        (DialPlan(extension_leading=("7", "8"), call_functions="1", enterprise="2"), "700", Extension("700")),
    ],
)  # fmt: skip
def test_functions_move_with_their_digit(plan: DialPlan, dialled: str, wanted: object) -> None:
    """S07-21."""
    assert meaning(dialled, plan, US) == wanted


@pytest.mark.parametrize(
    "dialled", ["", "x", "1", "12", "1000", "300", "5", "511", "430", "4", "*404", "９１１", "１０１"]
)
def test_other_digits_are_unknown_and_say_so(dialled: str) -> None:
    found = meaning(dialled, THREE, US)
    assert isinstance(found, Unknown)
    assert found.reason.endswith(".")


def test_direct_dial_can_be_switched_off_but_the_access_digit_always_works() -> None:
    """S23-T01."""
    careful = Emergency(direct_dial=False)
    assert meaning("911", THREE, careful) == External("11")
    assert meaning("9911", THREE, careful) == EmergencyCall("911")


def test_separators_people_write_are_ignored() -> None:
    assert meaning("9 (585) 421-3850", THREE, US) == External("5854213850")
    assert meaning("+15854213850", THREE, US) == External("+15854213850")


def test_an_audit_pin_is_not_repeated_by_its_meaning() -> None:
    assert "77777" not in repr(meaning("78777775551222", THREE, US))


digits = st.text(alphabet="0123456789*#+ -x", max_size=30)
plans = st.permutations(list("123456789")).map(
    lambda order: DialPlan(
        extension_leading=(order[0], order[1]),
        external=order[2],
        message_center=order[3],
        leave_voicemail=order[4],
        call_functions=order[5],
        pbx_functions=order[6],
        station=order[7],
        enterprise=order[8],
    )
)


@given(dialled=st.one_of(digits, st.text(max_size=40)), plan=plans)
def test_every_text_has_a_meaning(dialled: str, plan: DialPlan) -> None:
    meaning(dialled, plan, US)


@given(plan=plans, number=st.from_regex(r"[0-9]{2,5}", fullmatch=True))
def test_an_emergency_number_always_wins(plan: DialPlan, number: str) -> None:
    numbers = Emergency(numbers=(number,))
    assert meaning(number, plan, numbers) == EmergencyCall(number)
    assert meaning(plan.external + number, plan, numbers) == EmergencyCall(number)
