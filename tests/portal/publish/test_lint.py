"""The lint, on snapshots made by hand, and what it refuses through the services."""

from __future__ import annotations

import hmac

import pytest
from django.test import Client

from portal.business.users import services as users
from portal.business.users.models import User
from portal.phone_system.extensions.models import CallRoute, Destination
from portal.phone_system.handsets import services as handsets
from portal.phone_system.outside_lines import services as outside_lines
from portal.publish import versions
from portal.publish.change import By
from portal.publish.errors import Refused
from portal.publish.lint import Severity, lint, refuse_new_errors
from telephony.messages.snapshot import (
    AppearanceEntry,
    Attempt,
    Credentials,
    DestinationKind,
    DidBlock,
    DidNumber,
    DidPlan,
    ExtensionEntry,
    Finally,
    FinallyKind,
    Mailbox,
    OutsideLine,
    PinCredential,
    Presence,
    Route,
    ScheduleEntry,
    ScheduleMode,
    SchedulePeriod,
    Snapshot,
    UserEntry,
)
from telephony.messages.snapshot import Destination as Target

CARRIER = OutsideLine(line_id=1, description="Carrier", target="sip:carrier.example:5060", emergency=True)


def extension(number: str, *, to: str = "", then: Finally | None = None, user_id: int | None = None) -> ExtensionEntry:
    targets = (Target(kind=DestinationKind.EXTENSION, value=to),) if to else ()
    route = Route(
        attempts=(Attempt(destinations=targets),) if targets else (),
        finally_=then or Finally(kind=FinallyKind.HANG_UP),
        link=f"/route/{number}",
    )
    return ExtensionEntry(number=number, user_id=user_id, routes={Presence.IN_OFFICE: route}, link=f"/ext/{number}")


def snapshot(*extensions: ExtensionEntry, lines: tuple[OutsideLine, ...] = (CARRIER,), stations: str = "") -> Snapshot:
    appearances = tuple(
        AppearanceEntry(station=station, handset_id=1, line=1, description="Desk") for station in stations.split()
    )
    users = (UserEntry(user_id=1, username="ann", name="Ann", extension="101", mailbox=Mailbox(enabled=False)),)
    return Snapshot(
        version=1, at="", realm="r", users=users, extensions=extensions, appearances=appearances, outside_lines=lines
    )


def texts(found: Snapshot, severity: Severity = Severity.ERROR) -> list[str]:
    return [finding.text for finding in lint(found).findings if finding.severity is severity]


def test_a_sound_office_has_no_errors() -> None:
    assert texts(snapshot(extension("101", to="102"), extension("102"), stations="5111")) == []


def test_a_route_that_names_what_does_not_exist_is_an_error() -> None:
    assert texts(snapshot(extension("101", to="199"))) == [
        "The call route of extension 101 rings extension 199, which does not exist."
    ]
    lost = Finally(kind=FinallyKind.VOICEMAIL, value="150")
    assert texts(snapshot(extension("101", then=lost))) == [
        "The call route of extension 101 ends at extension 150, which does not exist."
    ]


def test_voicemail_of_nobody_is_an_error_and_a_switched_off_one_a_warning() -> None:
    system = Finally(kind=FinallyKind.VOICEMAIL, value="200")
    assert texts(snapshot(extension("101", then=system), extension("200"))) == [
        "The call route of extension 101 ends in the voicemail of extension 200, which belongs to nobody."
    ]
    off = snapshot(extension("101", then=Finally(kind=FinallyKind.VOICEMAIL, value="101"), user_id=1), stations="5111")
    assert texts(off) == []
    assert "Extension 101 ends in the voicemail of 101, which is switched off." in texts(off, Severity.WARNING)


def test_a_circle_is_found_once_whatever_its_length_and_kind_of_step() -> None:
    back = Finally(kind=FinallyKind.EXTENSION, value="101")
    circle = snapshot(extension("101", to="102"), extension("102", to="103"), extension("103", then=back))
    assert texts(circle) == ["Extensions 101, 102, 103 send their calls round in a circle."]
    assert texts(snapshot(extension("101", to="101"))) == ["Extension 101 sends its calls back to itself."]
    tail = snapshot(extension("100", to="101"), extension("101", to="102"), extension("102", to="101"))
    assert texts(tail) == ["Extensions 101, 102 send their calls round in a circle."]


