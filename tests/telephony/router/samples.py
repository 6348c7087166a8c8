"""One message of every kind that crosses between the processes, for the golden files."""

from __future__ import annotations

from typing import Any

from telephony.messages import Wire
from telephony.messages import commands as c
from telephony.messages import events as e
from telephony.messages import workers as w
from telephony.messages.plan import Explanation
from telephony.messages.snapshot import Mailbox, Presence, ScheduleMode
from tests.telephony.numbers.schedules import WORKDAY, holiday, schedule
from tests.telephony.router.office import EMERGENCY_LINE, LINE, credentials, snapshot

CALL = "0f3a5b0c7d9e4c1d8b1f2a3b4c5d6e7f"
LEASE = "9d1c2b3a4f5e6d7c8b9a0f1e2d3c4b5a"
AT = 1767603600.25
WHY = (Explanation(text="Call route of extension 102, presence In Office.", link="/routes/"),)
FACTS: dict[str, Any] = {
    "from_number": "101",
    "from_name": "Ann Archer",
    "from_station": "5111",
    "from_user": 1,
    "to_number": "102",
    "to_name": "Bob Baker",
    "to_user": 2,
    "dialled": "102",
    "call_kind": "internal",
    "mode": "switched",
    "anchor_reason": "",
    "version": 12,
    "why": WHY,
}


def _of_call(kind: type[e.CallEvent], seq: int, **fields: Any) -> Wire:
    return kind(id=f"b00t-{seq}", at=AT + seq, call_id=CALL, seq=seq, **fields)


def _event(kind: type[e.Event], **fields: Any) -> Wire:
    return kind(id="b00t-9", at=AT, **fields)


def _command(kind: type[c.Command], **fields: Any) -> Wire:
    return kind(id="cmd-1", at=AT, by="admin", **fields)


