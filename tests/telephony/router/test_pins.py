"""PIN checks and lock-outs (A-010), without database and Redis."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from telephony.messages.snapshot import Credentials
from telephony.router.pins import FIRST_LOCK_SECONDS, LONGEST_LOCK_SECONDS, TRIES, WINDOW_SECONDS, Pins, write_file
from tests.telephony.router.office import BOB, credentials


@pytest.fixture
def pins() -> Pins:
    made = Pins()
    made.use(credentials())
    return made


def guess(
    pins: Pins, times: int = TRIES, *, now: float = 0.0, extension: str = "102", source: str = "10.0.0.9"
) -> None:
    for _ in range(times):
        pins.check(extension=extension, pin="0000", source=source, now=now)


def ask(pins: Pins, *, now: float = 0.0, extension: str = "102", pin: str = "1102", source: str = "10.0.0.8"):  # type: ignore[no-untyped-def]
    return pins.check(extension=extension, pin=pin, source=source, now=now)


def test_the_right_pin_says_whose_it_is(pins: Pins) -> None:
    verdict = ask(pins)
    assert (verdict.ok, verdict.user_id, verdict.locked) == (True, BOB, False)
    assert not ask(pins, pin="1101").ok
    assert not ask(pins, extension="199").ok


def test_the_fifth_wrong_pin_locks_the_extension_for_five_minutes(pins: Pins) -> None:
    guess(pins, TRIES - 1)
    verdict = pins.check(extension="102", pin="0", source="10.0.0.9", now=1.0)
    assert verdict.locked_now == ("extension/102", "source/10.0.0.9")
    assert ask(pins, now=FIRST_LOCK_SECONDS).locked
    assert ask(pins, now=FIRST_LOCK_SECONDS + 2).ok


def test_a_source_that_guesses_at_many_extensions_is_locked_too(pins: Pins) -> None:
    for number in range(TRIES):
        pins.check(extension=f"20{number}", pin="0", source="10.0.0.9", now=0.0)
    assert ask(pins, source="10.0.0.9", now=1.0).locked
    assert ask(pins, source="10.0.0.8", now=1.0).ok


def test_a_right_pin_does_not_give_a_guessing_source_new_tries(pins: Pins) -> None:
    guess(pins, TRIES - 1, extension="101")
    assert ask(pins, extension="102", source="10.0.0.9").ok
    guess(pins, 1, extension="103")
    assert ask(pins, extension="102", source="10.0.0.9").locked


def test_every_further_lock_lasts_twice_as_long_up_to_a_day(pins: Pins) -> None:
    now, lasted = 0.0, []
    for _ in range(12):
        guess(pins, now=now, source="")
        until = pins.attempts["extension/102"].until
        lasted.append(until - now)
        now = until + 1
    assert lasted[:4] == [FIRST_LOCK_SECONDS * factor for factor in (1, 2, 4, 8)]
    assert lasted[-1] == LONGEST_LOCK_SECONDS


def test_wrong_pins_long_ago_do_not_count(pins: Pins) -> None:
    guess(pins, TRIES - 1)
    guess(pins, 1, now=WINDOW_SECONDS + 1)
    assert ask(pins, now=WINDOW_SECONDS + 2).ok


def test_unlocking_lifts_the_extension_but_not_the_source(pins: Pins) -> None:
    guess(pins)
    assert pins.unlock("102")
    assert not pins.unlock("102")
    assert ask(pins).ok
    assert ask(pins, source="10.0.0.9").locked


def test_locks_survive_a_restart(pins: Pins, tmp_path: Path) -> None:
    guess(pins)
    path = tmp_path / "pin-locks.json"
    write_file(path, pins.dump(now=1.0))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Pins()
    again.use(credentials())
    again.restore(path.read_bytes())
    assert ask(again, now=2.0).locked
    with pytest.raises(ValueError, match="cannot be read"):
        again.restore(b"[1, 2]")


def test_without_a_pin_key_nobody_gets_in() -> None:
    made = Pins()
    made.use(Credentials(version=1, pins=credentials().pins))
    assert not ask(made).ok


# -- changed by telephone (A-021) ----------------------------------------------------------------------------
def configured(pins: Pins, digest: str) -> Credentials:
    """The configuration with another digest for 102."""
    made = credentials(2)
    return made.model_copy(update={
        "pins": tuple(one.model_copy(update={"digest": digest}) if one.extension == "102" else one for one in made.pins)
    })  # fmt: skip


def test_a_new_pin_is_in_force_at_once_and_the_old_one_is_not(pins: Pins) -> None:
    made = pins.renew("102", "246801", 50.0)
    assert made is not None
    assert (made.user_id, made.made) == (BOB, 50.0)
    assert not ask(pins).ok
    assert ask(pins, pin="246801").ok


@pytest.mark.parametrize("new", ["1102", "1234", "123", "123456789", "12a4", "", "١٢٣٤"])
def test_the_old_pin_everybodys_first_and_what_is_no_pin_are_refused(pins: Pins, new: str) -> None:
    assert pins.renew("102", new, 1.0) is None
    assert pins.renew("199", "246801", 1.0) is None
    assert ask(pins).ok


def test_it_counts_until_the_configuration_has_it_or_another_one(pins: Pins) -> None:
    made = pins.renew("102", "246801", 1.0)
    assert made is not None
    pins.use(credentials(2))  # a change of something else
    assert ask(pins, pin="246801").ok
    pins.use(configured(pins, made.digest))
    assert pins.renewed == {}
    assert ask(pins, pin="246801").ok
    pins.renew("102", "135791", 2.0)
    pins.use(credentials(3))  # an administrator has given the first one again
    assert pins.renewed == {}
    assert ask(pins).ok


def test_a_pin_changed_twice_replaces_what_is_configured(pins: Pins) -> None:
    first, second = pins.renew("102", "246801", 1.0), pins.renew("102", "135791", 2.0)
    assert first is not None
    assert second is not None
    assert second.replaces == first.replaces
    assert pins.renew("102", "135791", 3.0) is None
    assert ask(pins, pin="135791").ok


def test_a_new_pin_survives_a_restart_of_the_router(pins: Pins) -> None:
    pins.renew("102", "246801", 1.0)
    assert pins.changed
    again = Pins()
    again.restore(pins.dump(2.0))
    again.use(credentials())
    assert ask(again, pin="246801").ok
