"""Each setting of an outside line, seen by its carrier (13.3.2); and what happens when the first line is dead. One
house with three carriers; the settings change between calls as they do in an office, with a new version of the
configuration.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from ops.softphone.message import media_of
from telephony.messages.dialing import (
    AuditPinDialing,
    ExternalDialing,
    ExternalRule,
    PrivilegesGroup,
    ServiceGroup,
    SpeedDialEntry,
)
from telephony.messages.snapshot import OutsideLine
from tests.harness.carrier import Carrier, CarrierCall
from tests.harness.place import Place
from tests.telephony.router.engine import Engine
from tests.telephony.router.office import ANN, ANNS, BOBS, snapshot

pytestmark = pytest.mark.telephony
FIRST, SECOND = 7, 8


class Office:
    """The engine, with a way to change the lines and what may be dialled."""

    def __init__(self, engine: Engine, first: Carrier, second: Carrier) -> None:
        self.engine, self.first, self.second = engine, first, second
        self.version = 1
        self.ann = engine.phone("ann", ANNS)
        self.bob = engine.phone("bob", BOBS)

    def set(self, *, second: dict[str, Any] | None = None, office: dict[str, Any] | None = None, **first: Any) -> None:
        """The lines with these settings are in force when this returns."""
        self.version += 1
        lines = (
            line(FIRST, self.first, **first),
            line(SECOND, self.second, **(second or {})),
        )
        made = snapshot(version=self.version, lines=lines, ring_seconds=0.5)
        users = tuple(
            user.model_copy(update={"caller_id_name": "Ann A.", "caller_id_number": "5855550101"})
            if user.user_id == ANN
            else user
            for user in made.users
        )
        plan = {"home_area_code": "585", "groups": (ServiceGroup(group_id=3, description="Both", line_ids=(7, 8)),)}
        external = ExternalDialing(**{**plan, **(office or {}).pop("external", {})})
        self.engine.publish(made.model_copy(update={"users": users, "external": external, **(office or {})}))
        self.engine.event("version.in_force", version=self.version)

    def dial(self, digits: str, *, at: Carrier | None = None, code: int = 486) -> CarrierCall:
        """Ann dials; the carrier's call, refused at the end of it."""
        call = self.ann.invite(digits, rtp=False)
        far = (at or self.first).take()
        far.reply(code)
        assert call.final().code == code
        return far


def line(number: int, carrier: Carrier, **more: Any) -> OutsideLine:
    settings = {"description": f"Line {number}", "target": carrier.target, "caller_id": f"585421385{number}", **more}
    return OutsideLine(line_id=number, destination=settings.pop("destination", "102"), **settings)


@pytest.fixture(scope="module")
def place() -> Place:
    return Place({"SWITCHROOM_MEDIA_WARM": "3", "SWITCHROOM_MEDIA_MAX": "4"})


@pytest.fixture(scope="module")
def office(place: Place) -> Iterator[Office]:
    with (
        Carrier(place.phone_address(), place.instance.sip) as first,
        Carrier(place.phone_address(), place.instance.sip) as second,
        Engine(snapshot(lines=[line(FIRST, first)], ring_seconds=0.5), media=3, place=place) as engine,
    ):
        yield Office(engine, first, second)


def test_the_number_is_written_as_the_carrier_wants_it(office: Office) -> None:
    """A-076, S13-32, S13-33, S13-38, S13-45; the number stands in the request URI and in To."""
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"e164": True}, "98005551212", "+18005551212"),
        ({}, "91234567", "15851234567"),
        ({"as_dialed": True}, "91234567", "1234567"),
        ({"digits_sent": 4}, "915855551212", "1212"),
        ({"prefix": "9"}, "915855551212", "915855551212"),
    )
    for settings, dialled, sent in cases:
        office.set(**settings)
        far = office.dial(dialled)
        assert far.request.uri.startswith(f"sip:{sent}@"), settings
        assert far.request.get("To").startswith(f"<sip:{sent}@{office.first.address}>"), settings


def test_the_caller_is_shown_as_the_line_says(office: Office) -> None:
    """S13-27, S13-28, S13-48, S13-49: nothing of the caller leaves the house that no setting lets out."""
    address = office.first.address
    office.set()
    far = office.dial("95551212")
    assert far.request.get("From").startswith(f"<sip:5854213857@{address}>")
    assert not far.request.get("P-Asserted-Identity")
    assert not far.request.get("Diversion")
    assert ";rport" in far.request.get("Via")  # S13-47
    office.set(caller_id_name="Archer Ltd", identity=True, diversion="always")
    far = office.dial("95551212")
    assert far.request.get("From").startswith(f'"Archer Ltd" <sip:5854213857@{address}>')
    assert far.request.get("P-Asserted-Identity") == f"<sip:5854213857@{address}>"
    assert far.request.get("Diversion").startswith(f"<sip:5854213857@{address}>")
    office.set(caller_id_name="Archer Ltd", handset_name=True, handset_number=True, diversion="on_redirect")
    far = office.dial("95551212")
    assert far.request.get("From").startswith(f'"Ann A." <sip:5855550101@{address}>')
    assert not far.request.get("Diversion")


def test_the_account_in_the_request_uri_and_the_number_in_to(office: Office) -> None:
    """S13-51."""
    office.set(request_user="account", user_id="office77")
    far = office.dial("918005551212")
    assert far.request.uri.startswith("sip:office77@")
    assert far.request.get("To").startswith("<sip:18005551212@")


