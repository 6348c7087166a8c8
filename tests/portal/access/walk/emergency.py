"""Probes: emergency numbers, caller IDs, notices, proof and alerts; the mail account they are sent by."""

from __future__ import annotations

from portal.live.consumers import EmergencyConsumer
from portal.live.models import EmergencyAcknowledged, EmergencyCall
from portal.phone_system.emergency.models import EmergencyProof, EmergencySettings
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets.models import CallAppearance
from portal.servers.email.models import MailAccount
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

CID, PLAN = "Phone System > Emergency CID", "Phone System > Dial Plan"
LIST, SETTINGS = "/phone-system/emergency-cid/", "/phone-system/dial-plan/emergency/"
NOTICE, PROOF = "/phone-system/dial-plan/emergency-notification/", "/phone-system/emergency-proof/"
API = "/api/v1/emergency-caller-ids/"
NEW = {"number": "5854215555", "location": "North wing"}


def _entry(office: Office) -> EmergencyCallerId:
    return EmergencyCallerId.objects.get_or_create(number="5854210000", defaults={"location": "South"})[0]


def _settings(**values: object) -> bool:
    return EmergencySettings.objects.filter(**values).exists()


def _alert() -> str:
    call, _ = EmergencyCall.objects.get_or_create(
        call_id="alarm", defaults={"at": "2026-01-05T10:00:00Z", "number": "911", "raised": True}
    )
    return call.call_id


PROBES = (
    Probe(
        name=("Home", 'Emergency number dialing rules "Set"'),
        button=lambda office: Button("/", f'href="{SETTINGS}"'),
    ),
    Probe(
        name=("Home", "Alert of an emergency call"),
        ours=("phone", "network", "support"),
        url=lambda office: Call(
            "POST",
            "/emergency/clear/",
            {"call_id": _alert()},
            effect=lambda: EmergencyAcknowledged.objects.filter(call__call_id="alarm").exists(),
        ),
        button=lambda office: Button("/", 'id="emergency"'),
        socket=EmergencyConsumer,
    ),
    Probe(
        name=(PLAN, 'External Dialing Rules "Modify" Emergency'),
        url=lambda office: Call(
            "POST", SETTINGS, {"numbers": "112"}, form=SETTINGS, effect=lambda: _settings(numbers="112")
        ),
        button=lambda office: Button(LIST, f'href="{SETTINGS}"'),
        api=lambda office: Call(
            "PATCH", "/api/v1/emergency/", {"numbers": ["112"]}, json=True, effect=lambda: _settings(numbers="112")
        ),
    ),
    Probe(
        name=(PLAN, 'External Dialing Rules "Modify" Emergency Call Email Notification'),
        url=lambda office: Call(
            "POST",
            NOTICE,
            {"notify": "on", "recipients": "safety@example.com"},
            form=NOTICE,
            effect=lambda: _settings(notify=True),
        ),
        button=lambda office: Button(LIST, f'href="{NOTICE}"'),
    ),
    Probe(
        name=("Phone System", "Emergency CID"),
        url=lambda office: Call("GET", LIST, shows="Emergency CID</h1>"),
        button=lambda office: Button("/", f'href="{LIST}"'),
        api=lambda office: Call("GET", API, shows='"count"'),
    ),
    Probe(
        name=(CID, 'Emergency Caller ID number "add new caller ID number"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}add/",
            NEW,
            form=f"{LIST}add/",
            effect=lambda: EmergencyCallerId.objects.filter(location="North wing").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}add/"'),
        api=lambda office: Call(
            "POST", API, NEW, json=True, effect=lambda: EmergencyCallerId.objects.filter(location="North wing").exists()
        ),
    ),
    Probe(
        name=(CID, 'Emergency Caller ID number "modify"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}{_entry(office).pk}/",
            {"location": "Cellar"},
            form=f"{LIST}{_entry(office).pk}/",
            effect=lambda: EmergencyCallerId.objects.filter(location="Cellar").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}{_entry(office).pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"{API}{_entry(office).pk}/",
            {"location": "Cellar"},
            json=True,
            effect=lambda: EmergencyCallerId.objects.filter(location="Cellar").exists(),
        ),
    ),
    Probe(
        name=(CID, 'Emergency Caller ID number "delete"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}{_entry(office).pk}/delete/",
            effect=lambda: not EmergencyCallerId.objects.filter(number="5854210000").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}{_entry(office).pk}/delete/"'),
        api=lambda office: Call(
            "DELETE",
            f"{API}{_entry(office).pk}/",
            json=True,
            effect=lambda: not EmergencyCallerId.objects.filter(number="5854210000").exists(),
        ),
    ),
    Probe(
        name=(CID, 'Emergency Caller ID numbers "Modify"'),
        url=lambda office: Call(
            "POST",
            f"{LIST}handsets/",
            {"entry": str(_entry(office).pk), "station": office.line.station},
            effect=lambda: CallAppearance.objects.filter(emergency_cid__number="5854210000").exists(),
        ),
        button=lambda office: Button(LIST, 'name="entry"'),
    ),
    Probe(
        name=("Phone System", "Emergency Proof"),
        ours=("phone", "support"),
        url=lambda office: Call("GET", PROOF, shows="Emergency Proof</h1>"),
        button=lambda office: Button("/", f'href="{PROOF}"'),
        api=lambda office: Call("GET", "/api/v1/emergency-proofs/", shows='"count"'),
    ),
    Probe(
        name=("Phone System > Emergency Proof", "[Prove now]"),
        ours=("phone",),
        url=lambda office: Call("POST", f"{PROOF}run/", effect=lambda: EmergencyProof.objects.exists()),
        button=lambda office: Button(PROOF, f'action="{PROOF}run/"'),
        api=lambda office: Call(
            "POST", "/api/v1/emergency-proofs/", json=True, effect=lambda: EmergencyProof.objects.exists()
        ),
    ),
    Probe(
        name=("Servers", "Email"),
        url=lambda office: Call("GET", "/servers/email/", shows="Email</h1>"),
        button=lambda office: Button("/", 'href="/servers/email/"'),
        api=lambda office: Call("GET", "/api/v1/mail-account/", shows='"host"'),
    ),
    Probe(
        name=("Servers > Email", 'Email Server "modify"'),
        url=lambda office: Call(
            "POST",
            "/servers/email/modify/",
            {"host": "mail.example.com", "sender": "phones@example.com"},
            form="/servers/email/modify/",
            effect=lambda: MailAccount.objects.filter(host="mail.example.com").exists(),
        ),
        button=lambda office: Button("/servers/email/", 'href="/servers/email/modify/"'),
        api=lambda office: Call(
            "PATCH",
            "/api/v1/mail-account/",
            {"host": "mail.example.com", "sender": "phones@example.com"},
            json=True,
            effect=lambda: MailAccount.objects.filter(host="mail.example.com").exists(),
        ),
    ),
)
