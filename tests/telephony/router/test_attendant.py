"""The way to an auto attendant and on from it: S26-01, S26-02, S26-07."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from telephony.messages.plan import Mode
from telephony.messages.snapshot import AttendantEntry, ScheduleMode
from telephony.messages.workers import AskCall, AttendantApp
from telephony.numbers.schedule import Setting
from telephony.router.applications import NoApplication, application, attendant
from telephony.router.chosen import grant_call
from telephony.router.decide import decide
from telephony.router.index import SnapshotIndex, build
from telephony.router.invite import Facts
from telephony.router.leases import Grant
from telephony.router.live import Call, Leg, LiveState
from telephony.router.schedules import Schedules
from telephony.router.tokens import Tokens
from tests.telephony.router.office import ANNS, BOBS, LINE, invite, snapshot

SALES = AttendantEntry(number=1, description="Sales", schedule_id=3, link="/phone-system/auto-attendants/1/")
SUPPORT = AttendantEntry(number=2, description="Support", directory_order="name", shortcuts={"1": "431"})
OPEN = Setting(ScheduleMode.DAY, 0)
HOME = Facts(registered={ANNS: 1, BOBS: 1})


def office(**line: Any) -> SnapshotIndex:
    made = snapshot(lines=[LINE.model_copy(update=line)] if line else [])
    users = tuple(
        user.model_copy(update={"attendants": (1, 2), "first_name": first, "last_name": last})
        for user, (first, last) in zip(
            made.users, (("Ann", "Zander"), ("Bob", "Baker"), ("Cid", "Chandler")), strict=True
        )
    )
    return build(made.model_copy(update={"attendants": (SALES, SUPPORT), "users": users, "default_attendant": 2}))


@pytest.mark.parametrize(("dialled", "key"), [("431", "attendant/1"), ("432", "attendant/2"), ("400", "attendant/2")])
def test_an_attendant_is_dialled_by_its_number_and_the_default_one_by_400(dialled: str, key: str) -> None:
    plan = decide(office(), HOME, invite(dialled))
    assert plan.steps[0].ask == key
    assert (plan.mode, plan.anchor_reason) == (Mode.ANCHORED, "attendant")


def test_an_attendant_that_is_not_there_is_refused_with_a_sentence() -> None:
    plan = decide(office(), HOME, invite("437"))
    assert plan.steps[0].code == 404
    assert plan.why[-1].text == "There is no auto attendant 7."


def test_a_line_can_lead_to_an_attendant() -> None:
    """S26-02, A-013."""
    plan = decide(office(destination="431"), HOME, invite("5854213850", kind="line", station="", line_id=7))
    assert plan.steps[0].ask == "attendant/1"
    assert plan.kind == "inbound"


def test_the_worker_is_told_the_greeting_of_the_moment_and_the_people_in_their_order() -> None:
    index = office()
    app = attendant(index, SALES, Setting(ScheduleMode.NIGHT, 1))
    assert (app.greeting, app.open) == (1, False)
    assert [one.extension for one in app.people] == ["101", "102", "103"]
    assert [one.last_name for one in attendant(index, SUPPORT, OPEN).people] == ["Baker", "Chandler", "Zander"]


def test_the_schedule_of_the_attendant_is_asked() -> None:
    asked: list[int] = []

    def setting_of(schedule: int) -> Setting:
        asked.append(schedule)
        return OPEN

    facts: dict[str, Any] = {"from_number": "101", "from_name": "Ann", "source": "10.0.0.2:5060", "presence_of": {}}
    found = application(office(), "attendant/1", setting_of=setting_of, **facts)
    assert isinstance(found, AttendantApp)
    assert asked == [3]
    assert isinstance(application(office(), "attendant/9", setting_of=setting_of, **facts), NoApplication)


# -- the caller chose a number ---------------------------------------------------------------------
class Talk:
    """A call that an attendant holds, and the router around it."""

    def __init__(self, index: SnapshotIndex, **leg: Any) -> None:
        self.live, self.tokens = LiveState(), Tokens()
        self.call = self.live.add_call(Call(call_id="c1", index=index, at=0.0))
        self.call.facts = {"from_number": "5855550100", "from_name": "Carla"}
        self.live.add_leg(Leg(cid="a", call=self.call, cseq=1, lease="L", **leg))
        self.router: Any = SimpleNamespace(live=self.live, tokens=self.tokens, schedules=Schedules())
        self.grant = Grant(lease="L", call_id="c1", app="attendant", worker=0, at=0.0)

    def ask(self, digits: str, grant: Grant | None = None) -> Any:
        return grant_call(self.router, AskCall(ask="L:1", lease="L", digits=digits), grant or self.grant)


async def test_an_outside_caller_reaches_an_extension_as_who_he_is() -> None:
    talk = Talk(office(destination="431"), line_id=7)
    granted = talk.ask("102")
    token = talk.tokens.known[granted.token]
    assert granted.to == "102"
    assert token.origin is not None
    plan = decide(talk.call.index, HOME, token.origin)
    assert plan.steps[0].targets[0].aor == BOBS
    assert plan.caller_number == "5855550100"


async def test_a_phone_of_the_office_keeps_its_name_and_is_not_busy_to_itself() -> None:
    talk = Talk(office(), station=ANNS)
    granted = talk.ask("102")
    token = talk.tokens.known[granted.token]
    assert token.origin is not None
    plan = decide(talk.call.index, HOME, token.origin)
    assert (plan.caller_name, plan.callee_number) == ("Ann Archer", "102")


@pytest.mark.parametrize("digits", ["95551212", "911", "404", "6102", "7101", "5112", "+15855551212", "", "abc"])
async def test_nothing_outside_and_nobodys_messages_can_be_chosen(digits: str) -> None:
    granted = Talk(office(destination="431"), line_id=7).ask(digits)
    assert (granted.token, granted.attendant) == ("", None)
    assert granted.reason


async def test_an_extension_that_is_not_there_is_said_not_dialled() -> None:
    assert Talk(office(), station=ANNS).ask("199").reason == "There is no extension 199."


async def test_another_attendant_is_handed_over() -> None:
    granted = Talk(office(), station=ANNS).ask("431")
    assert granted.attendant is not None
    assert (granted.attendant.number, granted.token) == (1, "")


async def test_a_call_nobody_knows_is_granted_nothing() -> None:
    stranger = Grant(lease="X", call_id="gone", app="attendant", worker=0, at=0.0)
    assert Talk(office(), station=ANNS).ask("102", stranger).reason == "The call is not known."