def test_only_new_errors_refuse() -> None:
    broken = snapshot(extension("101", to="199"))
    worse = snapshot(extension("101", to="199"), extension("102", to="198"))
    refuse_new_errors(lint(broken), lambda: lint(broken))
    with pytest.raises(Refused) as refused:
        refuse_new_errors(lint(worse), lambda: lint(broken))
    assert [(reason.text, reason.link) for reason in refused.value.reasons] == [
        ("The call route of extension 102 rings extension 198, which does not exist.", "/route/102")
    ]


def test_no_emergency_line_is_red_but_refuses_only_when_a_handset_loses_its_path() -> None:
    bare, with_phone = snapshot(lines=()), snapshot(lines=(), stations="5111")
    refuse_new_errors(lint(with_phone), lambda: lint(bare))  # a fresh box adds a handset
    refuse_new_errors(lint(bare), lambda: lint(snapshot()))  # nobody has a phone yet
    refuse_new_errors(lint(bare), lambda: lint(snapshot(stations="5111")))  # line and phone go together
    with pytest.raises(Refused, match=r"Desk \(5111\) without an outside line"):
        refuse_new_errors(lint(with_phone), lambda: lint(snapshot(stations="5111")))
    assert texts(with_phone) == ["No outside line carries emergency calls: nobody can reach 911 from this system."]


def test_a_fresh_box_adds_handsets_and_shows_the_red_line(by: By, admin: User) -> None:
    handsets.add_generic_handset(handsets.NewHandset(description="Desk", login_id="d", password="secret"), by=by)
    assert [finding.key for finding in versions.findings()] == ["emergency.no_line"]
    outside_lines.add_outside_line({"description": "Carrier", "host": "carrier.example", "emergency": True}, by=by)
    assert versions.findings() == ()


def test_a_new_number_for_an_extension_that_a_route_names_is_refused_with_the_way_there(
    by: By, ann: User, bob: User
) -> None:
    target = Destination.objects.get(attempt__route__extension__user=bob, attempt__route__presence="in_office")
    target.kind, target.value = DestinationKind.EXTENSION.value, "101"
    target.save()
    with pytest.raises(Refused) as refused:
        users.modify_user(ann, {}, by=by, extension="150")
    [reason] = refused.value.reasons
    assert reason.text == "The call route of extension 102 rings extension 101, which does not exist."
    assert reason.link.endswith("/routes/in_office/")
    assert User.objects.get(pk=ann.pk).extension.number == "101"


def test_a_new_extension_number_takes_the_own_voicemail_along(by: By, ann: User) -> None:
    users.modify_user(ann, {}, by=by, extension="150")
    finallies = CallRoute.objects.filter(extension__user=ann).values_list("finally_value", flat=True)
    assert set(finallies) == {"150"}


def keys(found: Snapshot) -> set[str]:
    return {finding.key for finding in lint(found).findings}


def test_a_number_of_the_carrier_that_leads_nowhere_is_an_error() -> None:
    plan = DidPlan(
        plan_id=1,
        description="Main",
        default_extension="199",
        numbers=(DidNumber(number="5850", extension="198"), DidNumber(number="7000", extension="101")),
    )
    block = DidBlock(block_id=1, first="5850", count=10, plan_id=1)
    line = CARRIER.model_copy(update={"destination": "197"})
    found = snapshot(extension("101"), lines=(line,)).model_copy(update={"did_blocks": (block,), "did_plans": (plan,)})
    assert texts(found) == [
        "The DID number 5850 goes to extension 198, which does not exist.",
        "The default extension 199 of DID routing plan Main does not exist.",
        "Calls on outside line Carrier go to 197, which does not exist.",
    ]
    assert {"did.unreachable.1.7000", "did.no_line.1"} <= keys(found)


