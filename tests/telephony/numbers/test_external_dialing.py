"""Dialled digits after the access digit -> digits and service group; then the digits as a line sends them (chapter 14,
S13-32..S13-55)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.messages.dialing import ExternalDialing, ExternalRule, PrivilegesGroup, ServiceGroup
from telephony.messages.snapshot import OutsideLine
from telephony.numbers.external import (
    CallType,
    ExternalIndex,
    allowed,
    apply,
    permitted,
    reserved_by_nanpa,
    wrong_with,
)
from telephony.numbers.speed_dial import entries, entry_of, number_of

LINE = OutsideLine(line_id=7, description="Carrier", target="sip:10.9.9.9:5060")


def rule(leading: str, total: int, **more: object) -> ExternalRule:
    return ExternalRule(leading=leading, total=total, **more)


def index(*rules: ExternalRule, nanpa: bool = True, home: str = "585") -> ExternalIndex:
    return ExternalIndex.of(ExternalDialing(rules=rules, nanpa=nanpa, home_area_code=home))


@pytest.mark.parametrize(
    ("made", "dialled", "sent"),
    [
        pytest.param(rule("", 7, insert="1585"), "1234567", "15851234567", id="S14-28 area code not dialed"),
        pytest.param(rule("585", 10, insert="1"), "5851234567", "15851234567", id="S14-29 area code dialed"),
        pytest.param(rule("1585", 11), "15851234567", "15851234567", id="S14-30 1 and area code dialed"),
        pytest.param(rule("9", 8, delete=1, insert="00", append="#"), "95551212", "005551212#", id="S14-31 all three"),
        pytest.param(rule("", 4, delete=4, insert="*70"), "1234", "*70", id="S14-27 deleted whole"),
    ],
)
def test_a_rule_deletes_inserts_appends(made: ExternalRule, dialled: str, sent: str) -> None:
    assert index(made).route(dialled).digits == sent


def test_digits_after_a_pause_follow_the_answer() -> None:
    routed = index(rule("9", 8, delete=1, append="P12P#")).route("95551212")
    assert (routed.digits, routed.later) == ("5551212", "12P#")


@pytest.mark.parametrize(
    ("dialled", "leading"),
    [
        pytest.param("5855551212", "585555", id="AMB-46 longest leading digits"),
        pytest.param("5851111111", "585", id="AMB-46 shorter ones when they are all"),
        pytest.param("7165551212", "", id="AMB-46 empty last"),
    ],
)
def test_the_longest_leading_digits_win(dialled: str, leading: str) -> None:
    found = index(rule("", 10), rule("585", 10), rule("585555", 10), rule("585555", 7)).rule(dialled)
    assert found is not None
    assert found.leading == leading


@pytest.mark.parametrize(
    ("dialled", "kind"),
    [
        ("411", CallType.SERVICE), ("0", CallType.OPERATOR), ("15855551212", CallType.LONG_DISTANCE),
        ("01144205551212", CallType.INTERNATIONAL), ("5551212", CallType.OTHER), ("911", CallType.OTHER),
        ("1585", CallType.OTHER),
    ],
)  # fmt: skip
def test_the_plan_of_north_america_knows_these_types(dialled: str, kind: CallType) -> None:
    assert index().call_type(dialled) is kind
    assert index(nanpa=False).call_type(dialled) is CallType.OTHER


def test_each_type_has_the_service_group_of_the_services_table() -> None:
    dialing = ExternalDialing(service=1, operator=2, long_distance=3, international=4, other=5)
    numbers = ("611", "0", "18005551212", "01133123", "5551212", "+13125551212", "+33123")
    assert [ExternalIndex.of(dialing).route(one).group for one in numbers] == [1, 2, 3, 4, 5, 3, 4]


@pytest.mark.parametrize(
    ("so_far", "complete"),
    [
        pytest.param("555121", False, id="S14-03 six of seven"),
        pytest.param("5551212", True, id="S14-03 local, seven"),
        pytest.param("1585123456", False, id="S14-03 ten of eleven"),
        pytest.param("15851234567", True, id="S14-03 eleven"),
        pytest.param("716555121", False, id="S14-03 nine of ten"),
        pytest.param("7165551212", True, id="S14-03 ten without 1"),
        pytest.param("41", False, id="S14-15 a service number begun"),
        pytest.param("411", True, id="S14-15 a service number"),
        pytest.param("71", False, id="a longer area code may follow"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_number_is_complete_without_a_pause(so_far: str, complete: bool) -> None:
    assert index(rule("", 7), rule("1585", 11), rule("716", 10)).complete(so_far) is complete


# -- the line --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("settings", "digits", "sent"),
    [
        pytest.param({"e164": True}, "8005551212", "+18005551212", id="S13-55 E.164"),
        pytest.param({"digits_sent": 4}, "15855551212", "1212", id="S13-55 four digits sent"),
        pytest.param({}, "15855551212", "15855551212", id="S13-55 all digits sent"),
        pytest.param({}, "5551212", "15855551212", id="S13-32 national form, home area code"),
        pytest.param({"as_dialed": True}, "5551212", "5551212", id="S13-32 as dialed"),
        pytest.param({"as_dialed": True, "e164": True}, "5551212", "5551212", id="S13-32 as dialed, also with E.164"),
        pytest.param({"e164": True}, "01144205551212", "+44205551212", id="S13-45 abroad"),
        pytest.param({"e164": True}, "411", "411", id="S13-45 a service number stays"),
        pytest.param({"prefix": "9"}, "15855551212", "915855551212", id="S13-38 prefix"),
        pytest.param({"prefix": "9", "digits_sent": 7}, "15855551212", "95551212", id="AMB-60 last, then prefix"),
        pytest.param({"e164": True}, "*67", "*67", id="nothing but digits is rewritten"),
    ],
)
def test_a_line_writes_the_number_as_its_carrier_wants_it(settings: dict[str, object], digits: str, sent: str) -> None:
    assert index().on_line(LINE.model_copy(update=settings), digits) == sent


def test_without_a_home_area_code_seven_digits_stay_seven() -> None:
    assert index(home="").on_line(LINE, "5551212") == "5551212"


def test_outside_north_america_numbers_stay_as_they_are() -> None:
    plain = index(nanpa=False)
    assert [plain.on_line(LINE, one) for one in ("5551212", "0205551212")] == ["5551212", "0205551212"]
    assert plain.on_line(LINE.model_copy(update={"e164": True}), "0044205551212") == "+44205551212"


# -- privileges ------------------------------------------------------------------------------------------
def group(blocked: str = "", exceptions: str = "", **more: object) -> PrivilegesGroup:
    return PrivilegesGroup(
        group_id=1, description="G", blocked=tuple(blocked.split()), exceptions=tuple(exceptions.split()), **more
    )


@pytest.mark.parametrize(
    ("blocked", "exceptions", "number", "may"),
    [
        pytest.param("1", "1800", "18005551212", True, id="S14-47 exception"),
        pytest.param("1", "1800", "15855551212", False, id="S14-47 blocked"),
        pytest.param("1", "1800", "5551212", True, id="S14-47 local"),
        pytest.param("1900", "", "19005553850", False, id="S14-48 prefix"),
        pytest.param("19005553850", "", "19005553850", False, id="S14-48 whole number"),
        pytest.param("19005553850", "", "19005553851", True, id="S14-48 only that one"),
        pytest.param("1900", "1900", "19005553850", True, id="S14-48 in both lists"),
        pytest.param("", "", "19005553850", True, id="S14-46 empty lists"),
    ],
)
def test_toll_restrictions(blocked: str, exceptions: str, number: str, may: bool) -> None:
    assert allowed(group(blocked, exceptions), number) is may


def test_a_number_in_plus_form_cannot_pass_a_block() -> None:
    assert not allowed(group("011"), index().as_digits("+4420555"))
    assert not allowed(group("1900"), index().as_digits("+19005553850"))
    assert not allowed(group("00"), index(nanpa=False).as_digits("+4420555"))


@pytest.mark.parametrize(
    ("method", "chosen", "left"),
    [
        pytest.param("service_group", (), (1, 2), id="S14-50 service group"),
        pytest.param("chosen", (2, 3), (2,), id="S14-51 CO1 not allowed"),
        pytest.param("chosen", (), (), id="S14-51 neither"),
        pytest.param("none", (1, 2), (), id="AMB-50 none"),
    ],
)
def test_the_selection_method_leaves_these_lines(method: str, chosen: tuple[int, ...], left: tuple[int, ...]) -> None:
    assert permitted(group(selection=method, line_ids=chosen), (1, 2)) == left


# -- rules that are refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("made", "field"),
    [
        pytest.param(rule("", 0), "total", id="S14-31 total 0"),
        pytest.param(rule("", 25), "total", id="S14-31 total 25"),
        pytest.param(rule("", 24, delete=25), "delete", id="S14-31 delete 25"),
        pytest.param(rule("", 7, delete=8), "delete", id="S14-27 delete longer than total"),
        pytest.param(rule("", 7, insert="1" * 25), "insert", id="S14-31 insert 25"),
        pytest.param(rule("", 7, insert="A"), "insert", id="S14-31 a letter"),
        pytest.param(rule("", 7, append="1" * 25), "append", id="S14-25 append 25"),
        pytest.param(rule("12345", 4), "leading", id="S14-27 leading longer than total"),
        pytest.param(rule("12a", 4), "leading", id="S14-21 a letter"),
        pytest.param(rule("9", 8, delete=8, insert="P"), "delete", id="nothing left to call"),
    ],
)
def test_a_rule_with_wrong_values_is_told_at_its_field(made: ExternalRule, field: str) -> None:
    assert set(wrong_with(made)) == {field}


def test_pauses_and_keys_may_be_inserted() -> None:
    assert not wrong_with(rule("9", 8, insert="9P#*"))


@pytest.mark.parametrize(
    ("leading", "total", "possible"),
    [
        pytest.param("411", 3, False, id="S14-18 411"), pytest.param("0", 1, False, id="S14-18 operator"),
        pytest.param("1585", 10, False, id="S14-18 1585 of ten"), pytest.param("1585", 11, True, id="S14-18 of eleven"),
        pytest.param("585", 10, True, id="S14-18 585"), pytest.param("1800", 11, True, id="S14-19 1800 of eleven"),
        pytest.param("1800", 10, False, id="S14-19 1800 of ten"), pytest.param("311", 3, False, id="S14-19 311"),
        pytest.param("911", 3, False, id="S14-16 emergency"), pytest.param("9115", 7, False, id="AMB-45 any total"),
    ],
)  # fmt: skip
def test_north_america_reserves_rules(leading: str, total: int, possible: bool) -> None:
    assert (reserved_by_nanpa(leading, total, operator="0", emergency=("911",)) == "") is possible


# -- what always holds -----------------------------------------------------------------------------------
digits = st.text("0123456789", max_size=24)
inserted = st.text("0123456789#*P", max_size=24)
numbers = st.text("0123456789", min_size=1, max_size=24)
rules = st.builds(
    ExternalRule,
    leading=st.text("0123456789", max_size=4), total=st.integers(1, 24), delete=st.integers(0, 24),
    insert=inserted, append=inserted, group=st.integers(0, 3),
)  # fmt: skip


@given(made=rules, number=numbers)
def test_no_digit_is_lost_but_those_that_are_to_be_deleted(made: ExternalRule, number: str) -> None:
    assert apply(made, number) == made.insert + number[made.delete :] + made.append
    assert apply(made, number)[len(made.insert) :].startswith(number[made.delete :])


@given(made=st.lists(rules, max_size=12), number=numbers)
def test_a_pause_splits_and_loses_nothing(made: list[ExternalRule], number: str) -> None:
    built = index(*made)
    routed, found = built.route(number), built.rule(number)
    whole = apply(found, number) if found else number
    assert whole in (routed.digits + ("P" + routed.later if "P" in whole else ""), routed.digits)
    assert found is None or (number.startswith(found.leading) and len(number) == found.total)


@given(made=st.lists(rules, max_size=8), blocked=st.lists(digits, max_size=3), number=numbers)
def test_no_rule_widens_privileges(made: list[ExternalRule], blocked: list[str], number: str) -> None:
    """Whatever the rules make of it, a number that may not be dialled may not be dialled."""
    limits = group(" ".join(one for one in blocked if one))
    without = allowed(limits, index().as_digits(number))
    assert allowed(limits, index(*made).as_digits(number)) is without
    assert without is not any(number.startswith(one) for one in blocked if one)


@given(
    lines=st.lists(st.integers(1, 9)),
    chosen=st.lists(st.integers(1, 9)),
    method=st.sampled_from(["service_group", "chosen", "none"]),
)
def test_a_selection_never_adds_a_line(lines: list[int], chosen: list[int], method: str) -> None:
    left = permitted(group(selection=method, line_ids=tuple(chosen)), lines)
    assert set(left) <= set(lines)
    assert [one for one in lines if one in left] == list(left)


@given(number=st.text(max_size=30))
def test_every_text_has_a_route(number: str) -> None:
    index(rule("1585", 11)).route(number)


class Counting(dict[tuple[str, int], ExternalRule]):
    looked = 0

    def get(self, *key: object) -> ExternalRule | None:  # type: ignore[override]
        self.looked += 1
        return super().get(*key)  # type: ignore[call-overload, no-any-return]


def test_a_thousand_rules_cost_no_more_look_ups_than_their_leading_digits_are_long() -> None:
    many = index(*(rule(f"{n:04}", 10) for n in range(1000)), *(rule("", total) for total in range(1, 8)))
    counting = Counting(many.rules)
    replace(many, rules=counting).route("9999555121")
    replace(many, rules=counting).route("55512")
    assert counting.looked <= 2 * (1 + 4)


def test_a_service_group_that_is_gone_has_no_lines() -> None:
    built = ExternalIndex.of(ExternalDialing(groups=(ServiceGroup(group_id=3, description="G", line_ids=(9, 7)),)))
    assert built.lines(3, (1, 2)) == (9, 7)
    assert built.lines(4, (1, 2)) == ()
    assert built.lines(0, (1, 2)) == (1, 2)


# -- speed dials -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("entry", "number"),
    [
        pytest.param(0, "350", id="S18-27 first"), pytest.param(49, "399", id="S18-27 fiftieth"),
        pytest.param(1000, "34000", id="S18-27 first long one"), pytest.param(1999, "34999", id="S18-27 last"),
    ],
)  # fmt: skip
def test_speed_dial_numbers(entry: int, number: str) -> None:
    assert number_of(entry, "3") == number
    assert entry_of(number[1:]) == entry


def test_every_entry_has_one_number() -> None:
    found = [number_of(entry, "3") for entry in entries()]
    assert len(set(found)) == 1050
    assert [entry_of(number[1:]) for number in found] == list(entries())
