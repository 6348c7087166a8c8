"""Who gets which worker (engine-calls.md 8)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from telephony.router.leases import CAPACITY, LAPSE_SECONDS, ORPHAN_SECONDS, SESSIONS_BEFORE_RECYCLE, SPARE, Grant, Pool


def pool(workers: int, *, maximum: int = 8) -> Pool:
    made = Pool(maximum=maximum, running=workers)
    for number in range(workers):
        made.hello(number, 100 + number, f"127.0.0.{10 + number}:5060", [])
    return made


def grant(made: Pool, app: str, now: float = 0.0) -> Grant | None:
    return made.grant(lease=f"L{len(made.grants)}-{app}", call_id="c", app=app, now=now)


def test_a_bridging_session_is_alone_in_its_worker() -> None:
    made = pool(2)
    first, second = grant(made, "originate"), grant(made, "voicemail")
    assert first is not None
    assert second is not None
    assert first.worker != second.worker
    assert grant(made, "originate") is None


def test_idle_workers_come_first_so_that_a_dead_one_costs_one_conversation() -> None:
    made = pool(3)
    workers = {one.worker for one in (grant(made, "voicemail") for _ in range(3)) if one}
    assert len(workers) == 3


def test_two_voicemail_sessions_share_a_worker_when_there_is_no_other() -> None:
    made = pool(1)
    assert [grant(made, "voicemail") is not None for _ in range(3)] == [True, True, False]


def test_a_worker_rests_when_five_sessions_began_in_a_second() -> None:
    made = pool(1)

    def once(now: float) -> bool:
        found = made.grant(lease=f"L{now}", call_id="c", app="bridge", now=now)
        if found is not None:
            made.release(found.lease)
        return found is not None

    assert [once(now) for now in (0.0, 0.1, 0.2, 0.3, 0.4)] == [True] * 5
    assert not once(0.9)
    assert once(1.0)
    assert not once(1.05)
    assert once(1.1)


def test_three_legs_of_a_conference_share_a_worker_and_a_fourth_needs_another() -> None:
    made = pool(1)
    assert [grant(made, "conference") is not None for _ in range(4)] == [True, True, True, False]
    mixed = pool(1)
    assert [grant(mixed, app) is not None for app in ("conference", "voicemail", "voicemail", "conference")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_a_full_pool_keeps_idle_workers_for_calls_that_need_one_alone() -> None:
    made = pool(3, maximum=3)
    first, second = grant(made, "voicemail"), grant(made, "voicemail")
    assert first is not None
    assert second is not None
    assert first.worker == second.worker
    assert made.idle() == 2


def test_the_pool_asks_for_two_idle_workers_up_to_its_maximum() -> None:
    made = pool(4)
    assert made.wanted() == 4
    for _ in range(3):
        grant(made, "originate")
    assert made.wanted() == 5
    assert pool(4, maximum=4).wanted() == 4


def test_what_a_dead_worker_held_is_over() -> None:
    made = pool(1)
    held = grant(made, "voicemail")
    assert made.lost(0) == [held]
    assert made.grants == {}
    assert made.choose("voicemail", 10.0) is None


def test_a_hello_after_our_restart_rebuilds_the_leases() -> None:
    made = Pool(maximum=4)
    session = Grant(lease="old", call_id="c", app="originate", worker=3, at=0.0, started=True)
    assert made.hello(3, 1, "127.0.0.13:5060", [session]) == []
    assert made.choose("voicemail", 10.0) is None
    assert made.release("old") is session
    assert made.choose("voicemail", 10.0) is not None


def test_a_lease_that_never_begins_lapses_and_a_running_one_does_not() -> None:
    made = pool(2)
    waiting, running = grant(made, "voicemail"), grant(made, "voicemail")
    assert waiting is not None
    assert running is not None
    running.started = True
    assert made.lapsed(LAPSE_SECONDS, {"c"}) == []
    assert made.lapsed(LAPSE_SECONDS + 2, {"c"}) == [waiting]


def test_a_lease_whose_call_is_gone_or_which_was_told_to_end_is_taken_back() -> None:
    made = pool(2)
    told, orphan = grant(made, "voicemail"), grant(made, "message_center")
    assert told is not None
    assert orphan is not None
    told.started = orphan.started = True
    told.ending = 10.0
    assert made.lapsed(10.0 + LAPSE_SECONDS + 1, {"c"}) == [told]
    assert made.lapsed(20.0, set()) == [told]
    assert orphan in made.lapsed(20.0 + ORPHAN_SECONDS + 1, set())


def test_a_worker_is_recycled_when_it_has_served_and_another_is_idle() -> None:
    made = pool(2)
    made.workers[0].served = SESSIONS_BEFORE_RECYCLE
    due = made.due_for_recycling()
    assert due is not None
    assert due.number == 0
    assert pool(1).due_for_recycling() is None


steps = st.lists(
    st.one_of(
        st.sampled_from(["voicemail", "message_center", "originate", "test_ring"]).map(lambda app: ("grant", app)),
        st.integers(0, 20).map(lambda n: ("release", n)),
        st.integers(0, 5).map(lambda n: ("die", n)),
        st.integers(0, 5).map(lambda n: ("hello", n)),
    ),
    max_size=60,
)


@given(steps=steps)
def test_no_worker_ever_holds_more_than_it_can(steps: list[tuple[str, object]]) -> None:
    made = Pool(maximum=6, running=0)
    serial = 0
    for what, argument in steps:
        if what == "grant":
            serial += 1
            made.grant(lease=f"L{serial}", call_id="c", app=str(argument), now=0.0)
        elif what == "release" and made.grants:
            made.release(sorted(made.grants)[int(str(argument)) % len(made.grants)])
        elif what == "die":
            made.lost(int(str(argument)))
        elif what == "hello":
            made.hello(int(str(argument)), 1, "a:1", [])
        for worker in made.workers.values():
            assert worker.load <= CAPACITY
        assert set(made.grants) == {lease for worker in made.workers.values() for lease in worker.grants}
        assert made.wanted() <= made.maximum or not made.workers
        assert made.wanted() >= min(made.maximum, SPARE)