def test_an_extension_that_rings_nobody_and_hangs_up_is_a_dead_end() -> None:
    dead = snapshot(extension("101", user_id=1), extension("102", to="103"), extension("103"))
    assert [finding.text for finding in lint(dead).findings if "dead_end" in finding.key] == [
        "Extension 101 is a dead end at presence in office: it rings no phone and hangs up.",
        "Extension 103 is a dead end: it rings no phone and hangs up.",
    ]


def test_an_attempt_that_rings_nobody_is_unreachable() -> None:
    empty = extension("101").model_copy(
        update={"routes": {Presence.IN_OFFICE: Route(attempts=(Attempt(destinations=()),))}}
    )
    assert "route.unreachable.101.in_office.1" in keys(snapshot(empty))


def test_a_schedule_with_a_hole_between_two_periods_is_found_and_a_closed_day_is_not() -> None:
    def period(start: int, end: int) -> SchedulePeriod:
        return SchedulePeriod(start=start * 60, end=end * 60, mode=ScheduleMode.DAY, greeting=0)

    torn, whole = (period(8, 12), period(13, 17)), (period(8, 12), period(12, 17))
    schedule = ScheduleEntry(
        schedule_id=1, number=0, description="Default", days=(torn, *[whole] * 4, (), ()), link="/schedule/"
    )
    found = snapshot().model_copy(update={"schedules": (schedule,)})
    [hole] = [finding for finding in lint(found).findings if finding.key.startswith("schedule.hole")]
    assert hole.text == (
        "Schedule Default has a hole on Monday from 12:00 to 13:00: no period covers it, so it is Night with greeting "
        "1."
    )
    assert (hole.severity, hole.field, hole.link) == (Severity.WARNING, "monday", "/schedule/")


def test_a_pin_like_1234_and_a_mailbox_without_one_are_found_and_named() -> None:
    def person(number: int, name: str) -> UserEntry:
        return UserEntry(user_id=number, username=name, name=name, extension=f"10{number}", link=f"/users/{number}/")

    def pin(number: int, text: str) -> PinCredential:
        digest = hmac.digest(b"k", f"{number}:{text}".encode(), "sha256").hex()
        return PinCredential(extension=f"10{number}", user_id=number, digest=digest)

    office = snapshot().model_copy(update={"users": tuple(person(n, x) for n, x in enumerate("ABCDE", 1))})
    credentials = Credentials(
        version=1, pin_key=b"k", pins=(pin(1, "1234"), pin(2, "102"), pin(3, "8261"), pin(4, "0000"))
    )
    found = {finding.key: finding for finding in lint(office, credentials).findings}
    assert found["pin.easy"].text.startswith("A, B, D have a PIN that is guessed at once")
    assert found["pin.easy"].at == ("/users/1/", "/users/2/", "/users/4/")
    assert found["mailbox.closed"].text == "Nobody can open the mailbox of E on a telephone: there is no PIN."
    assert not any(key.startswith(("pin.", "mailbox.closed")) for key in keys(office)), "without credentials"


def test_a_weak_pin_is_gone_from_home_when_it_was_changed(by: By, ann: User) -> None:
    users.modify_user(ann, {}, by=by, pin="1234")
    assert "pin.easy" in {finding.key for finding in versions.findings()}
    users.modify_user(ann, {}, by=by, pin="8261")
    assert "pin.easy" not in {finding.key for finding in versions.findings()}


def test_what_is_found_stands_at_its_field_and_on_home(by: By, ann: User, admin: User, client: Client) -> None:
    users.modify_user(ann, {}, by=by, pin="1234")
    client.force_login(admin, backend="portal.access.backend.UsernameBackend")
    page = client.get(f"/business/users/{ann.pk}/").content.decode()
    at_pin = page.split('id="id_pin"', 1)[1].split('id="id_confirm_pin"', 1)[0]
    assert "a PIN that is guessed at once" in at_pin
    assert "a PIN that is guessed at once" in client.get("/").content.decode()
    users.modify_user(ann, {}, by=by, pin="8261")
    assert "guessed at once" not in client.get(f"/business/users/{ann.pk}/").content.decode()
