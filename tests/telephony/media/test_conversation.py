"""Two legs that talk, and what becomes of them when one is transferred (engine-calls 3)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.calls.session import (
    Answer,
    Bridge,
    Command,
    Dial,
    HangUp,
    Joined,
    Music,
    Refer,
    SessionEvent,
    Timeout,
    Tone,
    Wait,
)  # fmt: skip
from telephony.media.apps.pair import CARRIER_SECONDS, Conversation, Pair
from telephony.media.port import Answered, EarlyMedia, Ended, Handed, Held, Referred, Ringing
from telephony.messages.workers import HAND_OVER, hand_over, handed_over

ANN, OUTSIDE, NEW = "caller", "far", "to2"
REFER = Referred(leg=ANN, new=NEW)


def talk() -> Conversation:
    return Conversation.of(Pair(ANN, OUTSIDE))


def run(one: Conversation, *events: SessionEvent) -> list[Command]:
    """What the last event causes."""
    commands: list[Command] = []
    for event in events:
        commands = one.on(event)
    return commands


def ended(leg: str, code: int = 200) -> Ended:
    return Ended(leg=leg, code=code)


def test_whoever_is_transferred_hears_music_then_ringback_then_the_new_party() -> None:
    one = talk()
    assert run(one, REFER) == [Music(OUTSIDE)]
    assert run(one, Ringing(leg=NEW, code=180)) == [Tone("ringback", OUTSIDE)]
    assert run(one, Answered(leg=NEW)) == [Bridge(OUTSIDE, NEW), HangUp(ANN)]
    assert run(one, ended(ANN)) == []
    assert run(one, ended(NEW)) == [HangUp(OUTSIDE)]
    run(one, ended(OUTSIDE))
    assert one.over


def test_what_the_new_party_sends_early_is_heard() -> None:
    one = talk()
    assert run(one, REFER, EarlyMedia(leg=NEW)) == [Bridge(OUTSIDE, NEW)]
    assert run(one, Ringing(leg=NEW, code=183)) == []


def test_the_transferor_may_hang_up_at_once() -> None:
    one = talk()
    assert run(one, REFER, ended(ANN)) == []
    assert run(one, Answered(leg=NEW)) == [Bridge(OUTSIDE, NEW)]


def test_a_transferor_who_is_still_there_talks_on_when_nobody_was_reached() -> None:
    assert run(talk(), REFER, ended(NEW, 486)) == [Bridge(ANN, OUTSIDE)]
    held = talk()
    run(held, Held(leg=ANN, on=True))
    assert run(held, REFER, ended(NEW, 486)) == [Music(OUTSIDE)], "Ann still holds"


def test_when_the_transferor_is_gone_and_nobody_was_reached_the_call_is_over() -> None:
    one = talk()
    assert run(one, REFER, ended(ANN), ended(NEW, 480)) == [HangUp(OUTSIDE)]


def test_when_the_transferred_party_hangs_up_everybody_is_let_go() -> None:
    assert run(talk(), REFER, ended(OUTSIDE)) == [HangUp(ANN), HangUp(NEW)]


def test_a_hold_of_before_ends_with_who_held() -> None:
    one = talk()
    run(one, Held(leg=ANN, on=True), REFER)
    assert run(one, Answered(leg=NEW)) == [Bridge(OUTSIDE, NEW), HangUp(ANN)]


def test_an_invite_takes_the_place_of_the_transferor() -> None:
    one = talk()
    assert run(one, Joined(leg=NEW, instead=ANN)) == [Answer(NEW)]
    assert run(one, Answered(leg=NEW)) == [Bridge(OUTSIDE, NEW), HangUp(ANN)]


ASKED = Ended(leg=NEW, code=HAND_OVER, reason=hand_over("sip:5551212@192.0.2.1:5060", "tok-en_1"))
AGAIN = Dial(leg="far>again", user="t.tok-en_1", token="")


def test_a_carrier_that_connects_them_itself_frees_both_legs() -> None:
    one = talk()
    assert run(one, REFER, ASKED) == [Refer(OUTSIDE, "sip:5551212@192.0.2.1:5060"), Wait(CARRIER_SECONDS)]
    assert run(one, Handed(leg=OUTSIDE, code=200)) == [Wait(None), HangUp(ANN), HangUp(OUTSIDE)]
    run(one, ended(ANN), ended(OUTSIDE))
    assert one.over


def test_a_carrier_that_does_not_or_says_nothing_costs_only_time() -> None:
    for event in (Handed(leg=OUTSIDE, code=405), Timeout()):
        one = talk()
        assert run(one, REFER, ended(ANN), ASKED, event) == [Wait(None), AGAIN]
        assert run(one, Handed(leg=OUTSIDE, code=200)) == [], "too late"
        assert run(one, Answered(leg="far>again")) == [Bridge(OUTSIDE, "far>again")]
        assert run(one, ended("far>again")) == [HangUp(OUTSIDE)]


def test_who_waits_for_the_carrier_may_hang_up() -> None:
    one = talk()
    assert run(one, REFER, ASKED, ended(OUTSIDE)) == [HangUp(ANN)]
    assert run(one, Handed(leg=OUTSIDE, code=200)) == []


def test_what_is_no_address_is_nobody_reached() -> None:
    assert handed_over("sip:x y@z t.1") is None
    assert handed_over("sip:1@[2001:db8::1]:5060 t.a") == ("sip:1@[2001:db8::1]:5060", "t.a")
    assert run(talk(), REFER, Ended(leg=NEW, code=HAND_OVER, reason="hello")) == [Bridge(ANN, OUTSIDE)]


def test_one_change_at_a_time() -> None:
    one = talk()
    assert run(one, REFER, Referred(leg=OUTSIDE, new="to3")) == [HangUp("to3")]
    assert run(one, Joined(leg="to4", instead=ANN)) == [HangUp("to4", 481, "Nothing to take the place of")]


def test_a_party_can_be_transferred_again() -> None:
    one = talk()
    run(one, REFER, Answered(leg=NEW), ended(ANN))
    assert run(one, Referred(leg=NEW, new="to3")) == [Music(OUTSIDE)]
    assert run(one, Answered(leg="to3")) == [Bridge(OUTSIDE, "to3"), HangUp(NEW)]


LEGS = st.sampled_from([ANN, OUTSIDE, NEW, "to3"])
EVENTS = st.one_of(
    LEGS.map(lambda leg: Answered(leg=leg)),
    LEGS.map(lambda leg: Ringing(leg=leg, code=180)),
    st.tuples(LEGS, st.booleans()).map(lambda found: Held(leg=found[0], on=found[1])),
    st.tuples(LEGS, st.sampled_from([NEW, "to3"])).map(lambda found: Referred(leg=found[0], new=found[1])),
    st.tuples(LEGS, st.sampled_from([NEW, "to3"])).map(lambda found: Joined(leg=found[1], instead=found[0])),
    LEGS.map(ended),
)


@given(st.lists(EVENTS, max_size=25))
def test_whatever_happens_it_is_over_when_every_leg_has_ended(events: list[SessionEvent]) -> None:
    one = talk()
    for event in events:
        if not one.over:
            one.on(event)
    for leg in sorted(one.alive):
        one.on(ended(leg))
    assert one.over
