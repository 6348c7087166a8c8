"""Schedules by page: what exists, copying, days, holidays, greetings, control, deleting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.business.schedules import export, services, state
from portal.business.schedules.models import WEEKDAYS, GreetingNames, Holiday, Schedule
from portal.business.schedules.services import HolidayValues
from portal.business.users.models import User
from portal.maintenance.time.export import machine_zone, time_zone
from portal.maintenance.time.services import set_time_zone
from portal.publish.change import By
from portal.publish.snapshot import collect
from telephony.messages.schedules import SetByHand
from telephony.messages.snapshot import ScheduleMode

pytestmark = pytest.mark.django_db
DAY, NIGHT = ScheduleMode.DAY, ScheduleMode.NIGHT
CHRISTMAS = HolidayValues(name="Christmas", first=date(2026, 12, 25), last=date(2026, 12, 25), every_year=True)


@pytest.fixture(autouse=True)
def nothing_by_hand(monkeypatch: pytest.MonkeyPatch) -> dict[int, SetByHand]:
    """What the router keeps in Redis; empty."""
    by_hand: dict[int, SetByHand] = {}
    monkeypatch.setattr(state, "set_by_hand", lambda: by_hand)
    return by_hand


@pytest.fixture
def default() -> Schedule:
    return Schedule.objects.get(number=0)


@pytest.fixture
def client_of_admin(admin: User, as_user: Callable[[User], Any]) -> Client:
    client: Client = as_user(admin)
    return client


def sent(schedule: Schedule, **days: list[tuple[str, str, str, str]]) -> dict[str, Any]:
    """A form as a browser sends it."""
    data: dict[str, Any] = {"row_version": schedule.row_version, "original": "", "description": schedule.description}
    for day in WEEKDAYS:
        rows = days.get(day, [])
        for number, part in enumerate(("start", "end", "mode", "greeting")):
            data[f"{day}-{part}"] = [row[number] for row in rows] + ["", "", "day", "0"][number : number + 1]
    return data


def test_schedule_0_exists_from_installation(default: Schedule) -> None:
    assert (default.description, default.control) == ("Default", "automatic")
    assert [getattr(default, day) for day in WEEKDAYS] == ["08:00-17:00 day 0"] * 5 + [""] * 2
    assert GreetingNames.objects.get().names[:3] == ("Open", "Closed", "")


def test_the_engines_are_told_with_the_zone_and_the_names(default: Schedule, by: By) -> None:
    set_time_zone("Australia/Lord_Howe", by=by)
    services.name_greetings({"greeting_2": "Lunch"}, by=by)
    services.add_holiday(default, CHRISTMAS, by=by)
    snapshot = collect().snapshot
    assert (snapshot.time_zone, snapshot.greetings[:3]) == ("Australia/Lord_Howe", ("Open", "Closed", "Lunch"))
    [entry] = snapshot.schedules
    assert [len(day) for day in entry.days] == [1] * 5 + [0] * 2
    assert entry.holidays[0].name == "Christmas"
    assert entry.holidays[0].every_year


def test_without_a_setting_the_machines_zone_counts(db: None) -> None:
    assert time_zone() == machine_zone()


def test_a_zone_nobody_knows_is_refused(by: By) -> None:
    with pytest.raises(ValidationError, match="Mars/Olympus is no time zone"):
        set_time_zone("Mars/Olympus", by=by)


def test_a_copy_has_the_first_free_number_and_everything_else(default: Schedule, by: By) -> None:
    services.add_holiday(default, CHRISTMAS, by=by)
    copy, change = services.copy_schedule(default, by=by)
    assert (copy.number, copy.description, copy.monday) == (1, "Copy of Default", "08:00-17:00 day 0")
    assert [holiday.name for holiday in copy.holidays.all()] == ["Christmas"]
    assert change.version is not None
    services.copy_schedule(default, by=by)
    services.delete_schedule(copy, by=by)
    assert services.copy_schedule(default, by=by)[0].number == 1


def test_there_are_at_most_a_hundred(default: Schedule, by: By) -> None:
    Schedule.objects.bulk_create(Schedule(number=n, description=f"S {n}") for n in range(1, 100))
    with pytest.raises(ValidationError, match="There are 100 schedules"):
        services.copy_schedule(default, by=by)


def test_a_day_is_copied_to_others_and_only_to_them(default: Schedule, by: By) -> None:
    """S25-T06."""
    three = "08:00-12:00 day 0, 12:00-13:00 day 2, 13:00-17:00 day 0"
    services.modify_schedule(default, {"monday": three}, by=by)
    services.copy_day(default, 0, [1, 4], by=by)
    default.refresh_from_db()
    assert (default.tuesday, default.friday, default.wednesday) == (three, three, "08:00-17:00 day 0")


def test_holidays_are_copied_and_replace_those_of_the_same_dates(default: Schedule, by: By) -> None:
    """S25-T07."""
    one, two, three = (services.copy_schedule(default, by=by)[0] for _ in range(3))
    services.add_holiday(one, CHRISTMAS, by=by)
    new_year = HolidayValues(name="New Year", first=date(2027, 1, 1), last=date(2027, 1, 1))
    services.add_holiday(one, new_year, by=by)
    old = HolidayValues(name="Xmas", first=date(2020, 12, 25), last=date(2020, 12, 25), every_year=True)
    services.add_holiday(two, old, by=by)
    services.copy_holidays(one, [two, three], by=by)
    named = {s.number: {h.name for h in s.holidays.all()} for s in (default, two, three)}
    assert named == {0: set(), 2: {"Christmas", "New Year"}, 3: {"Christmas", "New Year"}}


def test_a_holiday_with_the_same_dates_or_backwards_is_refused_at_its_field(default: Schedule, by: By) -> None:
    services.add_holiday(default, CHRISTMAS, by=by)
    with pytest.raises(ValidationError) as caught:
        services.add_holiday(default, CHRISTMAS, by=by)
    assert caught.value.message_dict["first"] == ["The holiday Christmas has these dates already. Modify that one."]
    backwards = HolidayValues(name="", first=date(2026, 12, 25), last=date(2026, 12, 24))
    with pytest.raises(ValidationError) as caught:
        services.add_holiday(default, backwards, by=by)
    assert set(caught.value.message_dict) == {"name", "last"}


def test_schedule_0_cannot_be_deleted(default: Schedule, by: By, client_of_admin: Client) -> None:
    """S25-T08, its first half."""
    answer = client_of_admin.post(f"/business/schedules/{default.pk}/delete/", {"row_version": default.row_version})
    assert answer.status_code == 409
    assert "Schedule 0 exists from installation" in answer.content.decode()
    assert b"/delete/" not in client_of_admin.get("/business/schedules/").content
    assert Schedule.objects.filter(number=0).exists()
    form = client_of_admin.get(f"/business/schedules/{default.pk}/").content.decode()
    assert "Modify" in form
    assert f"/business/schedules/{default.pk}/delete/" not in form, "no button that only refuses"


def test_the_form_takes_the_rows_of_each_day(default: Schedule, client_of_admin: Client) -> None:
    data = sent(default, monday=[("13", "24:00", "night", "2"), ("0800", "12:30", "day", "0")])
    assert client_of_admin.post(f"/business/schedules/{default.pk}/", data).status_code == 302
    default.refresh_from_db()
    assert default.monday == "08:00-12:30 day 0, 13:00-24:00 night 2"
    assert default.tuesday == ""


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("08:00", "12:00", "day", "0"), ("11:59", "13:00", "day", "2")], "overlap"),
        ([("17:00", "08:00", "night", "1")], "must end after it begins"),
        ([("08:00", "24:01", "day", "0")], "24:01 is no time"),
        ([("08:00", "", "day", "0")], "is no period"),
        ([("noon", "13:00", "day", "0")], "is no period"),
    ],
)
def test_periods_that_cannot_be_are_refused_at_the_day_and_stay_as_typed(
    rows: list[tuple[str, str, str, str]], sentence: str, default: Schedule, client_of_admin: Client
) -> None:
    answer = client_of_admin.post(f"/business/schedules/{default.pk}/", sent(default, friday=rows))
    assert answer.status_code == 422
    assert sentence in " ".join(answer.context["form"].errors["friday"])
    assert f'value="{rows[0][0]}"' in answer.content.decode()
    default.refresh_from_db()
    assert default.friday == "08:00-17:00 day 0"


def test_the_second_of_two_administrators_sees_the_day_the_first_changed(
    default: Schedule, by: By, client_of_admin: Client
) -> None:
    opened = client_of_admin.get(f"/business/schedules/{default.pk}/")
    services.modify_schedule(default, {"monday": "09:00-17:00 day 0"}, by=by)
    data = sent(default, monday=[("10:00", "17:00", "day", "0")]) | {"original": opened.context["original"]}
    answer = client_of_admin.post(f"/business/schedules/{default.pk}/", data)
    assert answer.status_code == 409
    note = answer.context["notes"]["monday"]
    assert (note.mine, note.theirs, note.taken) == ("10:00-17:00 day 0", "09:00-17:00 day 0", False)


def test_greetings_two_to_eight_are_named_and_names_are_unique(client_of_admin: Client) -> None:
    data = {"row_version": 1, "original": "", "greeting_2": "Lunch", "greeting_3": "lunch", "fixed_0": "Hacked"}
    answer = client_of_admin.post("/business/schedules/greetings/", data)
    assert answer.context["form"].errors == {"greeting_3": ["Another greeting is called lunch already."]}
    assert client_of_admin.post("/business/schedules/greetings/", data | {"greeting_3": ""}).status_code == 302
    assert export.greetings()[:4] == ("Open", "Closed", "Lunch", "")


def test_manual_control_begins_with_what_was_chosen(default: Schedule, client_of_admin: Client) -> None:
    """S25-T04, the page's part."""
    data = {"what": "control", "control": "manual", "mode": "day", "greeting": "0"}
    answer = client_of_admin.post(f"/business/schedules/{default.pk}/set/", data)
    assert answer.status_code == 302
    assert "now: Day (greeting Open, manual control" in client_of_admin.get("/business/schedules/").content.decode()
    default.refresh_from_db()
    assert default.since > 0


