"""Rows in the database: each once, one bad one alone left out, old ones taken away at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.access.models import LoginAttempt
from portal.live import purge, records
from portal.live.call import Call
from portal.live.fold import Change, Ended
from portal.live.models import CallRecord, StreamPosition, SystemEvent, UserState
from portal.live.records import Row
from telephony.messages.events import ScheduleSet
from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import ScheduleMode

pytestmark = pytest.mark.django_db


def ended(call_id: str, **facts: object) -> Row:
    call = Call(id=call_id, begun=True, started=100.0, from_number="101", to_number="102", **facts)  # type: ignore[arg-type]
    return records.call_row(Ended(call=call, at=130.0, outcome="answered"))


def test_rows_and_position_are_written_together_and_twice_is_once() -> None:
    rows = {"call:a": ended("a", answered=110.0, answered_by="5102"), "call:b": ended("b")}
    records.write(rows, "7-0")
    records.write(rows, "8-0")
    assert [(r.call_id, r.seconds) for r in CallRecord.objects.order_by("call_id")] == [("a", 20), ("b", 0)]
    first = CallRecord.objects.get(call_id="a")
    assert first.started == datetime.fromtimestamp(100, UTC)
    assert first.ended - first.started == timedelta(seconds=30)
    assert StreamPosition.objects.get().position == records.written_position() == "8-0"


def test_a_row_the_database_refuses_is_left_out_alone() -> None:
    bad = ended("bad", from_user=2**63)
    late = ended("late")
    late["fields"]["ended"] = 1e20
    rows = {"call:bad": bad, "call:late": late, "call:good": ended("good")}
    records.write(rows, "7-0")
    assert [r.call_id for r in CallRecord.objects.all()] == ["good"]
    assert records.written_position() == "7-0"


def test_texts_are_cut_to_their_columns_and_nul_is_taken_out() -> None:
    records.write({"call:a": ended("a", to_name="x\0" * 300, why=((1, (("a\0b", ""),)),))}, None)
    record = CallRecord.objects.get()
    assert record.to_name == "x" * 128
    assert record.explanation == [{"text": "ab", "link": ""}]


def test_a_call_whose_beginning_was_lost_still_leaves_a_record_that_says_so() -> None:
    records.write({"call:a": records.call_row(Ended(call=Call(id="a"), at=50.0, outcome="failed"))}, None)
    record = CallRecord.objects.get()
    assert record.started == record.ended
    assert record.explanation[0]["text"] == records.UNSEEN_START


def test_the_older_of_two_user_states_never_replaces_the_newer() -> None:
    for at, presence in ((10.0, "busy"), (20.0, "away"), (10.0, "busy")):
        fields = {"user_id": 3, "presence": presence, "at": at, "by": "ann"}
        records.write({"state:3": Row(table="state", fields=fields)}, None)
    assert UserState.objects.get().presence == "away"
    assert records.presences() == [(3, "away")]


def test_the_night_takes_away_what_is_past_its_time_and_nothing_else() -> None:
    now = datetime(2026, 5, 4, 3, 10, tzinfo=UTC)
    old, new = now - timedelta(days=400), now - timedelta(days=80)
    for call_id, at in (("old", old), ("new", new)):
        CallRecord.objects.create(call_id=call_id, from_number="1", to_number="2", started=at, ended=at, outcome="x")
        SystemEvent.objects.create(event_id=call_id, at=at, kind="k", text="t")
    for days in (8, 6):
        attempt = LoginAttempt.objects.create(account="ann", source="192.0.2.1")
        LoginAttempt.objects.filter(pk=attempt.pk).update(at=now - timedelta(days=days))
    gone = purge.purge(now)
    assert (gone["calls"], gone["events"], gone["attempts"]) == (1, 1, 1)
    assert CallRecord.objects.get().call_id == "new"
    assert purge.purge(now)["calls"] == 0


def test_a_schedule_set_by_hand_is_written_and_the_older_never_replaces_the_newer() -> None:
    def row(made: float, mode: ScheduleMode | None) -> records.Row:
        event = ScheduleSet(id=f"e{made}", at=50.0, schedule_id=3, mode=mode, greeting=2, made=made, by="paula")
        found = records.event_row(event, Change())
        assert found is not None
        return found

    for made, mode in ((10.0, ScheduleMode.NIGHT), (9.0, ScheduleMode.DAY), (11.0, None), (10.5, ScheduleMode.DAY)):
        one = row(made, mode)
        records.write({records.key(one): one}, None)
    assert records.schedules() == {3: SetByHand(mode=None, greeting=2, made=11.0, by="paula")}
