"""Where a call goes, by tables: S18 (routes), S23 (emergency), S07-19 (functions)."""

from __future__ import annotations

from typing import Any

import pytest

from telephony.messages.plan import MAX_BRANCHES, Mode, RoutePlan
from telephony.messages.snapshot import Emergency, Finally, Mailbox, Presence
from telephony.router.decide import decide, draft
from telephony.router.invite import Facts
from telephony.router.steps.external import after_line
from tests.telephony.router.office import (
    ANN,
    ANNS,
    BOB,
    BOBS,
    BOBS_SECOND,
    EMERGENCY_LINE,
    HANG_UP,
    LINE,
    LOBBY,
    attempt,
    extension,
    index,
    inside,
    invite,
    phone,
    route,
    to_extension,
    to_voicemail,
)

HOME = Facts(registered={ANNS: 1, BOBS: 1, BOBS_SECOND: 1, LOBBY: 1})


def walk(plan: RoutePlan) -> list[object]:
    """The plan as a person reads it: stations of a ring, (code, reason), or the key asked."""
    return [tuple(t.aor or t.uri for t in step.targets) or step.ask or (step.code, step.reason) for step in plan.steps]


def texts(plan: RoutePlan) -> str:
    return " ".join(line.text for line in plan.why)


def test_a_call_rings_all_phones_of_the_owner_then_goes_to_voicemail() -> None:
    """S18-T01, S18-T02."""
    plan = decide(index(), HOME, invite("102"))
    assert walk(plan) == [(BOBS, BOBS_SECOND), "voicemail/102"]
    assert plan.steps[0].ring_ms == 24_000  # 4 rings of 6 s
    assert (plan.caller_name, plan.caller_number) == ("Ann Archer", "101")
    assert (plan.callee_name, plan.callee_number) == ("Bob Baker", "102")
    assert (plan.mode, plan.anchor_reason, plan.kind) == (Mode.SWITCHED, "", "internal")
    assert plan.why[0].link == "/routes/"


def test_attempts_follow_one_another_and_end_in_another_extension() -> None:
    """S18-T03."""
    made = route(attempt(phone(BOBS), rings=3), attempt(phone(BOBS_SECOND), rings=2), end=to_extension("200"))
    plan = decide(index(extensions=[extension("102", BOB, made)]), HOME, invite("102"))
    assert walk(plan) == [(BOBS,), (BOBS_SECOND,), (LOBBY,), (480, "Nobody answered"), (486, "Busy")]
    assert [step.ring_ms for step in plan.steps[:3]] == [18_000, 12_000, 24_000]
    assert plan.steps[2].busy == 4


def test_a_busy_first_attempt_is_skipped_when_busy_counts_as_no_answer() -> None:
    """S18-T04."""
    made = route(attempt(phone(BOBS)), attempt(phone(BOBS_SECOND)), end=to_voicemail("102"))
    in_use = Facts(registered=HOME.registered, in_use=frozenset({BOBS}))
    plan = decide(index(extensions=[extension("102", BOB, made)]), in_use, invite("102"))
    assert walk(plan) == [(BOBS_SECOND,), "voicemail/102"]


def test_a_busy_route_of_its_own_replaces_the_further_attempts() -> None:
    """S18-T05, S18-16; both when we know it and when the phone says it."""
    made = route(attempt(phone(BOBS)), attempt(phone(BOBS_SECOND)), end=to_voicemail("102"), busy=to_extension("200"))
    office = index(extensions=[extension("102", BOB, made)])
    busy = decide(office, Facts(registered=HOME.registered, in_use=frozenset({BOBS})), invite("102"))
    assert walk(busy)[0] == (LOBBY,)
    free = decide(office, HOME, invite("102"))
    assert walk(free)[:4] == [(BOBS,), (BOBS_SECOND,), "voicemail/102", (LOBBY,)]
    assert [free.steps[0].busy, free.steps[1].busy] == [3, 3]


def test_one_free_line_is_enough_to_ring() -> None:
    plan = decide(index(), Facts(registered=HOME.registered, in_use=frozenset({BOBS})), invite("102"))
    assert walk(plan) == [(BOBS_SECOND,), "voicemail/102"]


def test_all_lines_in_use_go_straight_to_voicemail_with_the_busy_greeting() -> None:
    plan = decide(index(), Facts(registered=HOME.registered, in_use=frozenset({BOBS, BOBS_SECOND})), invite("102"))
    assert walk(plan) == ["voicemail/102/busy"]
    assert "in use" in texts(plan)


