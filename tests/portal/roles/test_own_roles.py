"""Roles made here: copies with other ticks; never more than their maker holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError

from portal.access import roles
from portal.access.guard import link_keys
from portal.access.links import Role
from portal.access.models import CustomRole
from portal.access.sync import sync_access
from portal.audit.models import AuditEntry
from portal.business.roles import services
from portal.business.users.models import User
from portal.publish.change import By
from portal.publish.errors import Conflict

pytestmark = pytest.mark.django_db
AsUser = Callable[[User], Any]


def test_a_tick_brings_the_ways_to_it() -> None:
    assert services.with_ways({"business.users.templates.view"}) == {
        "business.users.templates.view",
        "business.users",
        "home.business",
        "home.about",
        "home.logout",
    }
    assert services.with_ways(()) == frozenset()


def test_its_holders_have_its_links_and_lose_them_with_it(by: By, ann: User) -> None:
    role, _ = services.add_role("Front desk", "Reads calls", {"reports.call_details"}, by=by)
    roles.assign(ann, role.group, by=by)
    assert link_keys(ann) == {"reports.call_details", "home.reports", "home.about", "home.logout"}
    services.modify_role(role, "Front desk", "", {"business.users"}, by=by)
    assert link_keys(ann) == {"business.users", "home.business", "home.about", "home.logout"}
    services.delete_role(role, by=by)
    assert link_keys(ann) == frozenset()
    assert not Group.objects.filter(name="Front desk").exists()
    entry = AuditEntry.objects.filter(object_id=str(ann.pk), field="roles").first()
    assert entry is not None
    assert (entry.before, entry.after) == ("Front desk", "")


def test_a_migration_leaves_it_alone_and_puts_built_in_roles_right(by: By) -> None:
    role, _ = services.add_role("Front desk", "", {"reports.call_details"}, by=by)
    before = roles.links_of_role(role.group)
    sync_access()
    assert roles.links_of_role(role.group) == before


@pytest.mark.parametrize(
    ("name", "keys", "sentence"),
    [
        ("", {"home.about"}, "A role needs a name."),
        ("phone administrator", {"home.about"}, "There is a role phone administrator already."),
        ("Server administrator", {"home.about"}, "There is a role Server administrator already."),
        ("Nothing", set(), "Tick at least one link"),
        ("Odd", {"no.such.link"}, "There is no link no.such.link."),
        ("x" * 10_000, {"home.about"}, "up to 64 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(name: str, keys: set[str], sentence: str, by: By) -> None:
    with pytest.raises(ValidationError) as refused:
        services.add_role(name, "", keys, by=by)
    assert sentence in str(refused.value)
    assert not CustomRole.objects.exists()


@pytest.mark.parametrize("name", ["Empfang 📞", "استقبال", "Ann's & Bob's <desk>"])
def test_a_name_may_be_in_any_script(name: str, by: By, admin: User, as_user: AsUser) -> None:
    role, _ = services.add_role(name, "", {"home.about"}, by=by)
    assert as_user(admin).get(f"/business/roles/{role.group_id}/").status_code == 200
    assert b"<desk>" not in as_user(admin).get("/business/roles/").content


def test_nobody_makes_or_changes_a_role_that_holds_more_than_the_own_ones(by: By, ann: User) -> None:
    maker, _ = services.add_role("Maker", "", {"business.roles.add", "business.roles.modify"}, by=by)
    big, _ = services.add_role("Big", "", {"maintenance.update"}, by=by)
    roles.assign(ann, maker.group, by=by)
    with pytest.raises(ValidationError, match="Your own roles do not hold"):
        services.add_role("Mine", "", {"maintenance.update"}, by=By(actor=ann))
    with pytest.raises(ValidationError, match="holds more than yours"):
        services.modify_role(big, "Big", "", {"home.about"}, by=By(actor=ann))
    with pytest.raises(ValidationError, match="holds more than yours"):
        services.delete_role(big, by=By(actor=ann))


def test_two_administrators_saving_the_same_role_lose_nothing(by: By) -> None:
    role, _ = services.add_role("Desk", "", {"reports.call_details"}, by=by)
    services.modify_role(role, "Desk", "First", {"reports.call_details"}, by=by, seen=1)
    with pytest.raises(Conflict):
        services.modify_role(role, "Desk", "Second", {"reports.call_details"}, by=by, seen=1)
    assert CustomRole.objects.get().description == "First"


def test_the_form_is_a_copy_and_saves_what_is_ticked(admin: User, as_user: AsUser) -> None:
    client = as_user(admin)
    phone = Group.objects.get(name=Role.PHONE.value)
    form = client.get(f"/business/roles/add/?copy={phone.pk}").context["form"]
    data: dict[str, Any] = {bound.html_name: bound.value() for bound in form if bound.value()}
    assert data["name"] == "Copy of Phone Administrator"
    ticked = data["links_business_users"]
    data["links_business_users"] = [key for key in ticked if key != "business.users.delete"]
    assert client.post("/business/roles/add/", data).status_code == 302
    role = CustomRole.objects.get()
    assert services.keys_of(role) == roles.links_of_role(phone) - {"business.users.delete"}


def test_a_role_without_a_tick_comes_back_with_the_sentence_and_the_name(admin: User, as_user: AsUser) -> None:
    answer = as_user(admin).post("/business/roles/add/", {"name": "Empty"})
    assert answer.status_code == 422
    assert b"Tick at least one link" in answer.content
    assert b'value="Empty"' in answer.content


def test_the_list_of_unassigned_users_finds_and_assigns(admin: User, ann: User, bob: User, as_user: AsUser) -> None:
    client = as_user(admin)
    phone = Group.objects.get(name=Role.PHONE.value)
    page = client.get(f"/business/roles/{phone.pk}/unassigned/?q=ann")
    assert [row.label for row in page.context["table"].rows] == [str(ann)]
    answer = client.post(f"/business/roles/{phone.pk}/assign/{ann.pk}/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    page = client.get(f"/business/roles/{phone.pk}/")
    assert [row.label for row in page.context["table"].rows] == [str(ann)]
    assert page.context["counts"] == (1, 1)
    assert b"in force at once" in page.content
    client.post(f"/business/roles/{phone.pk}/remove/{ann.pk}/")
    assert not ann.groups.exists()


def test_a_role_somebody_deleted_leads_back_to_the_list(admin: User, as_user: AsUser) -> None:
    for path in ("/business/roles/999999/", "/business/roles/custom/999999/"):
        answer = as_user(admin).get(path, follow=True)
        assert answer.redirect_chain == [("/business/roles/", 302)]
        assert b"does not exist any more" in answer.content
