"""View as a role: what its holders see, nothing can be changed, and it is on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group

from portal.access.links import Role
from portal.access.roles import links_of_role
from portal.audit.models import AuditEntry
from portal.business.users.models import User
from portal.live.viewer import Viewer, current

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Any]


@pytest.fixture
def support() -> Group:
    return Group.objects.get(name=Role.SUPPORT.value)


@pytest.fixture
def viewing(admin: User, as_user: AsUser, support: Group) -> Any:
    client = as_user(admin)
    client.post(f"/business/roles/{support.pk}/view-as/")
    return client


def test_it_shows_what_the_roles_holders_see(viewing: Any, support: Group) -> None:
    page = viewing.get("/reports/system-events/")
    assert page.status_code == 200
    assert page.context["allowed_links"] == links_of_role(support)
    assert b"You are viewing as <strong>Support Technician" in page.content
    refused = viewing.get("/business/users/")
    assert refused.status_code == 403
    assert b"The role Support Technician does not include this page" in refused.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/business/users/add/", "/api/v1/users/", "/change-password/", "/reports/changes/"])
def test_it_changes_nothing(viewing: Any, method: str, path: str) -> None:
    count = User.objects.count(), AuditEntry.objects.count()
    answer = getattr(viewing, method)(path, {"username": "sneaky"}, content_type="application/json")
    assert answer.status_code == 403
    assert b"which changes nothing" in answer.content
    assert (User.objects.count(), AuditEntry.objects.count()) == count


def test_it_ends_by_its_button_and_both_ends_are_on_record(viewing: Any, admin: User) -> None:
    viewing.post("/view-as/end/")
    assert viewing.get("/business/users/").status_code == 200
    found = AuditEntry.objects.filter(kind="role").order_by("id").values_list("action", "object_label", "actor_name")
    assert list(found) == [
        ("view_as", "Support Technician", admin.username),
        ("view_as_ended", "Support Technician", admin.username),
    ]


def test_logging_out_is_possible_and_ends_it(viewing: Any) -> None:
    assert viewing.post("/logout/").status_code == 302
    assert viewing.get("/business/users/").status_code == 302


def test_web_sockets_follow_it(viewing: Any, admin: User) -> None:
    assert current(viewing.session, "phone_system.handsets") == "forbidden"
    assert current(viewing.session, "reports.live_calls") == Viewer(user_id=admin.pk)


def test_it_never_shows_more_than_the_own_roles(ann: User, as_user: AsUser, admin: User) -> None:
    """Even with a role that may view as everything."""
    from portal.access import roles
    from portal.business.roles.services import add_role
    from portal.publish.change import By

    viewer, _ = add_role("Viewer", "", {"business.roles.view_as", "reports.call_details"}, by=By())
    roles.assign(ann, viewer.group, by=By())
    client = as_user(ann)
    system = Group.objects.get(name=Role.SYSTEM.value)
    assert client.post(f"/business/roles/{system.pk}/view-as/").status_code == 302
    assert client.get("/reports/call-details/").status_code == 200
    assert client.get("/business/users/").status_code == 403
