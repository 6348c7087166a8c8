"""One running house for the whole session; every test hires its own people, so none depends on another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.harness.house import House, Person
from tests.harness.phone import Phone
from tests.harness.sip import Peer

Phones = Callable[[Person], Phone]
Peers = Callable[..., Peer]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for the whole house to start, which a busy machine makes long."""
    for item in items:
        if "tests/e2e/" in str(item.path):
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    house = House()
    try:
        house.open()
        yield house
    finally:
        house.close(keep=bool(os.environ.get("KEEP_PLACES")))


@pytest.fixture
def ann(house: House) -> Person:
    return house.hire("Ann", "Meyer")


@pytest.fixture
def bob(house: House) -> Person:
    return house.hire("Bob", "Okafor")


@pytest.fixture
def phone(house: House) -> Iterator[Phones]:
    """phone(ann): a registered pjsua2 phone, closed after the test."""
    made: list[Phone] = []

    def make(person: Person) -> Phone:
        made.append(house.phone(person))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def peer(house: House) -> Iterator[Peers]:
    """peer(ann): a raw SIP phone, registered unless register=False."""
    made: list[Peer] = []

    def make(person: Person, **options: object) -> Peer:
        made.append(house.peer(person, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """A failure shows what the processes of the house last said."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    house = getattr(item, "funcargs", {}).get("house")
    if report.failed and isinstance(house, House):
        report.sections.append(("the house", house.logs(12)))
