"""System speed dial numbers (S18-27, S18-28, S18-T11)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.phone_system.speed_dial import services
from portal.phone_system.speed_dial.export import speed_dials
from portal.phone_system.speed_dial.models import SpeedDialNumber
from portal.publish.change import By

pytestmark = pytest.mark.django_db(transaction=True)
BY = By()
ORDER = {"entry": 0, "description": "Order", "target": "9 1 585 421 3850"}


def test_a_number_is_kept_as_it_is_dialled_and_told_to_the_engines() -> None:
    row, _ = services.add_speed_dial(ORDER, by=BY)
    assert (services.number(row), row.target) == ("350", "915854213850")
    assert [(one.entry, one.target) for one in speed_dials()] == [(0, "915854213850")]
    assert 0 not in dict(services.free())
    assert dict(services.free(but=row))[0] == "350"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        pytest.param({"entry": 50}, "entry", id="S18-T11 a 51st short number"),
        pytest.param({"entry": 1}, "entry", id="taken"),
        pytest.param({"description": " "}, "description", id="no description"),
        pytest.param({"target": "lobby"}, "target", id="no number"),
        pytest.param({"target": "351"}, "target", id="another speed dial"),
        pytest.param({"target": "700"}, "target", id="a function that is not there yet"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(values: dict[str, Any], field: str) -> None:
    services.add_speed_dial({**ORDER, "entry": 1}, by=BY)
    with pytest.raises(ValidationError) as caught:
        services.add_speed_dial({**ORDER, **values}, by=BY)
    assert set(caught.value.message_dict) == {field}
    assert SpeedDialNumber.objects.count() == 1