def test_requests_go_to_the_outbound_proxy(office: Office) -> None:
    """S13-25: the second carrier is the first one's proxy."""
    office.set(outbound_proxy=office.second.target)
    far = office.dial("95551212", at=office.second)
    assert far.request.uri.startswith(f"sip:15855551212@{office.first.address}")


def test_the_codecs_offered_are_those_of_the_line(office: Office) -> None:
    """S13-52: 0 and 8 are G.711, 18 is G.729."""
    for codecs, offered in (("g711", [0, 8]), ("g711_g729", [0, 8, 18]), ("g729_g711", [18, 0, 8])):
        office.set(codecs=codecs)
        payloads = media_of(office.dial("95551212").request.body).payloads
        assert [one for one in payloads if one < 96] == offered, codecs


def test_early_media_is_heard_only_where_it_is_enabled(office: Office) -> None:
    """S13-42."""
    for enabled, told in ((False, 180), (True, 183)):
        office.set(early_media=enabled)
        call = office.ann.invite("95551212")
        far = office.first.take()
        far.early()
        answer = call.expect(told)
        assert bool(answer.body) is enabled
        far.reply(486)
        assert call.final().code == 486


def test_the_next_line_takes_the_call_when_the_first_is_full_busy_or_dead(office: Office) -> None:
    """A-072, S14-14; a dead line costs at most four seconds."""
    both = {"external": {"long_distance": 3}}
    office.set(max_calls=1, second={"max_calls": 1}, office=dict(both))
    one = office.ann.invite("915855551212")
    first = office.first.take()
    two = office.bob.invite("915855551213", rtp=False)
    second = office.second.take()
    three = office.engine.phone("lobby", "5119").invite("915855551214", rtp=False)
    assert three.final().code == 503
    for call, far in ((one, first), (two, second)):
        far.reply(486)
        assert call.final().code == 486
    office.set(office=dict(both))
    call = office.ann.invite("915855551212", rtp=False)
    office.first.take().reply(503)
    far = office.second.take()
    assert far.request.get("From").startswith("<sip:5854213858@")
    far.reply(486)
    assert call.final().code == 486
    with Carrier(office.engine.place.phone_address(), office.engine.instance.sip) as gone:
        dead = gone.target
    office.set(target=dead, office=dict(both))
    begun = time.monotonic()
    call = office.ann.invite("915855551212", rtp=False)
    far = office.second.take(8)
    print(f"failover after {time.monotonic() - begun:.2f} s")
    assert office.engine.event("engine.state", part="line 7", up=False)["text"]
    far.reply(486)
    assert call.final().code == 486


def test_privileges_and_pins_and_speed_dials_with_real_calls(office: Office) -> None:
    """A-073, A-074, S14-14 (No Devices), S18-T11, S13-61."""
    toll = PrivilegesGroup(group_id=1, description="Toll", blocked=("1",), exceptions=("1800",), default=True)
    dials = (SpeedDialEntry(entry=0, description="Order", target="918005551212"),)
    rules = (ExternalRule(leading="555", total=7, group=4),)
    groups = (
        ServiceGroup(group_id=3, description="Both", line_ids=(7, 8)),
        ServiceGroup(group_id=4, description="No Devices"),
        ServiceGroup(group_id=5, description="Hub", line_ids=(8,)),
    )
    external = {"rules": rules, "groups": groups, "enterprise": 5}
    pins = AuditPinDialing(length=5, verify=False, group=5)
    office.set(
        second={"as_dialed": True},
        office={"privileges": (toll,), "speed_dials": dials, "external": external, "audit_pins": pins},
    )
    assert office.ann.invite("915855551212", rtp=False).final().code == 403
    assert office.ann.invite("+15855551212", rtp=False).final().code == 403
    assert office.dial("918005551212").request.uri.startswith("sip:18005551212@")
    assert office.ann.invite("95551212", rtp=False).final().code == 503  # No Devices
    assert office.dial("350").request.uri.startswith("sip:18005551212@")
    assert office.dial("81234", at=office.second).request.uri.startswith("sip:1234@")
    far = office.dial("78777774441234", at=office.second)  # any code of five digits
    assert far.request.uri.startswith("sip:4441234@")
    assert office.engine.event("call.started", dialled="78•••••4441234")["audit_pin"] == "77777"


def let_go(call: CarrierCall) -> None:
    """The mailbox takes the refused call; whoever stays on the line keeps two of the four workers busy."""
    call.expect(200, 8)
    call.ack()
    call.bye()


def test_who_calls_from_outside_is_who_the_line_says_and_nobody_when_he_hides(office: Office) -> None:
    """S13-48, S13-100, A-078, S13-50."""
    office.set(identity=True, office={"anonymous_destination": "101"})
    asserted = (("P-Asserted-Identity", '"Zoe Z." <sip:5850999@carrier.example>'),)
    call = office.first.call("5854213850", caller="5850001", name="Other", headers=asserted)
    incoming = office.bob.incoming()
    assert incoming.request.get("From").startswith('"Zoe Z." <sip:5850999@switchroom>')
    incoming.reply(603)
    let_go(call)
    for headers, caller in (((("Privacy", "id"),), "5850001"), ((), "anonymous")):
        call = office.first.call("5854213850", caller=caller, headers=(*asserted, *headers))
        incoming = office.ann.incoming()
        assert "5850" not in incoming.request.get("From")
        incoming.reply(603)
        let_go(call)


def test_calls_of_a_line_go_straight_to_a_mailbox(office: Office) -> None:
    """S13-97."""
    office.set(voicemail="102", destination="")
    call = office.first.call("5854213850")
    call.expect(200, 8)
    call.ack()
    call.rtp.wait_sound(6)
    call.bye()