EVENTS: tuple[Wire, ...] = (
    _of_call(e.CallStarted, 1, **FACTS),
    _of_call(e.CallRinging, 2, stations=("5112", "5113")),
    _of_call(e.CallAnswered, 3, by="5112", by_name="Bob Baker"),
    _of_call(e.CallHeld, 4, by="caller"),
    _of_call(e.CallResumed, 5, by="caller"),
    _of_call(e.CallExplained, 6, why=WHY),
    _of_call(e.CallEnded, 7, outcome="answered"),
    _event(
        e.EmergencyCalled,
        call_id=CALL,
        number="911",
        station="5111",
        handset="Desk 5111",
        owner="Ann Archer",
        owner_id=1,
        caller_id="5854215555",
        location="Second floor, north",
        line="Copper",
    ),
    _event(
        e.RegistrationChanged,
        station="5111",
        registered=True,
        expires=AT + 300,
        contact="sip:5111@10.0.0.21:5060",
        source="10.0.0.21:5060",
        user_agent="Phone/1",
    ),
    _event(e.RegistrationRefused, login_id="ann", source="10.0.0.66", reason="Wrong password (REGISTER)."),
    _event(e.SourceBanned, source="10.0.0.66", reason="authentication", until=AT + 300),
    _event(e.SourceLifted, source="10.0.0.66", by="admin"),
    _event(e.PinLocked, extension="101", source="10.0.0.66", until=AT + 300),
    _event(e.MailboxCounted, user_id=2, new=1, old=3),
    _event(e.PinChanged, user_id=2, digest="d" * 64, replaces="c" * 64, made=AT),
    _event(e.PresenceChanged, user_id=2, presence=Presence.ON_VACATION, by="bob"),
    _event(e.ScheduleSet, schedule_id=1, mode=ScheduleMode.NIGHT, greeting=3, made=AT, by="paula"),
    _event(e.VersionInForce, version=12),
    _event(e.EngineState, part="switch", up=False, text="The switch is not connected."),
    _event(
        e.StateReported,
        calls=(e.CallState(call_id=CALL, seq=3, started=AT, answered=AT + 3, answered_by="5112", **FACTS),),
        registrations=(e.RegistrationState(station="5111", expires=AT + 300),),
        bans=(e.BanState(source="10.0.0.66", reason="authentication", until=AT + 300),),
        engines=(e.EnginePart(part="switch", up=True),),
        version=12,
    ),
)
COMMANDS: tuple[Wire, ...] = (
    _command(c.Originate, from_extension="101", to="102"),
    _command(c.EndCall, call_id=CALL),
    _command(c.SendToVoicemail, call_id=CALL),
    _command(c.RingHandset, station="5112"),
    _command(c.LiftBan, source="10.0.0.66"),
    _command(c.UnlockPin, extension="101"),
    _command(c.MailboxChanged, user_id=2),
    _command(c.SetPresence, user_id=2, presence="on_vacation"),
    _command(c.SetSchedule, schedule_id=1, mode=ScheduleMode.NIGHT, greeting=3),
    _command(c.ReportState),
    c.Reply(id="cmd-1", ok=False, error="The call has ended already."),
)
APPS: tuple[Wire, ...] = (
    w.TakeMessage(
        user_id=2,
        extension="102",
        user_name="Bob Baker",
        mailbox=Mailbox(operator_extension="100"),
        from_number="101",
        from_name="Ann Archer",
        busy=True,
    ),
    w.MessageCenter(extension="102", source="10.0.0.21", extension_digits=3),
    w.OriginateApp(first="101", first_token="token-1", second="102", second_token="token-2"),
    w.BridgeApp(to="95551212", token="token-4"),
    w.PickUpApp(),
    w.TestRing(station="5112", token="token-3"),
    w.AttendantApp(
        number=1,
        greeting=0,
        recordings=("0", "c"),
        dial_by_name=True,
        default_extension="100",
        shortcuts={"0": "0", "2": "432"},
        people=(w.Listed(first_name="Bob", last_name="Baker", extension="102"),),
    ),
    w.Announcement(prompts=("vm-goodbye",)),
)
MEDIA: tuple[Wire, ...] = (
    w.WorkerHello(
        worker=0,
        pid=4711,
        address="127.70.80.10:5060",
        sessions=(w.Session(lease=LEASE, call_id=CALL, app="voicemail", legs=1),),
    ),
    w.SupervisorHello(pid=4700, running=4, maximum=64),
    w.WorkerDied(worker=0, status=-6),
    w.WorkerWorn(worker=0),
    w.SessionEnded(lease=LEASE, reason="hung up"),
    w.CheckPin(ask="a1", lease=LEASE, extension="102", pin="1102"),
    w.ChangePin(ask="a3", lease=LEASE, pin="246801"),
    w.AskCall(ask="a2", lease=LEASE, digits="102"),
    w.MailboxTouched(user_id=2),
    w.PresenceChosen(lease=LEASE, user_id=2, presence=Presence.AT_HOME),
    w.LegState(lease=LEASE, leg="first", state="answered", code=200),
    w.Lease(lease=LEASE, call_id=CALL, app=w.MessageCenter(extension="102")),
    w.EndSession(lease=LEASE),
    w.PinChecked(ask="a1", ok=True, user_id=2, name="Bob Baker", extension="102"),
    w.PinSet(ask="a3", ok=True),
    w.CallGranted(ask="a2", to="102", token="token-5"),
    w.Grow(workers=6),
    w.Recycle(),
)
SCHEDULED = {
    "time_zone": "America/New_York",
    "schedules": (schedule(WORKDAY, holidays=(holiday("Labor Day", "2026-09-07", says="00:00-24:00 night 3"),)),),
    "greetings": ("Open", "Closed", "Lunch", "3-day weekend", "", "", "", "", ""),
}
CONFIGURATION: tuple[Wire, ...] = (
    snapshot(version=12, lines=[LINE, EMERGENCY_LINE]).model_copy(update=SCHEDULED),
    credentials(12),
)
ALL = (*EVENTS, *COMMANDS, *APPS, *MEDIA, *CONFIGURATION)
