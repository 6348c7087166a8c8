"""Legs that a worker makes on the router's behalf: the two of an originated call, and a test ring."""

from __future__ import annotations

from collections.abc import Mapping

from telephony.router.draft import Caller, Draft
from telephony.router.index import SnapshotIndex
from telephony.router.invite import Invite, Live

OWN_PHONE_MS = 30_000  # who clicked "call" stands beside the phone
TEST_MS = 15_000
TEST_NAME = "Test ring"


def first_leg(index: SnapshotIndex, live: Live, invite: Invite, *, facts: Mapping[str, object]) -> Draft:
    """Ring every registered appearance of the user of extension `invite.dialled`.

    The phones show whom the call will go to, which is what their user wants to know.
    """
    number, name = str(facts.get("to_number", "")), str(facts.get("to_name", ""))
    made = Draft(index=index, live=live, invite=invite, caller=Caller(number, name))
    user = index.user_of_extension.get(invite.dialled)
    if user is None:
        made.refusal(404, f"Extension {invite.dialled} belongs to no user.")
        return made
    made.callee(invite.dialled, user.name, user.user_id)
    stations = index.stations_of.get(user.user_id, ())
    free = [station for station in stations if not live.busy(station)]
    if stations and not free:
        made.explain(f"Every phone of {user.name} is in use.", user.link)
        made.refuse(486, "Busy")
        return made
    if made.ring(free, OWN_PHONE_MS) is None:
        made.explain(f"{user.name} has no phone.", user.link)
    made.refuse(480, "Nobody answered")
    return made


def test_leg(index: SnapshotIndex, live: Live, invite: Invite) -> Draft:
    """Ring one station, whatever its owner's route says (S11-08)."""
    station = invite.dialled
    made = Draft(index=index, live=live, invite=invite, caller=Caller("0", TEST_NAME), kind="test")
    appearance = index.appearances.get(station)
    if appearance is None:
        made.refusal(404, f"No handset has the station number {station}.")
        return made
    owner = index.owner(station)
    made.callee(station, owner.name if owner else appearance.description, owner.user_id if owner else None)
    if live.busy(station):
        made.explain(f"Station {station} is in use.", appearance.link)
        made.refuse(486, "Busy")
        return made
    made.explain(f"Test ring of station {station}.", appearance.link)
    made.ring([station], TEST_MS)
    made.refuse(480, "Nobody answered")
    return made
