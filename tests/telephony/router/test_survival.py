"""The router, Redis and the switch die and come back; calls and their records do not notice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.messages import write
from telephony.messages.commands import EndCall, Originate, ReportState
from telephony.messages.sealed import seal_credentials
from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, BOBS, credentials, snapshot
from tests.telephony.router.talk import talk

pytestmark = pytest.mark.telephony


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(snapshot(), relay=False) as engine:
        yield engine


@pytest.fixture
def ann(engine: Engine) -> Peer:
    return engine.phone("ann", ANNS)


@pytest.fixture
def bob(engine: Engine) -> Peer:
    return engine.phone("bob", BOBS)


def test_a_call_outlives_the_router_and_its_record_is_whole(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing, _ = talk(ann, bob)
    call_id = engine.new_call(dialled="102")
    engine.event("call.answered", call_id=call_id)
    engine.place.kill("router")
    engine.start_router()
    state = engine.last_state()
    assert [(one["call_id"], one["from_name"], one["answered_by"]) for one in state["calls"]] == [
        (call_id, "Ann Archer", BOBS)
    ]
    assert [one["station"] for one in sorted(state["registrations"], key=lambda one: one["station"])] == [ANNS, BOBS]
    outgoing.bye()
    assert engine.outcome(call_id) == "answered"


def test_a_call_that_ended_while_the_router_was_away_is_not_reported(engine: Engine, ann: Peer, bob: Peer) -> None:
    outgoing, _ = talk(ann, bob)
    engine.place.kill("router")
    outgoing.bye()
    engine.start_router()
    assert engine.last_state()["calls"] == []


def test_calls_are_made_and_ended_while_redis_is_away_and_told_afterwards(engine: Engine, ann: Peer, bob: Peer) -> None:
    engine.place.kill("redis")
    outgoing, _ = talk(ann, bob)
    outgoing.bye()
    outgoing, _ = talk(ann, bob)
    outgoing.bye()
    engine.instance.redis_socket.unlink()
    engine.start_redis()
    first = engine.new_call(seconds=8, dialled="102")
    second = engine.new_call(seconds=8, dialled="102")
    assert [engine.outcome(first), engine.outcome(second)] == ["answered", "answered"]


def test_the_switch_restarts_and_is_filled_again(engine: Engine, ann: Peer, bob: Peer) -> None:
    talk(ann, bob)
    call_id = engine.new_call(dialled="102")
    engine.place.wait_for(engine.calls_on_disk, 5, "the switch to write the call down (decision 9)")
    engine.place.kill("switch")
    engine.event("engine.state", part="switch", up=False)
    engine.restart_switch()
    assert ann.register().code == 200
    assert call_id in [one["call_id"] for one in engine.last_state()["calls"]]  # dialogs survive in the switch
    assert engine.command(EndCall, call_id=call_id).ok
    assert engine.outcome(call_id) == "ended_by_administrator"


def test_a_new_configuration_is_in_force_at_once(engine: Engine, ann: Peer, bob: Peer) -> None:
    with engine.redis() as link:
        made = snapshot(version=2, extensions=())
        renamed = made.model_copy(
            update={"users": tuple(u.model_copy(update={"name": f"{u.name} II"}) for u in made.users)}
        )
        sealed = seal_credentials(engine.instance.keys, credentials(2))
        link.mset({"config:snapshot": write(renamed), "config:credentials": sealed, "config:number": 2})
        link.publish("config:version", 2)
    event = engine.event("version.in_force", version=2)
    assert event["at"] > 0
    outgoing, incoming = talk(ann, bob)
    assert "Ann Archer II" in incoming.request.get("From")
    outgoing.bye()


def test_a_command_is_never_carried_out_twice(engine: Engine, ann: Peer, bob: Peer) -> None:
    """One that lay in the dead router's hand is answered, not run."""
    engine.place.kill("router")
    with engine.redis() as link:
        command = Originate(id="lost-1", at=1.0, from_extension="101", to="102")
        link.lpush("router-commands:busy", write(command))
        engine.start_router()
        answer = link.brpop(["reply:lost-1"], timeout=5)
    assert answer is not None
    assert b"restarted with this command in hand" in answer[1]
    assert not [m for m in ann.inbox if m.method == "INVITE"]


def test_without_any_configuration_nobody_registers_but_the_router_runs(engine: Engine) -> None:
    engine.place.stop("router")
    for file in engine.instance.published.iterdir():
        file.unlink()
    engine.start_router()
    assert engine.command(ReportState).ok
    assert engine.last_state()["version"] == 0
