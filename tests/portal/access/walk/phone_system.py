"""Probes: Phone System."""

from __future__ import annotations

from portal.live.consumers import HandsetsConsumer
from portal.phone_system.audit_pin_codes.export import digest_of
from portal.phone_system.audit_pin_codes.models import AuditPinCode, AuditPinSettings
from portal.phone_system.auto_attendants.models import AutoAttendant
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.outside_lines.models import AnonymousCalls, OutsideLine
from portal.phone_system.service_groups.models import ServiceGroup
from portal.phone_system.speed_dial.models import SpeedDialNumber
from portal.publish.change import By, change
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

EXTENSIONS, HANDSETS, LINES = "Phone System > Extensions", "Phone System > Handsets", "Phone System > Outside Lines"
NEW_PHONE = {"description": "New phone", "login_id": "new-sip", "password": "sip secret"}
DIALS = "/phone-system/speed-dial/"
NEW_DIAL = {"entry": 3, "description": "Order", "target": "9 1 800 555 1212"}
AUDIT, CODES = "Phone System > Audit PIN Codes", "/phone-system/audit-pin-codes/"
NEW_CODE = {"pin": "13579", "description": "Courier"}
DIAL_PLAN, PLAN = "Phone System > Dial Plan", "/phone-system/dial-plan/"
GROUPS = f"{PLAN}service-groups/"
LINES_AT = "/phone-system/outside-lines/"
NEW_LINE = {"description": "Other provider", "host": "127.0.0.10"}
LIST = "/phone-system/handsets/"
ATTENDANTS = "/phone-system/auto-attendants/"


def _routes(office: Office) -> str:
    return f"/phone-system/extensions/{office.victim.extension.pk}/"


def _line(office: Office, rest: str = "") -> str:
    return f"/phone-system/handsets/lines/{office.line.pk}/{rest}"


def _gateway(rest: str = "") -> str:
    line, _ = OutsideLine.objects.get_or_create(description="Box", host="127.0.0.8", kind="sip_gateway")
    return f"{LINES_AT}gateways/{line.pk}/{rest}"


def _dial(rest: str = "", *, at: str = DIALS) -> str:
    row, _ = SpeedDialNumber.objects.get_or_create(entry=7, defaults={"description": "Old", "target": "102"})
    return f"{at}{row.pk}/{rest}"


def _published(call: Call) -> Call:
    """The office was furnished past the door: there is no version to show before this."""
    with change(By(), "Publish") as work:
        work.republish = True
    return call


def _group() -> ServiceGroup:
    return ServiceGroup.objects.get_or_create(description="Ours")[0]


def _groups(description: str) -> bool:
    return ServiceGroup.objects.filter(description=description).exists()


def _code() -> AuditPinCode:
    row, _ = AuditPinCode.objects.get_or_create(
        digest=digest_of("24680"), defaults={"pin": "24680", "description": "Sales"}
    )
    return row


def _codes(description: str) -> bool:
    return AuditPinCode.objects.filter(description=description).exists()


def _dials(description: str) -> bool:
    return SpeedDialNumber.objects.filter(description=description).exists()


def _described(office: Office, text: str) -> bool:
    return CallAppearance.objects.get(pk=office.line.pk).description == text


def _attendant(rest: str = "") -> str:
    return f"/phone-system/auto-attendants/{AutoAttendant.objects.get(number=2).pk}/{rest}"


