"""Any internal dial plan: Extension Mode, leading digits that may be chosen, three and four digits."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from telephony.messages.snapshot import DialPlan, Emergency
from telephony.numbers import meaning as means
from telephony.numbers.conversion import converted, converted_dialling, converted_plan, refusals
from telephony.numbers.functions import phone_functions
from telephony.numbers.internal import is_speed_dial, meaning
from telephony.numbers.plan import ROWS, choices, extension_mode, problems

NORMAL = DialPlan()
STARRED = extension_mode(NORMAL)
STARRED_FOUR = STARRED.model_copy(update={"extension_digits": 4})
HELP = Emergency()
DIGITS = st.text("0123456789*", max_size=9)


def plan(**digits: object) -> DialPlan:
    return NORMAL.model_copy(update=digits)


PLANS = [
    NORMAL,
    plan(extension_digits=4),
    STARRED,
    STARRED_FOUR,
    plan(extension_leading=("7", "8"), enterprise="1", speed_dial="2", call_functions="6", message_center="3",
         leave_voicemail="4", pbx_functions="2"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("0", means.Operator()),
        ("300", means.Extension("300")),  # S07-32
        ("899", means.Extension("899")),
        ("95551234", means.External("5551234")),
        ("911", means.EmergencyCall("911")),
        ("9911", means.EmergencyCall("911")),
        ("*5111", means.Station("*5111")),
        ("*3300", means.LeaveVoicemail("300")),
        ("*6300", means.MessageCenter("300")),
        ("*7300", means.PickUp("300")),
        ("*404", means.MessageCenter()),
        ("*400", means.AutoAttendant()),
        ("*439", means.AutoAttendant(9)),
        ("*250", means.SpeedDial("*250", 0)),
        ("*24999", means.SpeedDial("*24999", 1999)),
        ("*81234", means.Enterprise("1234")),  # S07-29
        ("*700", means.NotYet("call park")),
        ("*709", means.NotYet("call retrieve", "09")),
        ("*4950", means.NotYet("call retrieve", "950")),
        ("*4800", means.NotYet("a multi-site parking orbit", "800")),
        ("*785551234567", means.AuditPinCall("5551234567")),
        ("*403", means.NotYet("the door release relay")),
        ("*408", means.NotYet("the conference center")),
        ("*421", means.NotYet("do not disturb", "1")),
        ("*4409", means.NotYet("a call queue", "9")),
        ("*45300", means.NotYet("call forwarding", "300")),
        ("*469", means.NotYet("a paging zone", "9")),
    ],
)
def test_extension_mode_has_the_functions_behind_a_star(dialled: str, expected: means.Meaning) -> None:
    """S07-18, internal_dial_plan.csv."""
    assert meaning(dialled, STARRED, HELP) == expected


@pytest.mark.parametrize("dialled", ["012", "0", "900"])
def test_in_extension_mode_operator_and_outside_digit_begin_no_extension(dialled: str) -> None:
    """S07-32."""
    assert not isinstance(meaning(dialled, STARRED, HELP), means.Extension)


@pytest.mark.parametrize("dialled", ["*6101", "*404", "**", "*"])
def test_a_star_means_nothing_in_normal_mode(dialled: str) -> None:
    assert isinstance(meaning(dialled, NORMAL, HELP), means.Unknown)


def test_speed_dial_numbers_have_their_star() -> None:
    assert is_speed_dial("*250", STARRED)
    assert not is_speed_dial("250", STARRED)


@given(dialled=DIGITS, which=st.sampled_from(PLANS))
def test_whatever_is_dialled_has_a_meaning_in_every_plan(dialled: str, which: DialPlan) -> None:
    assert meaning(dialled, which, HELP) is not None


@given(which=st.sampled_from(PLANS), number=st.sampled_from(["911", "112"]))
def test_emergency_wins_in_every_plan(which: DialPlan, number: str) -> None:
    for dialled in (number, which.external + number):
        assert meaning(dialled, which, Emergency(numbers=(number,))) == means.EmergencyCall(number)


# -- leading digits --------------------------------------------------------------------------------
@pytest.mark.parametrize("which", PLANS[:4])
def test_the_usual_plans_have_no_problems(which: DialPlan) -> None:
    assert problems(which) == {}


def test_speed_dial_and_leave_voicemail_may_share_a_digit() -> None:
    """S07-19, AMB-14."""
    assert NORMAL.speed_dial == NORMAL.leave_voicemail
    assert "3" in choices(NORMAL, "leave_voicemail")


def test_they_may_not_when_extensions_begin_with_a_digit_of_speed_dial_numbers() -> None:
    for block in (("4", "5"), ("8", "9")):
        moved = plan(extension_leading=block, pbx_functions="2", station="1", enterprise="7", call_functions="6")
        assert "leave_voicemail" in problems(moved)


def test_extensions_on_7_and_8_push_the_others_away() -> None:
    """S07-28."""
    moved = plan(extension_leading=("7", "8"))
    assert {"call_functions", "enterprise"} <= problems(moved).keys()
    for row in ROWS[1:]:
        assert not {"7", "8"} & set(choices(moved, row.field))


@pytest.mark.parametrize("block", [("1", "3"), ("0", "1"), ("9", "0"), ("2", "1")])
def test_extensions_begin_with_two_digits_in_a_row(block: tuple[str, str]) -> None:
    """S07-17."""
    assert "extension_leading" in problems(plan(extension_leading=block))


def test_operator_and_outside_digit_differ_in_extension_mode_too() -> None:
    assert "external" in problems(STARRED.model_copy(update={"external": STARRED.operator}))


@given(
    which=st.builds(
        plan,
        extension_leading=st.sampled_from([(str(n), str(n + 1)) for n in range(1, 9)]),
        extension_digits=st.sampled_from([3, 4]),
        mode=st.sampled_from(["normal", "extension"]),
        **{row.field: st.sampled_from("0123456789") for row in ROWS[1:]},
    )
)
@settings(deadline=None)  # a hundred plans are tried for each
def test_a_chosen_digit_never_makes_its_row_collide_with_those_above(which: DialPlan) -> None:
    for row in ROWS[1:]:
        options = choices(which, row.field)
        assert options == () or row.field not in problems(which.model_copy(update={row.field: options[0]}))


def test_functions_move_with_their_digit() -> None:
    """S07-21."""
    moved = plan(pbx_functions="4", extension_leading=("1", "2"), message_center="5", station="6")
    assert meaning("5101", moved, HELP) == means.MessageCenter("101")
    assert meaning("6111", moved, HELP) == means.Station("6111")


def test_the_reference_card_shows_the_star() -> None:
    """S07-22."""
    dials = {function.dial for function in phone_functions(STARRED, HELP, outside=True)}
    assert {"*6 + extension", "*3 + extension", "*404", "*7 + extension", "9 + number", "0"} <= dials


# -- three and four digits -------------------------------------------------------------------------
FOUR = converted_plan(NORMAL, 4)


@pytest.mark.parametrize(("old", "new"), [("104", "1104"), ("231", "1231")])
def test_three_digits_become_four(old: str, new: str) -> None:
    """S07-09, S07-10."""
    assert converted(old, NORMAL, 4) == new
    assert converted(new, FOUR, 3) == old


@pytest.mark.parametrize(
    ("old", "new"),
    [("199", "1199"), ("3199", "31199"), ("6199", "61199"), ("45199", "451199"), ("7199", "71199")],
)
def test_dialled_formats_keep_their_prefix(old: str, new: str) -> None:
    """S07-05, S07-13."""
    assert converted_dialling(old, NORMAL, 4) == new
    assert converted_dialling(new, FOUR, 3) == old


@pytest.mark.parametrize(
    "number",
    [
        "0",
        "350",
        "34000",
        "700",
        "709",
        "400",
        "431",
        "403",
        "404",
        "408",
        "460",
        "4400",
        "4419",
        "95851041234",
        "5111",
    ],
)
def test_numbers_of_the_system_stay(number: str) -> None:
    """S07-07."""
    assert converted_dialling(number, NORMAL, 4) == number
    assert converted_dialling(number, FOUR, 3) == number


def test_extensions_outside_the_block_refuse_the_whole_conversion() -> None:
    """S07-04, S07-11."""
    assert refusals(["1100", "1299"], FOUR, 3) == []
    (sentence,) = refusals(["1100", "2100"], FOUR, 3)
    assert "2100" in sentence
    assert "1100 to 1299" in sentence


def test_the_block_follows_the_plan() -> None:
    """S07-12: what lay on 1 and 2 has moved away, as they become the extensions' digits."""
    site = plan(
        extension_digits=4, extension_leading=("4", "5"), station="8", enterprise="7", pbx_functions="3",
        call_functions="6", message_center="9", leave_voicemail="9", external="0", operator="2", speed_dial="1",
    )  # fmt: skip
    moved = site.model_copy(
        update={"operator": "0", "external": "9", "message_center": "5", "leave_voicemail": "4", "speed_dial": "4"}
    )
    assert refusals(["4100", "4299"], moved, 3) == []
    for outside in ("5100", "4300"):
        assert outside in refusals(["4100", outside], moved, 3)[0]
    assert refusals(["4100"], site, 3)  # 1 and 2 are taken by others (AMB-11)


def test_a_length_no_extension_has_is_refused() -> None:
    assert refusals(["101"], NORMAL, 5)


@given(number=st.integers(100, 299).map(str))
def test_there_and_back_is_where_one_began(number: str) -> None:
    assert refusals([number], NORMAL, 4) == []
    there = converted(number, NORMAL, 4)
    assert refusals([there], FOUR, 3) == []
    assert converted(there, FOUR, 3) == number
    assert converted_plan(FOUR, 3) == NORMAL


@given(dialled=st.text("0123456789", max_size=8))
def test_a_dialled_number_comes_back_too(dialled: str) -> None:
    assume(not isinstance(meaning(dialled, NORMAL, HELP), means.Unknown))  # 1100 leads nowhere before, not after
    assert converted_dialling(converted_dialling(dialled, NORMAL, 4), FOUR, 3) == dialled