def test_presence_chooses_the_route() -> None:
    """S18-T06."""
    office = index(
        extensions=[
            extension(
                "102", BOB, {Presence.IN_OFFICE: route(attempt()), Presence.ON_VACATION: route(end=to_voicemail("102"))}
            )
        ]
    )
    away = Facts(registered=HOME.registered, presences={BOB: Presence.ON_VACATION})
    assert walk(decide(office, away, invite("102"))) == ["voicemail/102"]
    assert walk(decide(office, HOME, invite("102")))[0] == (BOBS, BOBS_SECOND)
    unsaved = Facts(registered=HOME.registered, presences={BOB: Presence.AWAY})
    assert walk(decide(office, unsaved, invite("102")))[0] == (BOBS, BOBS_SECOND)


def test_nobody_registered_is_explained_and_left_to_the_switch() -> None:
    plan = decide(index(), Facts(), invite("102"))
    assert walk(plan) == [(BOBS, BOBS_SECOND), "voicemail/102"]
    assert "No phone of extension 102 is registered." in texts(plan)


def test_a_switched_off_mailbox_answers_480() -> None:
    office = index(mailbox=Mailbox(enabled=False))
    assert walk(decide(office, HOME, invite("102")))[-1] == (480, "The mailbox is switched off")
    direct = decide(office, HOME, invite("3102"))
    assert walk(direct) == [(480, "The mailbox of Bob Baker is switched off.")]
    assert direct.kind == "refused"


def test_the_own_extension_rings_ones_other_phones_only() -> None:
    plan = decide(index(), HOME, invite("102", station=BOBS))
    assert walk(plan) == [(BOBS_SECOND,), "voicemail/102"]
    alone = decide(index(), HOME, invite("101", station=ANNS))
    assert walk(alone) == ["voicemail/101/busy"]


def test_an_unowned_phone_calls_with_its_station_number() -> None:
    plan = decide(index(), HOME, invite("101", station=LOBBY))
    assert (plan.caller_name, plan.caller_number) == ("Desk 5119", LOBBY)