PROBES = (
    Probe(
        name=("Phone System", "Auto Attendants"),
        url=lambda office: Call("GET", ATTENDANTS, shows="Auto Attendants</h1>"),
        button=lambda office: Button("/", f'href="{ATTENDANTS}"'),
        api=lambda office: Call("GET", "/api/v1/auto-attendants/", shows='"count"'),
    ),
    Probe(
        name=("Phone System > Auto Attendants", 'Auto Attendant n "Modify"'),
        url=lambda office: Call(
            "POST",
            _attendant(),
            {"name": "Support"},
            form=_attendant(),
            effect=lambda: AutoAttendant.objects.get(number=2).name == "Support",
        ),
        button=lambda office: Button(ATTENDANTS, f'href="{_attendant()}"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/auto-attendants/{AutoAttendant.objects.get(number=2).pk}/",
            {"description": "Support"},
            json=True,
            effect=lambda: AutoAttendant.objects.get(number=2).name == "Support",
        ),
    ),
    Probe(
        name=("Phone System > Auto Attendants", '"Manage" the custom recordings link'),
        url=lambda office: Call("GET", f"{ATTENDANTS}recordings/", shows="Custom Recordings</h1>"),
        button=lambda office: Button(ATTENDANTS, f'href="{ATTENDANTS}recordings/"'),
    ),
    Probe(
        name=("Phone System", "Extensions"),
        url=lambda office: Call("GET", "/phone-system/extensions/", shows="Extensions</h1>"),
        button=lambda office: Button("/", 'href="/phone-system/extensions/"'),
        api=lambda office: Call("GET", "/api/v1/extensions/", shows='"count"'),
    ),
    Probe(
        name=(EXTENSIONS, 'Extensions "view call routes"'),
        url=lambda office: Call("GET", _routes(office), shows=office.victim.label),
        button=lambda office: Button("/phone-system/extensions/", f'href="{_routes(office)}"'),
    ),
    Probe(
        name=(EXTENSIONS, 'Extensions "username"'),
        button=lambda office: Button("/phone-system/extensions/", f'href="/business/users/{office.victim.pk}/"'),
    ),
    Probe(
        name=("Phone System", "Handsets"),
        url=lambda office: Call("GET", LIST, shows="Handsets</h1>"),
        button=lambda office: Button("/", f'href="{LIST}"'),
        api=lambda office: Call("GET", "/api/v1/handsets/", shows='"count"'),
        socket=HandsetsConsumer,
    ),
    Probe(
        name=(HANDSETS, 'SIP Handsets "add new Generic SIP Handset"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}add/",
            NEW_PHONE,
            form=f"{LIST}add/",
            effect=lambda: Handset.objects.filter(description="New phone").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}add/"'),
        api=lambda office: Call(
            "POST",
            "/api/v1/handsets/",
            NEW_PHONE,
            json=True,
            effect=lambda: Handset.objects.filter(description="New phone").exists(),
        ),
    ),
    Probe(
        name=(HANDSETS, 'SIP Handsets "Modify"'),
        url=lambda office: Call(
            "POST",
            _line(office),
            {"description": "Desk"},
            form=_line(office),
            effect=lambda: _described(office, "Desk"),
        ),
        button=lambda office: Button(LIST, f'href="{_line(office)}"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/handsets/{office.line.handset_id}/",
            {"description": "Desk"},
            json=True,
            effect=lambda: _described(office, "Desk"),
        ),
    ),
    Probe(
        name=(HANDSETS, 'SIP Handsets "Delete"'),
        url=lambda office: Call(
            "POST", _line(office, "delete/"), effect=lambda: not CallAppearance.objects.filter(pk=office.line.pk)
        ),
        button=lambda office: Button(LIST, f'href="{_line(office, "delete/")}"'),
        api=lambda office: Call(
            "DELETE",
            f"/api/v1/handsets/{office.line.handset_id}/",
            json=True,
            effect=lambda: not CallAppearance.objects.filter(pk=office.line.pk),
        ),
    ),
    Probe(
        name=(HANDSETS, 'SIP Handsets "Ring"'),
        url=lambda office: Call("POST", _line(office, "ring/"), shows="rings."),
        button=lambda office: Button(LIST, f'hx-post="{_line(office, "ring/")}"'),
    ),
    Probe(
        name=("Phone System", "Outside Lines"),
        url=lambda office: Call("GET", LINES_AT, shows="Outside Lines</h1>"),
        button=lambda office: Button("/", f'href="{LINES_AT}"'),
        api=lambda office: Call("GET", "/api/v1/outside-lines/", shows='"count"'),
    ),
    Probe(
        name=(LINES, 'SIP Proxies "add new SIP Proxy"'),
        url=lambda office: Call(
            "POST",
            f"{LINES_AT}add/",
            NEW_LINE,
            form=f"{LINES_AT}add/",
            effect=lambda: OutsideLine.objects.filter(description="Other provider").exists(),
        ),
        button=lambda office: Button(LINES_AT, f'href="{LINES_AT}add/"'),
        api=lambda office: Call(
            "POST",
            "/api/v1/outside-lines/",
            NEW_LINE,
            json=True,
            effect=lambda: OutsideLine.objects.filter(description="Other provider").exists(),
        ),
    ),
    Probe(
        name=(LINES, 'SIP Proxies "modify"'),
        url=lambda office: Call(
            "POST",
            f"{LINES_AT}{office.proxy.pk}/",
            {"description": "Renamed"},
            form=f"{LINES_AT}{office.proxy.pk}/",
            effect=lambda: OutsideLine.objects.filter(description="Renamed").exists(),
        ),
        button=lambda office: Button(LINES_AT, f'href="{LINES_AT}{office.proxy.pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/outside-lines/{office.proxy.pk}/",
            {"description": "Renamed"},
            json=True,
            effect=lambda: OutsideLine.objects.filter(description="Renamed").exists(),
        ),
    ),
    Probe(
        name=(LINES, 'SIP Proxies "delete"'),
        url=lambda office: Call(
            "POST",
            f"{LINES_AT}{office.proxy.pk}/delete/",
            effect=lambda: not OutsideLine.objects.filter(pk=office.proxy.pk).exists(),
        ),
        button=lambda office: Button(LINES_AT, f'href="{LINES_AT}{office.proxy.pk}/delete/"'),
        api=lambda office: Call(
            "DELETE",
            f"/api/v1/outside-lines/{office.proxy.pk}/",
            json=True,
            effect=lambda: not OutsideLine.objects.exists(),
        ),
    ),
    Probe(
        name=(LINES, 'SIP Gateways "add new SIP Gateway"'),
        url=lambda office: Call(
            "POST",
            f"{LINES_AT}gateways/add/",
            NEW_LINE,
            form=f"{LINES_AT}gateways/add/",
            effect=lambda: OutsideLine.objects.filter(description="Other provider", kind="sip_gateway").exists(),
        ),
        button=lambda office: Button(LINES_AT, f'href="{LINES_AT}gateways/add/"'),
    ),
    Probe(
        name=(LINES, 'SIP Gateways "modify"'),
        url=lambda office: Call(
            "POST",
            _gateway(),
            {"description": "Renamed"},
            form=_gateway(),
            effect=lambda: OutsideLine.objects.filter(description="Renamed", kind="sip_gateway").exists(),
        ),
        button=lambda office: Button(LINES_AT, f'href="{_gateway()}"'),
    ),
    Probe(
        name=(LINES, 'SIP Gateways "delete"'),
        url=lambda office: Call(
            "POST",
            _gateway("delete/"),
            effect=lambda: not OutsideLine.objects.filter(kind="sip_gateway").exists(),
        ),
        button=lambda office: Button(LINES_AT, f'href="{_gateway("delete/")}"'),
    ),
    Probe(
        name=(LINES, 'Anonymous Call Handling "modify"'),
        url=lambda office: Call(
            "POST",
            f"{LINES_AT}anonymous-calls/",
            {"destination": "104"},
            effect=lambda: AnonymousCalls.objects.filter(destination="104").exists(),
        ),
        button=lambda office: Button(LINES_AT, f'action="{LINES_AT}anonymous-calls/"'),
    ),
    Probe(
        name=("Phone System", "Audit PIN Codes"),
        url=lambda office: Call("GET", CODES, shows="Audit PIN Codes</h1>"),
        button=lambda office: Button("/", f'href="{CODES}"'),
        api=lambda office: Call("GET", "/api/v1/audit-pin-codes/", shows='"count"'),
    ),
    Probe(
        name=(AUDIT, "Audit PIN Codes - add new PIN Code"),
        url=lambda office: Call("POST", f"{CODES}add/", NEW_CODE, effect=lambda: _codes("Courier")),
        button=lambda office: Button(CODES, f'href="{CODES}add/"'),
        api=lambda office: Call(
            "POST", "/api/v1/audit-pin-codes/", NEW_CODE, json=True, effect=lambda: _codes("Courier")
        ),
    ),
    Probe(
        name=(AUDIT, "Audit PIN Codes - modify"),
        url=lambda office: Call(
            "POST",
            f"{CODES}{_code().pk}/",
            {"description": "Courier", "pin": "", "row_version": "1"},
            effect=lambda: _codes("Courier"),
        ),
        button=lambda office: Button(CODES, f'href="{CODES}{_code().pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/audit-pin-codes/{_code().pk}/",
            {"description": "Courier"},
            json=True,
            effect=lambda: _codes("Courier"),
        ),
    ),
    Probe(
        name=(AUDIT, "Audit PIN Codes - Delete"),
        url=lambda office: Call(
            "POST",
            f"{CODES}{_code().pk}/delete/",
            {"row_version": "1"},
            effect=lambda: not _codes("Sales"),
        ),
        button=lambda office: Button(CODES, f'href="{CODES}{_code().pk}/delete/"'),
        api=lambda office: Call(
            "DELETE",
            f"/api/v1/audit-pin-codes/{_code().pk}/",
            effect=lambda: not _codes("Sales"),
        ),
    ),
    Probe(
        name=(AUDIT, "Audit PIN Codes Configuration - modify"),
        url=lambda office: Call(
            "POST",
            f"{CODES}configuration/",
            {},
            effect=lambda: AuditPinSettings.objects.filter(verify=False).exists(),
        ),
        button=lambda office: Button(CODES, f'action="{CODES}configuration/"'),
    ),
    Probe(
        name=(AUDIT, "Audit PIN Codes - Dialing Rules > Modify"),
        url=lambda office: Call("GET", f"{CODES}dialing-rule/", shows="Dialing Rules of Audit PIN Codes</h1>"),
        button=lambda office: Button(CODES, f'href="{CODES}dialing-rule/"'),
    ),
    Probe(
        name=("Phone System", "Dial Plan"),
        url=lambda office: Call("GET", PLAN, shows="Dial Plan</h1>"),
        button=lambda office: Button("/", f'href="{PLAN}"'),
    ),
    Probe(
        name=(DIAL_PLAN, 'Internal Dial Plan "view" phone functions reference card'),
        url=lambda office: _published(Call("GET", f"{PLAN}reference-card/", shows="Reference Card</h1>")),
        button=lambda office: Button(PLAN, f'href="{PLAN}reference-card/"'),
    ),
    Probe(
        name=(DIAL_PLAN, 'Service Groups "add new Service Group"'),
        url=lambda office: Call(
            "POST", f"{PLAN}add/", {"description": "Cheap lines"}, effect=lambda: _groups("Cheap lines")
        ),
        button=lambda office: Button(PLAN, f'href="{PLAN}add/"'),
        api=lambda office: Call(
            "POST",
            "/api/v1/service-groups/",
            {"description": "Cheap lines", "lines": []},
            json=True,
            effect=lambda: _groups("Cheap lines"),
        ),
    ),
    Probe(
        name=(DIAL_PLAN, 'Service Groups "modify"'),
        url=lambda office: Call(
            "POST",
            f"{GROUPS}{_group().pk}/",
            {"description": "Cheap lines", "row_version": "1"},
            effect=lambda: _groups("Cheap lines"),
        ),
        button=lambda office: Button(PLAN, f'href="{GROUPS}{_group().pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/service-groups/{_group().pk}/",
            {"description": "Cheap lines"},
            json=True,
            effect=lambda: _groups("Cheap lines"),
        ),
    ),
    Probe(
        name=(DIAL_PLAN, 'Service Groups "copy"'),
        url=lambda office: Call("POST", f"{GROUPS}{_group().pk}/copy/", effect=lambda: _groups("Copy of Ours")),
        button=lambda office: Button(PLAN, f'"{GROUPS}{_group().pk}/copy/"'),
    ),
    Probe(
        name=(DIAL_PLAN, 'Service Groups "delete"'),
        url=lambda office: Call(
            "POST", f"{GROUPS}{_group().pk}/delete/", {"row_version": "1"}, effect=lambda: not _groups("Ours")
        ),
        button=lambda office: Button(PLAN, f'href="{GROUPS}{_group().pk}/delete/"'),
        api=lambda office: Call("DELETE", f"/api/v1/service-groups/{_group().pk}/", effect=lambda: not _groups("Ours")),
    ),
    Probe(
        name=("Phone System", "Speed Dial"),
        url=lambda office: Call("GET", DIALS, shows="Speed Dial</h1>"),
        button=lambda office: Button("/", f'href="{DIALS}"'),
        api=lambda office: Call("GET", "/api/v1/speed-dials/", shows='"count"'),
    ),
    Probe(
        name=("Phone System > Speed Dial", 'Speed Dial Numbers "add new speed dial number"'),
        url=lambda office: Call("POST", f"{DIALS}add/", NEW_DIAL, effect=lambda: _dials("Order")),
        button=lambda office: Button(DIALS, f'href="{DIALS}add/"'),
        api=lambda office: Call("POST", "/api/v1/speed-dials/", NEW_DIAL, json=True, effect=lambda: _dials("Order")),
    ),
    Probe(
        name=("Phone System > Speed Dial", 'Speed Dial Numbers "modify"'),
        url=lambda office: Call(
            "POST", _dial(), {"description": "Renamed"}, form=_dial(), effect=lambda: _dials("Renamed")
        ),
        button=lambda office: Button(DIALS, f'href="{_dial()}"'),
        api=lambda office: Call(
            "PATCH",
            _dial(at="/api/v1/speed-dials/"),
            {"description": "Renamed"},
            json=True,
            effect=lambda: _dials("Renamed"),
        ),
    ),
    Probe(
        name=("Phone System > Speed Dial", 'Speed Dial Numbers "delete"'),
        url=lambda office: Call("POST", _dial("delete/"), effect=lambda: not _dials("Old")),
        button=lambda office: Button(DIALS, f'href="{_dial("delete/")}"'),
        api=lambda office: Call(
            "DELETE", _dial(at="/api/v1/speed-dials/"), json=True, effect=lambda: not _dials("Old")
        ),
    ),
)
