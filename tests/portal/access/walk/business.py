"""Probes: Business > Roles and Business > Users."""

from __future__ import annotations

from collections.abc import Callable

from portal.access.links import Role
from portal.access.models import CustomRole
from portal.access.view_as import KEY
from portal.audit.models import AuditEntry
from portal.business.users.models import User
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

ROLES, USERS = "Business > Roles", "Business > Users"
LIST, PEOPLE = "/business/roles/", "/business/users/"
NEW_USER = {"username": "new.user", "extension": "150", "password": "correct horse"}
SECRETS = {"confirm_password": "correct horse", "confirm_pin": "1234", "pin": "1234"}


def _role(role: Role) -> tuple[Probe, Probe]:
    """The role's own page, and its two buttons: with each of them, a member fewer or more."""

    def path(office: Office, rest: str = "") -> str:
        return f"{LIST}{office.role(role).pk}/{rest}"

    def holds(office: Office) -> bool:
        return office.victim.groups.filter(name=role.value).exists()

    return (
        Probe(
            name=(ROLES, role.value),
            url=lambda office: Call("GET", path(office), shows=f"{role.value}</h1>"),
            button=lambda office: Button(LIST, f'href="{path(office)}"'),
        ),
        Probe(
            name=(f"{ROLES} > {role.value}", "[Assign Role] [Remove Role]"),
            url=lambda office: Call("POST", path(office, f"assign/{office.victim.pk}/"), effect=lambda: holds(office)),
            button=lambda office: Button(
                path(office, "unassigned/"), f'hx-post="{path(office, f"assign/{office.victim.pk}/")}"'
            ),
            api=lambda office: Call(
                "POST",
                f"/api/v1/roles/{office.role(role).pk}/assign/",
                {"user": office.victim.pk},
                json=True,
                effect=lambda: holds(office),
            ),
        ),
    )


def _gone(office: Office) -> Callable[[], bool]:
    return lambda: not User.objects.filter(pk=office.victim.pk).exists()


def _named(office: Office) -> Callable[[], bool]:
    return lambda: User.objects.get(pk=office.victim.pk).first_name == "Renamed"


def _added() -> bool:
    return User.objects.filter(username="new.user").exists()


ROLE_PROBES = (
    Probe(
        name=("Business", "Roles"),
        url=lambda office: Call("GET", LIST, shows="Roles</h1>"),
        button=lambda office: Button("/", f'href="{LIST}"'),
        api=lambda office: Call("GET", "/api/v1/roles/", shows='"count"'),
    ),
    *(probe for role in Role for probe in _role(role)),
    Probe(
        name=(ROLES, "Roles made here"),
        ours=(),
        url=lambda office: Call("GET", f"{LIST}{office.custom.group_id}/", shows="Reception</h1>"),
        button=lambda office: Button(LIST, f'href="{LIST}{office.custom.group_id}/"'),
    ),
    Probe(
        name=(f"{ROLES} > Roles made here", "[Assign Role] [Remove Role]"),
        ours=(),
        url=lambda office: Call(
            "POST",
            f"{LIST}{office.custom.group_id}/assign/{office.victim.pk}/",
            effect=lambda: office.victim.groups.exists(),
        ),
    ),
    Probe(
        name=(ROLES, "add new role"),
        ours=(),
        url=lambda office: Call(
            "POST",
            f"{LIST}add/",
            {"name": "Night desk", "links_reports": ["reports.call_details"]},
            effect=lambda: CustomRole.objects.filter(name="Night desk").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}add/"'),
        api=lambda office: Call(
            "POST",
            "/api/v1/roles/",
            {"name": "Night desk", "links": ["reports.call_details"]},
            json=True,
            effect=lambda: CustomRole.objects.filter(name="Night desk").exists(),
        ),
    ),
    Probe(
        name=(ROLES, 'Roles made here "modify"'),
        ours=(),
        url=lambda office: Call(
            "POST",
            f"{LIST}custom/{office.custom.pk}/",
            {"name": "Front desk"},
            form=f"{LIST}custom/{office.custom.pk}/",
            effect=lambda: CustomRole.objects.filter(name="Front desk").exists(),
        ),
        button=lambda office: Button(LIST, f'href="{LIST}custom/{office.custom.pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/roles/{office.custom.group_id}/",
            {"name": "Front desk"},
            json=True,
            effect=lambda: CustomRole.objects.filter(name="Front desk").exists(),
        ),
    ),
    Probe(
        name=(ROLES, 'Roles made here "delete"'),
        ours=(),
        url=lambda office: Call(
            "POST", f"{LIST}custom/{office.custom.pk}/delete/", effect=lambda: not CustomRole.objects.exists()
        ),
        button=lambda office: Button(LIST, f'href="{LIST}custom/{office.custom.pk}/delete/"'),
        api=lambda office: Call(
            "DELETE",
            f"/api/v1/roles/{office.custom.group_id}/",
            json=True,
            effect=lambda: not CustomRole.objects.exists(),
        ),
    ),
    Probe(
        name=(ROLES, "View as"),
        ours=(),
        url=lambda office: Call(
            "POST",
            f"{LIST}{office.custom.group_id}/view-as/",
            effect=lambda: AuditEntry.objects.filter(action=KEY, object_label="Reception").exists(),
        ),
        button=lambda office: Button(LIST, f'hx-post="{LIST}{office.custom.group_id}/view-as/"'),
    ),
)

USER_PROBES = (
    Probe(
        name=("Business", "Users"),
        url=lambda office: Call("GET", PEOPLE, shows="Users</h1>"),
        button=lambda office: Button("/", f'href="{PEOPLE}"'),
        api=lambda office: Call("GET", "/api/v1/users/", shows='"count"'),
    ),
    Probe(
        name=(USERS, 'Users "add new user"'),
        url=lambda office: Call("POST", f"{PEOPLE}add/", {**NEW_USER, **SECRETS}, form=f"{PEOPLE}add/", effect=_added),
        button=lambda office: Button(PEOPLE, f'href="{PEOPLE}add/"'),
        api=lambda office: Call("POST", "/api/v1/users/", NEW_USER, json=True, effect=_added),
    ),
    Probe(
        name=(USERS, 'Users "modify"'),
        url=lambda office: Call(
            "POST",
            f"{PEOPLE}{office.victim.pk}/",
            {"first_name": "Renamed"},
            form=f"{PEOPLE}{office.victim.pk}/",
            effect=_named(office),
        ),
        button=lambda office: Button(PEOPLE, f'href="{PEOPLE}{office.victim.pk}/"'),
        api=lambda office: Call(
            "PATCH",
            f"/api/v1/users/{office.victim.pk}/",
            {"first_name": "Renamed"},
            json=True,
            effect=_named(office),
        ),
    ),
    Probe(
        name=(USERS, 'Users "delete"'),
        url=lambda office: Call("POST", f"{PEOPLE}{office.victim.pk}/delete/", effect=_gone(office)),
        button=lambda office: Button(PEOPLE, f'href="{PEOPLE}{office.victim.pk}/delete/"'),
        api=lambda office: Call("DELETE", f"/api/v1/users/{office.victim.pk}/", json=True, effect=_gone(office)),
    ),
    Probe(
        name=(USERS, 'Users "EXTENSION"'),
        button=lambda office: Button(PEOPLE, f'href="/phone-system/extensions/{office.victim.extension.pk}/"'),
    ),
)

PROBES = ROLE_PROBES + USER_PROBES
