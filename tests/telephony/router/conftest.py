"""The people of the office (`office.py`) with telephones, for test files that name their own `engine`; the carrier at
the end of the outside line for those that name their own `place`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from telephony.messages.commands import EndCall
from tests.harness.carrier import Carrier
from tests.harness.place import Place
from tests.harness.sip import Peer
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANNS, BOBS, BOBS_SECOND, LINE_LOGIN, LINE_SECRET, LOBBY


@pytest.fixture(scope="module")
def ann(engine: Engine) -> Peer:
    return engine.phone("ann", ANNS)


@pytest.fixture(scope="module")
def bob(engine: Engine) -> Peer:
    return engine.phone("bob", BOBS)


@pytest.fixture(scope="module")
def second(engine: Engine) -> Peer:
    return engine.phone("bob2", BOBS_SECOND)


@pytest.fixture(scope="module")
def lobby(engine: Engine) -> Peer:
    return engine.phone("lobby", LOBBY)


@pytest.fixture(scope="module")
def carrier(place: Place) -> Iterator[Carrier]:
    with Carrier(place.phone_address(), place.instance.sip, login=LINE_LOGIN, password=LINE_SECRET) as made:
        yield made


@pytest.fixture
def earlier_calls_are_known(engine: Engine, request: pytest.FixtureRequest) -> None:
    """Tests that share an engine do not take one another's calls for theirs. A second try (docs/decisions/0006) begins
    without what the first one left standing, which the tests after it would find."""
    calls = engine.last_state()["calls"]  # what the router has told before its answer is in the stream now
    if getattr(request.node, "execution_count", 1) > 1:
        for left in calls:
            engine.command(EndCall, call_id=left["call_id"])
    engine.known_calls.update(one["call_id"] for one in engine.events() if "call_id" in one)
