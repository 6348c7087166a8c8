"""What every MediaPort promises (telephony/media/port.py), asked of the fake and of real calls alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.softphone import sound
from telephony.media.port import (
    Answered,
    Digit,
    EarlyMedia,
    Ended,
    Handed,
    Held,
    Incoming,
    Played,
    Recorded,
    RecordRules,
    Referred,
    Ringing,
)  # fmt: skip
from tests.harness.audio import read_wav, write_wav
from tests.telephony.media.stage import FakeStage, FarEnd, RealFar, RealStage, Stage, is_tone

pytestmark = pytest.mark.telephony


@pytest.fixture(params=["fake", "pjsua"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    made: Stage = FakeStage() if request.param == "fake" else RealStage()
    yield made
    made.close()


def talking(stage: Stage, lease: str = "lease-1") -> tuple[str, FarEnd]:
    """An incoming call that was answered."""
    far = stage.call_in(lease)
    leg = stage.expect(Incoming).leg
    stage.do("answer", leg)
    assert stage.expect(Answered).leg == leg
    return leg, far


def tone_file(folder: Path, hz: float, seconds: float) -> Path:
    return write_wav(folder / f"{hz:g}-{seconds:g}.wav", sound.tone(hz, seconds))


def test_an_incoming_call_brings_its_lease_and_can_ring_and_be_answered(stage: Stage) -> None:
    far = stage.call_in("lease-42")
    incoming = stage.expect(Incoming)
    assert incoming.lease == "lease-42"
    stage.do("ring", incoming.leg)
    stage.do("answer", incoming.leg)
    assert stage.expect(Answered).leg == incoming.leg
    assert stage.legs() == 1
    far.hang_up()
    ended = stage.expect(Ended)
    assert (ended.leg, ended.code) == (incoming.leg, 200)
    assert stage.legs() == 0


def test_a_call_can_be_refused_and_the_port_lives_on(stage: Stage) -> None:
    far = stage.call_in()
    leg = stage.expect(Incoming).leg
    stage.do("end", leg, 403, "No lease")
    assert stage.expect(Ended).leg == leg
    stage.until(lambda: far.final_code() == 403, 3, "the refusal")
    talking(stage)


def test_hanging_up_from_our_side_ends_the_leg(stage: Stage) -> None:
    leg, far = talking(stage)
    stage.do("end", leg)
    assert stage.expect(Ended).leg == leg
    stage.until(lambda: far.final_code() == 200, 3, "the BYE")


def test_files_are_played_one_after_the_other_and_their_end_is_reported_once(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    stage.do("play", leg, (tone_file(tmp_path, 400, 1), tone_file(tmp_path, 700, 1)))
    stage.until(lambda: far.hears(400), 3, "the first file")
    stage.until(lambda: far.hears(700), 3, "the second file")
    assert stage.expect(Played) == Played(leg=leg)
    stage.none_of(Played, 1.5)


def test_a_digit_of_the_stop_set_ends_the_play_and_others_do_not(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    stage.do("play", leg, (tone_file(tmp_path, 400, 6),), "#")
    stage.until(lambda: far.hears(400), 3, "the file")
    far.press("5")
    assert stage.expect(Digit) == Digit(leg=leg, digit="5")
    stage.none_of(Played, 0.5)
    assert far.hears(400)
    far.press("#")
    assert stage.expect(Digit).digit == "#"
    stage.until(lambda: not far.hears(400), 2, "silence")
    stage.none_of(Played, 0.5)


def test_hush_and_a_new_play_replace_the_old_one_without_a_played(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    stage.do("play", leg, (tone_file(tmp_path, 400, 1),))
    stage.until(lambda: far.hears(400), 3, "the first file")
    stage.do("play", leg, (tone_file(tmp_path, 700, 3),))
    stage.until(lambda: far.hears(700), 3, "the second file")
    stage.none_of(Played, 1.0)
    stage.do("hush", leg)
    stage.until(lambda: not far.hears(700), 2, "silence")
    stage.none_of(Played, 2.0)


def test_a_file_that_cannot_be_played_says_so(stage: Stage, tmp_path: Path) -> None:
    leg, _ = talking(stage)
    stage.do("play", leg, (tmp_path / "nowhere.wav",))
    assert stage.expect(Played).ok is False
    (tmp_path / "text.wav").write_text("this is not sound")
    stage.do("play", leg, (tmp_path / "text.wav",))
    assert stage.expect(Played).ok is False
    stage.do("play", leg, ())
    assert stage.expect(Played).ok is True


def test_tones_are_heard_until_hushed(stage: Stage) -> None:
    leg, far = talking(stage)
    stage.do("tone", leg, "beep")
    stage.until(lambda: far.hears(1000), 3, "the beep")
    stage.do("tone", leg, "busy")
    stage.until(lambda: far.hears(480) or far.hears(620), 3, "the busy tone")
    stage.do("hush", leg)
    stage.none_of(Played, 0.7)
    assert not far.hears(480)


@pytest.mark.parametrize("how", [("rfc4733",), ("info",), ("info", "rfc4733")])
def test_one_press_is_one_digit_however_it_is_sent(stage: Stage, how: tuple[str, ...]) -> None:
    _, far = talking(stage)
    far.press("1", how)
    far.press("1", how)
    far.press("*#", how)
    assert [stage.expect(Digit).digit for _ in range(4)] == ["1", "1", "*", "#"]
    stage.none_of(Digit, 0.6)


def test_a_recording_holds_what_was_said_and_ends_with_its_digit(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    path = tmp_path / "message.wav"
    far.speak(400)
    stage.do("record", leg, path, RecordRules(limit=30, silence=5, first_word=8, stop_on="#"))
    stage.none_of(Recorded, 2.5)
    far.press("7")
    far.press("#")
    recorded = stage.expect(Recorded)
    assert (recorded.leg, recorded.path, recorded.why) == (leg, path, "digit")
    samples = read_wav(path)
    assert len(samples) / 8000 == pytest.approx(recorded.seconds, abs=0.01)
    assert 2.4 < recorded.seconds < 5
    assert recorded.voiced > 1.5
    assert is_tone(samples[4000:16000], 400)
    assert recorded.seconds - 1.5 < recorded.voice_until < recorded.seconds + 0.6


def test_a_recording_ends_after_silence_and_knows_when_the_voice_ended(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    far.speak(400)
    stage.do("record", leg, tmp_path / "m.wav", RecordRules(limit=30, silence=1.5, first_word=8))
    stage.none_of(Recorded, 1.6)
    far.be_quiet()
    recorded = stage.expect(Recorded)
    assert recorded.why == "silence"
    assert 1.2 < recorded.voice_until < recorded.seconds - 1.2


def test_a_recording_without_any_voice_ends_after_the_time_for_a_first_word(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    far.be_quiet()
    stage.do("record", leg, tmp_path / "m.wav", RecordRules(limit=30, silence=1, first_word=2))
    recorded = stage.expect(Recorded)
    assert (recorded.why, recorded.voiced) == ("silence", 0.0)
    assert 1.5 < recorded.seconds < 3


def test_a_recording_ends_at_its_limit(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    far.speak(400)
    stage.do("record", leg, tmp_path / "m.wav", RecordRules(limit=2))
    recorded = stage.expect(Recorded)
    assert recorded.why == "limit"
    assert 1.7 < recorded.seconds < 2.4


def test_hanging_up_ends_the_recording_before_the_leg(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    far.speak(400)
    stage.do("record", leg, tmp_path / "m.wav", RecordRules(limit=30, silence=5))
    stage.none_of(Recorded, 1.5)
    far.hang_up()
    recorded = stage.expect(Recorded)
    assert recorded.why == "hangup"
    assert 1.2 < recorded.seconds < 3
    assert stage.expect(Ended).leg == leg
    assert len(read_wav(tmp_path / "m.wav")) / 8000 == pytest.approx(recorded.seconds, abs=0.01)


def test_a_recording_that_cannot_be_written_fails_at_once(stage: Stage, tmp_path: Path) -> None:
    leg, _ = talking(stage)
    if isinstance(stage, FakeStage):
        stage.port.disk_full = True
    stage.do("record", leg, tmp_path / "no" / "such" / "folder.wav", RecordRules(limit=30))
    assert stage.expect(Recorded).why == "failed"


def test_a_dialled_leg_rings_is_heard_early_and_answers(stage: Stage) -> None:
    dial(stage, "out-1")
    far = stage.dialled("out-1")
    far.ring()
    assert stage.expect(Ringing).code == 180
    far.early()
    assert stage.expect(EarlyMedia).leg == "out-1"
    far.answer()
    assert stage.expect(Answered).leg == "out-1"
    stage.do("end", "out-1")
    assert stage.expect(Ended).code == 200


def test_a_refused_or_cancelled_dial_ends_with_its_code(stage: Stage) -> None:
    dial(stage, "out-1")
    stage.dialled("out-1").refuse(486)
    assert stage.expect(Ended) == Ended(leg="out-1", code=486, reason=stage_reason(stage))
    dial(stage, "out-2")
    far = stage.dialled("out-2")
    far.ring()
    stage.expect(Ringing)
    stage.do("end", "out-2")
    if isinstance(stage, RealStage):
        far.call.expect_cancel()  # type: ignore[attr-defined]
    assert stage.expect(Ended).code == 487


def stage_reason(stage: Stage) -> str:
    return "" if isinstance(stage, FakeStage) else "Busy Here"


def dial(stage: Stage, leg: str) -> None:
    uri = f"sip:5111@{stage.switch}" if isinstance(stage, RealStage) else "sip:5111@switch"
    stage.do("dial", leg, uri, (("X-Switchroom-Token", "t-1"),))


def test_a_dialled_call_carries_the_headers_it_was_given(stage: Stage) -> None:
    dial(stage, "out-1")
    far = stage.dialled("out-1")
    if isinstance(stage, RealStage):
        request = far.call.request  # type: ignore[attr-defined]
        assert request.get("X-Switchroom-Token") == "t-1"
        assert request.start.startswith("INVITE sip:5111@")
        assert not request.all("Route"), "a Route would look like a preloaded one to the switch"
    else:
        assert far.headers == (("X-Switchroom-Token", "t-1"),)  # type: ignore[attr-defined]
    far.refuse(480)
    stage.expect(Ended)


def test_a_caller_can_hear_something_before_he_is_answered(stage: Stage, tmp_path: Path) -> None:
    far = stage.call_in()
    leg = stage.expect(Incoming).leg
    stage.do("early", leg)
    stage.do("play", leg, (tone_file(tmp_path, 400, 3),))
    if isinstance(far, RealFar):
        far.call.listen_to(far.call.expect(183).body)
    stage.until(lambda: far.hears(400), 3, "the file")
    stage.do("answer", leg)
    assert stage.expect(Answered).leg == leg


def test_a_loop_is_played_until_something_else_is_and_says_nothing(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    stage.do("loop", leg, tone_file(tmp_path, 400, 0.5))
    stage.none_of(Played, 1.5)
    assert far.hears(400)
    stage.do("hush", leg)
    stage.until(lambda: not far.hears(400), 2, "silence")


def test_hold_and_resume_of_the_far_side_are_told_once(stage: Stage) -> None:
    leg, far = talking(stage)
    far.hold()
    assert stage.expect(Held) == Held(leg=leg, on=True)
    far.hold(False)
    assert stage.expect(Held) == Held(leg=leg, on=False)
    stage.none_of(Held, 0.5)


def test_bridged_legs_hear_each_other_and_digits_cross_anew(stage: Stage) -> None:
    leg, ann = talking(stage)
    dial(stage, "out-1")
    bob = stage.dialled("out-1")
    bob.answer()
    stage.expect(Answered)
    stage.do("bridge", leg, "out-1")
    ann.speak(400)
    bob.speak(700)
    stage.until(lambda: bob.hears(400) and ann.hears(700), 4, "both to hear each other")
    ann.be_quiet()
    ann.press("12#")
    bob.press("9", ("info",))
    stage.until(lambda: bob.digits_heard() == "12#" and ann.digits_heard() == "9", 4, "the digits to cross")
    stage.none_of(Ended, 0.5)
    assert bob.digits_heard() == "12#", "no digit may come twice"
    bob.hang_up()
    assert stage.expect(Ended).leg == "out-1"
    assert stage.legs() == 1, "the other leg is the session's to end"


def test_a_transfer_to_a_one_use_address_is_followed_and_any_other_is_refused(stage: Stage) -> None:
    leg, far = talking(stage)
    assert not far.refer("5551212")
    stage.none_of(Referred, 0.3)
    assert far.refer("t.token")
    new = stage.expect(Referred)
    assert new.leg == leg
    third = stage.dialled(new.new)
    third.answer()
    assert stage.expect(Answered).leg == new.new
    stage.do("bridge", leg, new.new)
    third.speak(500)
    stage.until(lambda: far.hears(500), 3, "the new party")


@pytest.mark.parametrize("code", [200, 503])
def test_a_far_side_that_is_asked_to_call_elsewhere_tells_how_it_went(stage: Stage, code: int) -> None:
    leg, far = talking(stage)
    stage.do("refer", leg, "sip:5551212@192.0.2.1")
    assert far.sent_on(code) == "sip:5551212@192.0.2.1"
    told = stage.expect(Handed)
    assert (told.leg, told.code) == (leg, code)


def test_a_far_side_may_refuse_to_call_elsewhere(stage: Stage) -> None:
    leg, far = talking(stage)
    stage.do("refer", leg, "sip:5551212@192.0.2.1")
    far.sent_on(405, accept=False)
    assert stage.expect(Handed).code == 405


def test_two_calls_at_once_hear_and_are_recorded_each_for_itself(stage: Stage, tmp_path: Path) -> None:
    one, ann = talking(stage, "a")
    two, bob = talking(stage, "b")
    ann.speak(400)
    bob.speak(700)
    stage.do("record", one, tmp_path / "one.wav", RecordRules(limit=2))
    stage.do("record", two, tmp_path / "two.wav", RecordRules(limit=2))
    assert {stage.expect(Recorded).leg, stage.expect(Recorded).leg} == {one, two}
    assert is_tone(read_wav(tmp_path / "one.wav")[4000:], 400)
    assert is_tone(read_wav(tmp_path / "two.wav")[4000:], 700)


def test_verbs_on_a_leg_that_is_gone_do_nothing(stage: Stage, tmp_path: Path) -> None:
    leg, far = talking(stage)
    far.hang_up()
    stage.expect(Ended)
    file = tone_file(tmp_path, 400, 1)
    for verb, arguments in (
        ("ring", ()), ("answer", ()), ("end", ()), ("play", ((file,),)), ("tone", ("beep",)), ("hush", ()),
        ("record", (tmp_path / "x.wav", RecordRules(limit=1))), ("stop_recording", ()), ("bridge", (leg,)),
    ):  # fmt: skip
        stage.do(verb, leg, *arguments)
    stage.none_of(Ended, 0.3)
    talking(stage)
