"""Media workers that are missing, late or dead, against the real switch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import BOBS, snapshot

pytestmark = [pytest.mark.telephony, pytest.mark.usefixtures("earlier_calls_are_known")]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(snapshot()) as engine:
        yield engine


def test_without_a_worker_the_caller_hears_ringing_and_at_last_503_and_when_to_try_again(
    engine: Engine, ann: Peer
) -> None:
    call = ann.invite("404", rtp=False)
    call.expect(180, 3)
    answer = call.final(30)
    assert answer.code == 503
    assert answer.get("Retry-After") == "5"
    call_id = engine.new_call(dialled="404")
    assert engine.outcome(call_id) == "failed"
    why = [line["text"] for one in engine.events(call_id) for line in one.get("why", ())]
    assert "Every voice channel was in use: the caller heard ringing until one was free." in why


def test_a_caller_who_gives_up_while_he_waits_leaves_nothing(engine: Engine, ann: Peer) -> None:
    call = ann.invite("404", rtp=False)
    call.expect(180, 3)
    call.cancel()
    assert call.final().code == 487
    assert engine.outcome(engine.new_call(dialled="404")) == "cancelled"
    assert engine.last_state()["calls"] == []


def test_one_phone_has_three_calls_waiting_and_no_more(engine: Engine, ann: Peer) -> None:
    waiting = [ann.invite("404", rtp=False) for _ in range(3)]
    for call in waiting:
        call.expect(180, 3)
    assert ann.invite("404", rtp=False).final().code == 503
    for call in waiting:
        call.cancel()
        assert call.final().code == 487


def test_who_has_waited_longest_gets_the_first_worker_that_comes(engine: Engine, ann: Peer, bob: Peer) -> None:
    call = ann.invite("3102", rtp=False)
    call_id = engine.new_call(dialled="3102")
    call.expect(180, 3)
    later = bob.invite("404", rtp=False)  # a message center; both share one worker
    later.expect(180, 3)
    worker = engine.worker(0)
    lease, _ = worker.take_call()
    assert lease["call_id"] == call_id
    call.expect(200)
    call.ack()
    second, _ = worker.take_call()
    later.expect(200)
    later.ack()
    for one, held in ((call, lease), (later, second)):
        one.bye()
        worker.say(t="ended", lease=held["lease"])
    assert engine.outcome(call_id) == "voicemail"
    worker.close()


def test_a_caller_who_waits_gets_the_worker_that_comes(engine: Engine, ann: Peer) -> None:
    call = ann.invite("3102", rtp=False)
    call_id = engine.new_call(dialled="3102")
    worker = engine.worker(0)
    lease, _ = worker.take_call()
    call.expect(200)
    call.ack()
    call.bye()
    worker.say(t="ended", lease=lease["lease"])
    assert engine.outcome(call_id) == "voicemail"


def test_a_lease_nobody_begins_lapses_and_the_worker_is_free_again(engine: Engine, ann: Peer) -> None:
    worker = engine.workers[0]
    call = ann.invite("404", rtp=False)
    lease = worker.expect("lease")
    session = worker.peer.incoming(rtp=False)
    session.reply(480)
    assert call.final().code == 480
    assert worker.expect("end")["lease"] == lease["lease"]


def test_a_pin_is_checked_and_guessing_locks(engine: Engine, ann: Peer) -> None:
    worker = engine.workers[0]
    call = ann.invite("404", rtp=False)
    lease, _ = worker.take_call()
    call.expect(200)
    call.ack()
    assert lease["app"] == {
        "app": "message_center",
        "extension": "",
        "source": ann.address,
        "extension_digits": 3,
    }

    def check(extension: str, pin: str) -> dict[str, object]:
        worker.say(t="check_pin", ask=f"{extension}-{pin}", lease=lease["lease"], extension=extension, pin=pin)
        return worker.expect("pin")

    right = check("102", "1102")
    assert (right["ok"], right["user_id"], right["name"]) == (True, 2, "Bob Baker")
    for pin in ("1", "2", "3", "4"):
        assert check("103", pin)["locked"] is False
    assert check("103", "5")["locked"] is True
    assert check("103", "1103")["locked"] is True
    assert check("101", "1101")["locked"] is True  # the source is locked, too
    locked = engine.event("pin.locked", extension="103", source=ann.address)
    assert 290 < locked["until"] - locked["at"] <= 300
    call.bye()
    worker.say(t="ended", lease=lease["lease"])


def test_the_caller_is_not_left_in_silence_when_the_worker_dies(engine: Engine, ann: Peer) -> None:
    worker = engine.worker(1)
    engine.workers[0].close()
    call = ann.invite("3102", rtp=False)
    call_id = engine.new_call(dialled="3102")
    worker.take_call()
    call.expect(200)
    call.ack()
    worker.hang_up_link()
    worker.peer.answer_always("BYE")
    ann.expect("BYE")
    assert engine.outcome(call_id) == "voicemail"


def test_a_source_in_whose_calls_two_workers_die_is_banned(engine: Engine) -> None:
    villain = engine.phone("bob", BOBS)
    for number in (2, 3):
        worker = engine.worker(number)
        call = villain.invite("3101", rtp=False)
        worker.take_call()
        call.expect(200)
        call.ack()
        worker.hang_up_link()
        villain.expect("BYE")
    engine.event("source.banned", source=villain.address, reason="media workers died in its calls")
