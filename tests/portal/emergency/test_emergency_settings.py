"""Emergency numbers, caller IDs, the proof, and what no change may take away (S14-04, S14-05, S23)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.business.users.models import User
from portal.phone_system.emergency import proofs, services
from portal.phone_system.emergency.models import EmergencyProof
from portal.phone_system.emergency_cid import services as caller_ids
from portal.phone_system.emergency_cid.models import EmergencyCallerId
from portal.phone_system.handsets import services as handsets
from portal.phone_system.handsets.models import CallAppearance
from portal.phone_system.outside_lines import services as outside_lines
from portal.phone_system.outside_lines.models import OutsideLine
from portal.publish import versions
from portal.publish.change import By
from portal.publish.errors import Refused
from portal.tasks import nightly

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(by: By) -> OutsideLine:
    values = {"description": "Carrier", "host": "carrier.example", "emergency": True, "caller_id": "5854210000"}
    return outside_lines.add_outside_line(values, by=by)[0]


@pytest.fixture
def desk(by: By, ann: User) -> CallAppearance:
    new = handsets.NewHandset(description="Ann's desk", login_id="ann-sip", password="secret", owner=ann)
    return handsets.add_generic_handset(new, by=by)[0].appearances.get()


@pytest.fixture
def north(by: By, carrier: OutsideLine) -> EmergencyCallerId:
    values = {"number": "(585) 421-5555", "location": "North wing", "first_line": carrier}
    return caller_ids.add_caller_id(values, by=by)[0]


def published() -> object:
    return versions.snapshot_of(versions.head_number()).emergency  # type: ignore[union-attr]


def test_numbers_and_direct_dialling_reach_the_engines(by: By) -> None:
    services.modify_emergency({"numbers": "911, 112 , 911", "direct_dial": False}, by=by)
    found = published()
    assert (found.numbers, found.direct_dial) == (("911", "112"), False)  # type: ignore[attr-defined]


@pytest.mark.parametrize("numbers", ["", "91x", "1", "123456789", "9 1 1"])
def test_what_is_no_emergency_number_is_refused_with_a_sentence(numbers: str, by: By) -> None:
    with pytest.raises(ValidationError) as wrong:
        services.modify_emergency({"numbers": numbers}, by=by)
    assert wrong.value.message_dict["numbers"]


def test_a_number_that_extensions_begin_with_is_refused(by: By, ann: User, bob: User) -> None:
    """S14-05, S14-08: 101 and 102 are there."""
    with pytest.raises(Refused, match="10 and 101 of this office begin alike"):
        services.modify_emergency({"numbers": "10"}, by=by)
    services.modify_emergency({"numbers": "10", "direct_dial": False}, by=by)  # 910 collides with nothing
    with pytest.raises(Refused, match="404 is also a function"):
        services.modify_emergency({"numbers": "404", "direct_dial": True}, by=by)


def test_a_caller_id_is_shown_by_handsets_and_protected_while_it_is(
    by: By, desk: CallAppearance, north: EmergencyCallerId
) -> None:
    """S23-04..S23-06, S23-09, S23-T03, A-067"""
    assert north.number == "5854215555"
    caller_ids.assign(north, [desk.station], by=by)
    row = next(row for row in proofs.prove_now("test").rows if row["dialled"] == "911")
    assert (row["caller_id"], row["location"], row["lines"]) == ("5854215555", "North wing", ["Carrier"])
    with pytest.raises(Refused, match=r"Ann's desk \(5111\) shows it"):
        caller_ids.delete_caller_id(north, by=by)
    caller_ids.assign(None, [desk.station], by=by)
    caller_ids.delete_caller_id(north, by=by)
    assert not EmergencyCallerId.objects.exists()


def test_a_caller_id_is_once_and_has_a_place(by: By, north: EmergencyCallerId) -> None:
    with pytest.raises(ValidationError) as wrong:
        caller_ids.add_caller_id({"number": "585-421-5555", "location": " "}, by=by)
    assert set(wrong.value.message_dict) == {"number", "location"}


def test_a_change_that_takes_the_way_to_help_is_refused_and_names_the_handset(
    by: By, desk: CallAppearance, carrier: OutsideLine
) -> None:
    with pytest.raises(Refused, match=r"would leave Ann's desk \(5111\) without an outside line for emergency calls"):
        outside_lines.delete_outside_line(carrier, by=by)
    with pytest.raises(Refused, match="Ann's desk"):
        outside_lines.modify_outside_line(carrier, {"emergency": False}, by=by)
    assert OutsideLine.objects.get().emergency


def test_the_proof_is_kept_made_at_night_and_shows_who_reaches_nobody(
    by: By, desk: CallAppearance, admin: User, client: Client
) -> None:
    assert proofs.prove_now("ann").failed == 1
    outside_lines.add_outside_line({"description": "Carrier", "host": "carrier.example", "emergency": True}, by=by)
    nightly()
    proofs.run("2026-01-05", {})
    newest = EmergencyProof.objects.first()
    assert newest is not None
    assert (newest.by, newest.failed, newest.handsets) == ("nightly", 0, 1)
    client.force_login(admin, backend="portal.access.backend.UsernameBackend")
    page = client.get("/phone-system/emergency-proof/").content.decode()
    assert "every handset reaches help" in page
    first = EmergencyProof.objects.last()
    assert first is not None
    page = client.get(f"/phone-system/emergency-proof/{first.pk}/").content.decode()
    assert "nowhere: No outside line is marked for emergency calls." in page
