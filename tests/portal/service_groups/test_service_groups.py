"""Service groups (S14-09..S14-14): lines in the order they are tried, as the page says it and the engines know it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.audit.models import AuditEntry
from portal.business.users.models import User
from portal.phone_system.audit_pin_codes.services import set_dialing_rule
from portal.phone_system.outside_lines.models import OutsideLine
from portal.phone_system.service_groups import services
from portal.phone_system.service_groups.export import groups
from portal.phone_system.service_groups.models import ServiceGroup
from portal.publish.change import By

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Client]
PATH = "/phone-system/dial-plan/"


@pytest.fixture
def lines(db: None) -> list[int]:
    return [
        OutsideLine.objects.create(description=f"Line {number}", host=f"192.0.2.{number}").pk for number in (1, 2, 3)
    ]


def told(row: ServiceGroup) -> tuple[int, ...]:
    """As the engines know it."""
    return next(one.line_ids for one in groups() if one.group_id == row.pk)


def refused(error: pytest.ExceptionInfo[ValidationError]) -> str:
    return " ".join(error.value.messages)


def test_the_order_of_the_page_is_the_order_of_the_engines(lines: list[int], by: By) -> None:
    row, _ = services.add_group({"description": "Cheap", "lines": [lines[2], lines[0]]}, by=by)
    assert told(row) == (lines[2], lines[0])
    services.modify_group(row, {"lines": [lines[0], lines[1], lines[2]]}, by=by)
    assert told(row) == tuple(lines)
    entry = AuditEntry.objects.filter(field="Outside lines").latest("pk")
    assert (entry.before, entry.after) == ("Line 3, Line 1", "Line 1, Line 2, Line 3")


def test_of_a_built_in_group_the_order_can_be_chosen_and_nothing_else(lines: list[int], by: By) -> None:
    row = ServiceGroup.objects.get(key="proxies")
    assert told(row) == tuple(lines)
    services.modify_group(row, {"description": row.description, "lines": lines[::-1]}, by=by)
    assert told(row) == tuple(lines[::-1])
    late = OutsideLine.objects.create(description="Late", host="192.0.2.9")
    assert told(row) == (*lines[::-1], late.pk), "a new line of the kind is a member at once"
    for values in ({"lines": lines[:1]}, {"description": "Mine"}):
        with pytest.raises(ValidationError, match="built-in group"):
            services.modify_group(row, values, by=by)
    with pytest.raises(ValidationError, match="cannot be deleted"):
        services.delete_group(row, by=by)


def test_a_copy_is_our_own_with_the_same_lines(lines: list[int], by: By) -> None:
    source = ServiceGroup.objects.get(key="proxies")
    first, _ = services.copy_group(source, by=by)
    second, _ = services.copy_group(source, by=by)
    assert (first.description, second.description) == ("Copy of All SIP Proxies", "Copy of All SIP Proxies 2")
    assert told(first) == tuple(lines)
    assert not first.built_in


def test_what_cannot_be_is_refused(lines: list[int], by: By) -> None:
    services.add_group({"description": "Cheap", "lines": []}, by=by)
    with pytest.raises(ValidationError) as error:
        services.add_group({"description": "cheap", "lines": []}, by=by)
    assert "already" in refused(error)
    for wanted in ([lines[0], lines[0]], [999_999]):
        with pytest.raises(ValidationError):
            services.add_group({"description": "Other", "lines": wanted}, by=by)
    assert not ServiceGroup.objects.filter(description="Other").exists()


def test_a_group_in_use_is_not_deleted_and_its_users_are_named(lines: list[int], by: By) -> None:
    row, _ = services.add_group({"description": "Cheap", "lines": lines}, by=by)
    set_dialing_rule(5, row, by=by)
    with pytest.raises(ValidationError) as error:
        services.delete_group(row, by=by)
    assert "Calls with an audit PIN code go out on it." in refused(error)
    set_dialing_rule(5, None, by=by)
    services.delete_group(row, by=by)
    assert OutsideLine.objects.count() == 3


def test_a_line_that_is_deleted_leaves_its_groups(lines: list[int], by: By) -> None:
    row, _ = services.add_group({"description": "Cheap", "lines": lines}, by=by)
    OutsideLine.objects.get(pk=lines[1]).delete()
    assert told(row) == (lines[0], lines[2])


def test_the_page_sends_the_order_in_which_the_lines_stand(lines: list[int], admin: User, as_user: AsUser) -> None:
    client = as_user(admin)
    answer = client.post(f"{PATH}add/", {"description": "Cheap", "lines": [lines[2], lines[1]]})
    assert answer.status_code == 302
    row = ServiceGroup.objects.get(description="Cheap")
    assert told(row) == (lines[2], lines[1])
    html = client.get(f"{PATH}service-groups/{row.pk}/").content.decode()
    assert html.index("Line 3") < html.index("Line 2") < html.index("Line 1")
    assert "Line 3, then Line 2" in client.get(PATH).content.decode()


def test_an_error_keeps_the_order_that_was_chosen(lines: list[int], admin: User, as_user: AsUser) -> None:
    html = as_user(admin).post(f"{PATH}add/", {"description": " ", "lines": [lines[1], lines[0]]}).content.decode()
    assert html.index("Line 2") < html.index("Line 1") < html.index("Line 3")


def test_the_reference_card_shows_what_can_be_dialled(phone_admin: User, as_user: AsUser) -> None:
    html = as_user(phone_admin).get(f"{PATH}reference-card/").content.decode()
    assert "Message Center" in html
    assert "404" in html