@pytest.mark.parametrize(
    ("dialled", "code", "sentence"),
    [
        ("150", 404, "There is no extension 150."),
        ("77", 404, "77 is not a number of this office."),
        ("700", 501, "Call park is not available in this version."),
        ("431", 404, "There is no auto attendant 1."),
        ("7155", 404, "There is no extension 155."),
        ("3200", 404, "Extension 200 has no mailbox: it belongs to no user."),
        ("6200", 404, "Extension 200 has no Message Center: it belongs to no user."),
        ("0", 404, "No operator is set up: there is no extension for the operator's digit."),
        ("95551212", 503, "There is no outside line."),
        ("5800", 404, "No handset has the station number 5800."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(dialled: str, code: int, sentence: str) -> None:
    plan = decide(index(), HOME, invite(dialled))
    assert walk(plan) == [(code, sentence)]
    assert (plan.kind, texts(plan)) == ("refused", sentence)


@pytest.mark.parametrize(
    ("dialled", "key", "kind"),
    [
        ("3102", "voicemail/102", "voicemail"),
        ("404", "message_center/", "message_center"),
        ("6102", "message_center/102", "message_center"),
    ],
)
def test_mailboxes_are_reached_directly_in_a_worker(dialled: str, key: str, kind: str) -> None:
    plan = decide(index(), HOME, invite(dialled))
    assert walk(plan) == [key]
    assert (plan.kind, plan.mode, plan.anchor_reason) == (kind, Mode.ANCHORED, kind)


def test_the_operator_is_the_extension_of_the_operators_digit() -> None:
    office = index(extensions=[extension("0", None, route(attempt(phone(LOBBY))))])
    assert walk(decide(office, HOME, invite("0")))[0] == (LOBBY,)


def test_a_station_is_rung_whatever_its_owners_route_says() -> None:
    plan = decide(index(), HOME, invite(BOBS))
    assert walk(plan) == [(BOBS,), (480, "Nobody answered"), (486, "Busy")]
    assert plan.steps[0].busy == 2


def test_an_extension_inside_an_attempt_rings_its_own_first_attempt() -> None:
    made = route(attempt(phone(LOBBY), inside("102"), inside("101")))
    office = index(extensions=[extension("200", None, made)])
    plan = decide(office, HOME, invite("200", station=LOBBY))
    assert walk(plan)[0] == (BOBS, BOBS_SECOND, ANNS)


def test_routes_that_lead_to_one_another_end_after_five_hops() -> None:
    """S18-30."""
    ring = [
        extension("101", ANN, route(attempt(rings=1), end=to_extension("102"))),
        extension("102", BOB, route(attempt(rings=1), end=to_extension("101"))),
    ]
    plan = decide(index(extensions=ring), HOME, invite("101", station=LOBBY))
    assert walk(plan)[-1] == (482, "Passed on too often")
    assert len(plan.steps) == 7


def test_a_plan_never_uses_more_branches_than_the_switch_has() -> None:
    crowded = Facts(registered={BOBS: 10, BOBS_SECOND: 10})
    made = route(attempt(), attempt(), end=to_voicemail("102"))
    plan = decide(index(extensions=[extension("102", BOB, made)]), crowded, invite("102"))
    assert walk(plan) == [(BOBS, BOBS_SECOND), "voicemail/102"]
    assert "left out" in texts(plan)


def test_a_distinctive_ring_is_a_header_and_never_carries_anything_else() -> None:
    for tone, wanted in (("urgent", 1), ("x>\r\nAnswer-Mode: Auto", 0), ("é", 0)):
        office = index(extensions=[extension("102", BOB, route(attempt(tone=tone)))])
        headers = decide(office, HOME, invite("102")).steps[0].targets[0].headers
        assert len(headers) == wanted


def test_emergency_goes_out_switched_with_the_handsets_caller_id() -> None:
    """S23-T02, S23-15."""
    second = EMERGENCY_LINE.model_copy(update={"line_id": 9, "target": "sip:10.9.9.8:5060"})
    full = Facts(on_lines={8: 99, 9: 99})
    for dialled in ("911", "9911"):
        plan = decide(index(lines=[LINE, EMERGENCY_LINE, second]), full, invite(dialled))
        assert walk(plan)[:2] == [("sip:911@10.9.9.9:5060",), ("sip:911@10.9.9.8:5060",)]
        assert (plan.kind, plan.mode) == ("emergency", Mode.SWITCHED)
        assert [step.caller_number for step in plan.steps[:2]] == ["5854215555", "5854215555"]
        assert [step.line_id for step in plan.steps[:2]] == [8, 9]
        assert plan.steps[0].busy is None  # a busy centre may be free on the next line
    other = decide(index(lines=[EMERGENCY_LINE]), full, invite("911", station=BOBS))
    assert other.steps[0].caller_number == "5854213850"


def test_emergency_takes_a_line_with_a_free_channel_before_a_full_one() -> None:
    small = EMERGENCY_LINE.model_copy(update={"max_calls": 1})
    second = small.model_copy(update={"line_id": 9, "target": "sip:10.9.9.8:5060"})
    plan = decide(index(lines=[small, second]), Facts(on_lines={8: 1}), invite("911"))
    assert [step.line_id for step in plan.steps[:2]] == [9, 8]


def test_emergency_wins_over_an_extension_with_the_same_number() -> None:
    office = index(lines=[EMERGENCY_LINE], emergency=Emergency(numbers=("101", "112")))
    assert decide(office, HOME, invite("101")).kind == "emergency"
    assert decide(office, HOME, invite("112")).kind == "emergency"


def test_emergency_without_a_line_is_refused_clearly() -> None:
    plan = decide(index(lines=[LINE]), HOME, invite("911"))
    assert walk(plan) == [(503, "No outside line for 911: use another telephone")]
    assert "No outside line is marked for emergency calls." in texts(plan)


SMALL = LINE.model_copy(update={"line_id": 5, "max_calls": 1, "target": "sip:10.9.9.7", "caller_id": ""})


def test_an_outside_call_is_anchored_and_its_far_leg_goes_out_on_a_line() -> None:
    office = index(lines=[SMALL, LINE])
    plan = decide(office, HOME, invite("95551212"))
    assert (plan.kind, plan.mode, plan.anchor_reason) == ("outside", Mode.ANCHORED, "outside line")
    assert [step.ask for step in plan.steps] == ["bridge"]
    far = decide(office, HOME, invite("95551212", bridged=True))
    assert walk(far)[0] == ("sip:5551212@10.9.9.7",)
    assert far.steps[1].ask == "line/5551212/5/5,7"
    assert far.steps[0].busy == 2  # busy is busy on every line: past the end
    assert far.steps[0].caller_number == "101"  # this line owns no number


def test_the_far_leg_takes_the_first_line_with_a_free_channel_and_shows_its_number() -> None:
    office = index(lines=[SMALL, LINE])
    step = decide(office, Facts(on_lines={5: 1}), invite("95551212", bridged=True)).steps[0]
    assert (step.line_id, step.caller_number, step.caller_host) == (7, "5854213850", "10.9.9.9")
    assert step.targets[0].headers == ()  # S13-48: P-Asserted-Identity is off


def test_without_a_free_channel_the_caller_is_refused_before_a_worker_is_taken() -> None:
    plan = decide(index(lines=[SMALL]), Facts(on_lines={5: 1}), invite("95551212"))
    assert (plan.kind, plan.mode) == ("refused", Mode.SWITCHED)
    assert walk(plan) == [(503, "All outside lines are in use.")]


@pytest.mark.parametrize(
    ("code", "rang", "end"),
    [
        (503, False, "10.9.9.9"),
        (408, False, "10.9.9.9"),
        (403, False, "10.9.9.9"),
        (408, True, "480"),
        (404, False, "404"),
        (480, True, "480"),
    ],
)
def test_a_line_that_fails_is_followed_by_the_next_and_one_that_answered_is_believed(
    code: int, rang: bool, end: str
) -> None:
    made = draft(index(lines=[SMALL, LINE]), HOME, invite("95551212", bridged=True))
    made.steps.clear()
    after_line(made, "5551212", (5, 7), (5,), code, rang=rang)
    first = made.steps[0]
    assert end in (first.targets[0].uri if first.targets else str(first.code))
    made.steps.clear()
    after_line(made, "5551212", (5, 7), (5, 7), 503, rang=False)
    assert made.steps[0].code == 503
    assert made.steps[0].reason == "No outside line took the call"


def from_outside(dialled: str, *, destination: str = "", **more: Any) -> RoutePlan:
    office = index(lines=[LINE.model_copy(update={"destination": destination}), EMERGENCY_LINE])
    call = invite(dialled, station="", kind="line", line_id=7, from_number="5850001", **more)
    return decide(office, HOME, call)


@pytest.mark.parametrize("dialled", ["95551212", "911", "404", "3102", "5112", "6102", "5854213850", "line7"])
def test_an_outside_caller_reaches_the_destination_of_the_line_whatever_he_dialled(dialled: str) -> None:
    """Nobody telephones at the office's expense."""
    plan = from_outside(dialled, destination="102")
    assert (plan.kind, plan.anchor_reason, plan.callee_number) == ("inbound", "outside line", "102")
    far = from_outside(dialled, destination="102", bridged=True)
    assert far.caller_number == "5850001"
    assert walk(far)[0] == (BOBS, BOBS_SECOND)


def test_an_outside_caller_may_dial_an_extension_and_else_reaches_the_operator() -> None:
    assert from_outside("102").callee_number == "102"
    nobody = from_outside("5854213850")
    assert (nobody.kind, nobody.steps[0].code) == ("refused", 404)  # this office has no operator


def test_an_outside_caller_whose_call_begins_in_a_mailbox_needs_no_second_worker() -> None:
    line = LINE.model_copy(update={"destination": "102"})
    busy = Facts(registered={BOBS: 1, BOBS_SECOND: 1}, in_use=frozenset({BOBS, BOBS_SECOND}))
    call = invite("5854213850", station="", kind="line", line_id=7, from_number="5850001")
    assert decide(index(lines=[line]), busy, call).steps[0].ask == "voicemail/102/busy"


def test_a_worker_calls_with_the_rights_and_the_name_of_its_extension() -> None:
    plan = decide(index(), HOME, invite("102", station="", kind="worker", acting="101"))
    assert (plan.caller_name, plan.caller_number) == ("Ann Archer", "101")


def test_a_route_that_points_nowhere_still_answers() -> None:
    for end in (to_extension("299"), to_voicemail("200"), HANG_UP):
        assert isinstance(end, Finally)
        office = index(extensions=[extension("102", BOB, route(end=end))])
        assert decide(office, HOME, invite("102")).steps[-1].code == 480
    assert MAX_BRANCHES == 24
