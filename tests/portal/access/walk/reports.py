"""Probes: Home and Reports."""

from __future__ import annotations

from portal.audit.models import AuditRetention
from portal.live.consumers import LiveCallsConsumer
from portal.publish.change import By, change
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

CHANGES = "/reports/changes/"


def _record(office: Office) -> str:
    return f"/reports/call-details/{office.record.pk}/"


def _published(call: Call) -> Call:
    """The office was furnished past the door: there is no version to ask before this."""
    with change(By(), "Publish") as work:
        work.republish = True
    return call


PROBES = (
    Probe(name=("Home", "About"), button=lambda office: Button("/", "Phones register at")),
    Probe(
        name=("Home", "Install Checklist"),
        url=lambda office: Call("GET", "/install-checklist/", shows="Install Checklist</h1>"),
        button=lambda office: Button("/", 'href="/install-checklist/"'),
    ),
    Probe(
        name=("Reports", "Ask the System"),
        ours=("phone", "support"),
        url=lambda office: _published(Call("GET", "/reports/ask/?caller=5111&dialled=101", shows="Voicemail of")),
        button=lambda office: Button("/", 'href="/reports/ask/"'),
        api=lambda office: _published(
            Call("POST", "/api/v1/ask/", {"station": "5111", "dialled": "101"}, json=True, shows="boxes")
        ),
    ),
    Probe(
        name=("Reports", "Call Details"),
        url=lambda office: Call("GET", "/reports/call-details/", shows="Call Details</h1>"),
        button=lambda office: Button("/", 'href="/reports/call-details/"'),
    ),
    Probe(
        name=("Reports > Call Details", "Completed Call Details Report [View Report]"),
        url=lambda office: Call("GET", _record(office), shows="</h1>"),
        button=lambda office: Button("/reports/call-details/", f'href="{_record(office)}"'),
    ),
    Probe(
        name=("Reports", "Live Calls"),
        url=lambda office: Call("GET", "/reports/live-calls/", shows="Live Calls</h1>"),
        button=lambda office: Button("/", 'href="/reports/live-calls/"'),
        socket=LiveCallsConsumer,
    ),
    Probe(
        name=("Reports > Live Calls", "End call"),
        ours=(),
        url=lambda office: Call("POST", "/reports/live-calls/some-call/end/", shows="The call was ended."),
    ),
    Probe(
        name=("Reports > Live Calls", "Start a call for somebody else"),
        ours=(),
        api=lambda office: Call("POST", "/api/v1/calls/", {"from": "107", "to": "101"}, json=True, shows='"made"'),
    ),
    Probe(
        name=("Reports", "System Events"),
        url=lambda office: Call("GET", "/reports/system-events/", shows="System Events</h1>"),
        button=lambda office: Button("/", 'href="/reports/system-events/"'),
    ),
    Probe(
        name=("Reports > System Events", "Lift ban"),
        ours=("network",),
        url=lambda office: Call("POST", "/reports/system-events/lift-ban/", {"source": "192.0.2.1"}),
    ),
    Probe(
        name=("Reports", "Changes"),
        ours=(),
        url=lambda office: Call("GET", CHANGES, shows="Changes</h1>"),
        button=lambda office: Button("/", f'href="{CHANGES}"'),
        api=lambda office: Call("GET", "/api/v1/changes/", shows='"count"'),
    ),
    Probe(
        name=("Reports > Changes", "[Export CSV] [Export TSV]"),
        ours=(),
        url=lambda office: Call("GET", f"{CHANGES}export.csv"),
        button=lambda office: Button(CHANGES, f'href="{CHANGES}export.csv'),
    ),
    Probe(
        name=("Reports > Changes", 'Retention "modify"'),
        ours=(),
        url=lambda office: Call(
            "POST", f"{CHANGES}retention/", {"days": "400"}, effect=lambda: AuditRetention.objects.get().days == 400
        ),
        button=lambda office: Button(CHANGES, f'href="{CHANGES}retention/"'),
    ),
)