def test_choosing_automatic_opens_the_calendar(default: Schedule, by: By, client_of_admin: Client) -> None:
    services.set_control(default, "manual", by=by)
    data = {"what": "control", "control": "automatic", "mode": "day", "greeting": "0"}
    answer = client_of_admin.post(f"/business/schedules/{default.pk}/set/", data)
    assert answer["Location"] == f"/business/schedules/{default.pk}/"


def test_setting_by_hand_tells_the_switch_and_shows_its_answer(
    default: Schedule, client_of_admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []

    def ask(task: Any, **arguments: Any) -> Any:
        told.append({"task": task.name, **arguments})
        return {"ok": False, "error": "The switch sleeps.", "call_id": ""}

    monkeypatch.setattr(state, "ask", ask)
    data = {"what": "set", "mode": "night", "greeting": "3"}
    answer = client_of_admin.post(f"/business/schedules/{default.pk}/set/", data, follow=True)
    assert "The switch sleeps." in answer.content.decode()
    assert told == [
        {
            "task": "telephony.tasks.set_schedule",
            "schedule_id": default.pk,
            "mode": "night",
            "greeting": 3,
            "by": "admin",
        }
    ]


def test_the_list_of_a_hundred_schedules_needs_few_queries(default: Schedule, client_of_admin: Client) -> None:
    others = Schedule.objects.bulk_create(
        Schedule(number=n, description=f"S {n}", monday="08:00-12:00 day 0, 13:00-17:00 day 0") for n in range(1, 100)
    )
    Holiday.objects.bulk_create(
        Holiday(schedule=other, name="H", first=date(2026, 1, n), last=date(2026, 1, n))
        for other in others
        for n in range(1, 4)
    )
    with CaptureQueriesContext(connection) as queries:
        assert client_of_admin.get("/business/schedules/").status_code == 200
    assert len(queries) <= 20


def test_a_plain_user_sees_and_changes_nothing(default: Schedule, ann: User, as_user: Callable[[User], Any]) -> None:
    client = as_user(ann)
    for path in ("", f"{default.pk}/", f"{default.pk}/set/", "greetings/", f"{default.pk}/holidays/add/"):
        assert client.get(f"/business/schedules/{path}").status_code == 403
    assert client.post(f"/business/schedules/{default.pk}/copy/").status_code == 403
    assert Schedule.objects.count() == 1
