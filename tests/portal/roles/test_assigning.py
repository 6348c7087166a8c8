"""Who may give which role, and who may touch whom (S02-09 .. S02-16, S02-24)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from portal.access import roles
from portal.access.guard import link_keys
from portal.access.links import Role
from portal.audit.models import AuditEntry
from portal.business.roles import services as own_roles
from portal.business.users import services as users
from portal.business.users.models import User
from portal.publish.change import By, change

pytestmark = pytest.mark.django_db
Make = Callable[..., User]
AsUser = Callable[[User], Any]


def group(role: Role) -> Group:
    return Group.objects.get(name=role.value)


@pytest.fixture
def cast(make_user: Make, admin: User) -> dict[str, User]:
    return {
        "server": admin,
        "system": make_user("sara", "120", role=Role.SYSTEM),
        "phone": make_user("paula", "121", role=Role.PHONE),
        "network": make_user("nora", "122", role=Role.NETWORK),
        "support": make_user("theo", "123", role=Role.SUPPORT),
    }


@pytest.mark.parametrize(
    ("actor", "may_give"),
    [
        ("server", set(Role)),
        ("system", set(Role)),
        ("phone", {Role.PHONE}),
        ("network", set()),
        ("support", set()),
    ],
)
def test_each_role_may_give_what_the_guide_says(cast: dict[str, User], actor: str, may_give: set[Role]) -> None:
    assert {item.name for item in roles.assignable(cast[actor])} == {role.value for role in may_give}
    for role in Role:
        assert (roles.why_not_assign(cast[actor], group(role)) == "") == (role in may_give)


def test_a_change_of_roles_is_in_force_for_the_next_request_of_an_open_session(
    admin: User, ann: User, as_user: AsUser
) -> None:
    browser = as_user(ann)
    assert browser.get("/business/users/").status_code == 403
    roles.assign(ann, group(Role.PHONE), by=By(actor=admin))
    assert browser.get("/business/users/").status_code == 200
    roles.remove(ann, group(Role.PHONE), by=By(actor=admin))
    assert browser.get("/business/users/").status_code == 403


def test_a_phone_administrator_promotes_nobody_beyond_it_and_not_itself(cast: dict[str, User], ann: User) -> None:
    by = By(actor=cast["phone"])
    for role in (Role.SYSTEM, Role.NETWORK, Role.SUPPORT):
        for user in (ann, cast["phone"]):
            with pytest.raises(ValidationError, match=f"You may not give or take the role {role.value}"):
                roles.assign(user, group(role), by=by)
    with pytest.raises(ValidationError):
        roles.remove(cast["network"], group(Role.NETWORK), by=by)
    assert cast["network"].groups.count() == 1
    roles.assign(ann, group(Role.PHONE), by=by)
    assert "business.users" in link_keys(ann)


def test_the_form_keeps_roles_that_the_actor_may_not_give(cast: dict[str, User]) -> None:
    """S02-16: a phone administrator saves a technician's user form."""
    technician = cast["support"]
    with change(By(actor=cast["phone"]), "form") as work:
        user = work.lock(technician)
        assert roles.set_roles(work, user, {group(Role.SUPPORT), group(Role.PHONE)})
    assert set(technician.groups.values_list("name", flat=True)) == {Role.SUPPORT.value, Role.PHONE.value}
    with change(By(actor=cast["phone"]), "form") as work:
        user = work.lock(technician)
        assert not roles.set_roles(work, user, list(user.groups.all()))


def test_giving_a_role_is_in_the_audit_trail_and_raises_the_row_version(cast: dict[str, User], ann: User) -> None:
    before = ann.row_version
    roles.assign(ann, group(Role.SUPPORT), by=By(actor=cast["system"], source="192.0.2.9", via="page"))
    entry = AuditEntry.objects.filter(object_id=str(ann.pk), field="roles").get()
    assert (entry.actor_name, entry.source, entry.before, entry.after) == (
        "sara",
        "192.0.2.9",
        "",
        "Support Technician",
    )
    ann.refresh_from_db()
    assert ann.row_version == before + 1


def test_the_server_administrator_takes_no_role(cast: dict[str, User]) -> None:
    with pytest.raises(ValidationError, match="holds everything"):
        roles.assign(cast["server"], group(Role.PHONE), by=By(actor=cast["system"]))


@pytest.mark.parametrize(
    ("actor", "may_touch"),
    [
        ("server", {"server", "system", "phone", "network", "support"}),
        ("system", {"system", "phone", "network", "support"}),
        ("phone", {"phone", "support"}),
        ("network", {"network", "support"}),
        ("support", {"support"}),
    ],
)
def test_nobody_touches_holders_of_higher_roles(cast: dict[str, User], actor: str, may_touch: set[str]) -> None:
    assert {name for name, user in cast.items() if roles.may_administer(cast[actor], user)} == may_touch


def test_holders_of_a_stronger_custom_role_are_safe_from_a_phone_administrator(
    cast: dict[str, User], ann: User, bob: User
) -> None:
    strong, _ = own_roles.add_role("Updates", "", {"maintenance.update"}, by=By())
    weak, _ = own_roles.add_role("Desk", "", {"reports.call_details"}, by=By())
    roles.assign(ann, strong.group, by=By())
    roles.assign(bob, weak.group, by=By())
    assert not roles.may_administer(cast["phone"], ann)
    assert roles.may_administer(cast["phone"], bob)
    with pytest.raises(ValidationError, match=r"Ann Example \(Updates\) holds more"):
        roles.check_may_administer(cast["phone"], ann)


def test_the_password_of_the_server_administrator_is_its_own(cast: dict[str, User]) -> None:
    """S02-10, S02-24: refused for a system administrator; the reverse is accepted."""
    server, system = cast["server"], cast["system"]
    with pytest.raises(ValidationError, match="Only the Server Administrator may change this account"):
        users.change_password(server, "taken over", by=By(actor=system))
    server.refresh_from_db()
    assert not server.check_password("taken over")
    users.change_password(system, "given anew", by=By(actor=server))
    system.refresh_from_db()
    assert system.check_password("given anew")


def test_a_phone_administrator_takes_over_no_higher_account(cast: dict[str, User]) -> None:
    """S02-16."""
    by = By(actor=cast["phone"])
    for higher in ("system", "network"):
        with pytest.raises(ValidationError):
            users.change_password(cast[higher], "taken over", by=by)
        with pytest.raises(ValidationError):
            users.delete_user(cast[higher], by=by)
        cast[higher].refresh_from_db()
        assert not cast[higher].check_password("taken over")
