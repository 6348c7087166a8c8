"""The emergency proof: asked of the decision itself for every handset, kept with its date."""

from __future__ import annotations

from typing import Any

from portal.phone_system.emergency.models import EmergencyProof
from portal.publish import versions
from telephony.ask.proof import prove

KIND = "emergency_proof"  # of Due, once a night
KEPT = 400  # a year and more of nights


def prove_now(by: str) -> EmergencyProof:
    """Of the configuration as it was saved last."""
    number = versions.head_number()
    snapshot = versions.linted_version(number).snapshot
    rows = prove(snapshot)
    made = EmergencyProof.objects.create(
        version=number,
        by=by,
        handsets=len({row.station for row in rows}),
        failed=len({row.station for row in rows if not row.reached}),
        rows=[row.as_json() for row in rows],
    )
    for old in EmergencyProof.objects.order_by("-at", "-pk").values_list("pk", flat=True)[KEPT:]:
        EmergencyProof.objects.filter(pk=old).delete()
    return made


def run(key: str, payload: dict[str, Any]) -> None:
    prove_now("nightly")
