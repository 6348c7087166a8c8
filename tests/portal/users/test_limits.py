"""What the server model and the licence policy allow; the expectation is read from the guide's table."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.access.limits import MODELS, limits
from portal.business.users import services
from portal.business.users.models import User
from portal.phone_system.handsets.services import NewHandset, add_generic_handset
from portal.publish.change import By

TABLE = Path(__file__).parents[2] / "spec" / "server_models.csv"


def ceilings(feature: str) -> dict[str, tuple[int, int]]:
    """Model → (bare, with feature keys)."""
    with TABLE.open(newline="") as file:
        [row] = [row for row in csv.DictReader(file) if row["feature"] == feature]
    numbers = {model: [int(number) for number in re.findall(r"\d+", row[model])] for model in MODELS}
    return {model: (found[0], found[-1]) for model, found in numbers.items()}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("policy", ["enforced", "unlocked"])
def test_every_model_allows_what_the_guide_says(settings: Any, model: str, policy: str) -> None:
    settings.SERVER_MODEL, settings.LICENCE_POLICY = model, policy
    which = 1 if policy == "unlocked" else 0
    assert limits().users == ceilings("Number of users")[model][which]
    assert limits().extensions == ceilings("Extensions")[model][which]


def test_the_thirteenth_user_of_a_6x12_is_refused_with_the_limit(settings: Any, make_user: Callable[..., User]) -> None:
    settings.SERVER_MODEL, settings.LICENCE_POLICY = "6x12", "enforced"
    for number in range(12):
        make_user(f"user{number}", str(100 + number))
    with pytest.raises(ValidationError, match=r"can have 12 users, and it has them.*User Expansion"):
        make_user("late", "112")
    assert not User.objects.filter(username="late").exists()


def test_a_6x12_takes_two_generic_handsets_whatever_the_keys(settings: Any, db: None, by: By) -> None:
    settings.SERVER_MODEL = "6x12"
    for number in range(2):
        add_generic_handset(NewHandset(description="Desk", login_id=f"d{number}", password="secret"), by=by)
    with pytest.raises(ValidationError, match="licensed for 2 generic SIP handsets"):
        add_generic_handset(NewHandset(description="Desk", login_id="d3", password="secret"), by=by)


@pytest.mark.parametrize("number", ["99", "300", "1234", "10a", "", "１０１"])
def test_an_extension_outside_the_block_is_refused(number: str, make_user: Callable[..., User]) -> None:
    with pytest.raises(ValidationError) as error:
        make_user("ann", number)
    assert "from 100 to 299" in error.value.message_dict["extension"][0]


def test_a_new_user_has_seven_routes_that_ring_four_times_and_end_in_the_own_voicemail(ann: User) -> None:
    routes = ann.extension.routes.all()  # type: ignore[attr-defined]
    assert [route.presence for route in routes] == [
        "in_office",
        "at_a_meeting",
        "on_vacation",
        "on_business_trip",
        "at_home",
        "away",
        "busy",
    ]
    for route in routes:
        [attempt] = route.attempts.all()
        [destination] = attempt.destinations.all()
        assert (attempt.rings, destination.kind, route.finally_kind, route.finally_value) == (
            4,
            "owner_handsets",
            "voicemail",
            "101",
        )


def test_a_phone_administrator_may_not_change_or_delete_a_higher_one(
    make_user: Callable[..., User], phone_admin: User, by: By
) -> None:
    from portal.access.links import Role

    higher = make_user("syd", "130", role=Role.SYSTEM)
    who = By(actor=phone_admin)
    for act in (
        lambda: services.change_password(higher, "mine now", by=who),
        lambda: services.delete_user(higher, by=who),
    ):
        with pytest.raises(ValidationError, match="holds more than your roles do"):
            act()


def test_nobody_deletes_the_server_administrator_nor_oneself(admin: User, phone_admin: User, by: By) -> None:
    with pytest.raises(ValidationError, match="Server Administrator cannot be deleted"):
        services.delete_user(admin, by=by)
    with pytest.raises(ValidationError, match="cannot delete yourself"):
        services.delete_user(phone_admin, by=By(actor=phone_admin))
