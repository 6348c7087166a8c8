"""Business > Users > User Templates: View, Copy, Modify, Delete (S09-01..S09-05, S09-43, S09-44)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.business.user_templates.models import UserTemplate, factory_settings, sync_default
from portal.business.user_templates.services import copy_template, delete_template, modify_template
from portal.business.users import services
from portal.business.users.models import User
from portal.publish.change import By
from portal.publish.errors import Refused

AsUser = Callable[[User], Client]


@pytest.fixture
def default(db: None) -> UserTemplate:
    return UserTemplate.objects.get(is_default=True)


def test_the_default_template_has_view_and_copy_only_and_forged_requests_fail(
    default: UserTemplate, admin: User, as_user: AsUser
) -> None:
    client = as_user(admin)
    [row] = client.get("/business/user-templates/").context["table"].rows
    assert [button.title for button in row.actions] == ["View", "Copy"]
    page = client.get(f"/business/user-templates/{default.pk}/")
    assert page.status_code == 200
    assert b"Update</button>" not in page.content
    before = UserTemplate.objects.filter(pk=default.pk).values().get()
    forged = {"name": "Mine", "max_voicemails": "1", "row_version": "1"}
    assert client.post(f"/business/user-templates/{default.pk}/", forged).status_code == 403
    assert client.get(f"/business/user-templates/{default.pk}/delete/").status_code == 403
    assert client.post(f"/business/user-templates/{default.pk}/delete/", {"row_version": "1"}).status_code == 403
    assert UserTemplate.objects.filter(pk=default.pk).values().get() == before


def test_the_services_too_leave_the_default_alone(default: UserTemplate, by: By) -> None:
    with pytest.raises(ValidationError, match="factory settings"):
        modify_template(default, {"max_voicemails": 5}, by=by)
    with pytest.raises(ValidationError, match="factory settings"):
        delete_template(default, by=by)


def test_copies_have_the_same_settings_and_a_name_of_their_own(
    default: UserTemplate, admin: User, as_user: AsUser
) -> None:
    client = as_user(admin)
    for _ in range(2):
        assert client.post(f"/business/user-templates/{default.pk}/copy/").status_code == 302
    names = list(UserTemplate.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["System User (Default)", "Copy of System User (Default)", "Copy of System User (Default) 2"]
    copy = UserTemplate.objects.get(name=names[1])
    assert {name: getattr(copy, name) for name in factory_settings()} == factory_settings()


def test_a_template_is_modified_on_its_page(default: UserTemplate, by: By, admin: User, as_user: AsUser) -> None:
    copy, _ = copy_template(default, by=by)
    client, path = as_user(admin), f"/business/user-templates/{copy.pk}/"
    page = client.get(path)
    fields = {field.html_name: field.value() for field in page.context["form"] if field.value() not in (None, False)}
    sent: dict[str, Any] = {name: "on" if value is True else value for name, value in fields.items()}
    sent |= {"reach_count": 0, "interact_count": 0, "row_version": "1", "original": page.context["original"]}
    assert client.post(path, {**sent, "name": "Sales", "supervised_queues": ["3", "7"]}).status_code == 302
    copy.refresh_from_db()
    assert (copy.name, copy.supervised_queues, copy.row_version) == ("Sales", ("3", "7"), 2)
    answer = client.post(path, {**sent, "name": "Sales", "max_voicemails": "0", "row_version": "2"})
    assert answer.status_code == 422
    assert "max_voicemails" in answer.context["form"].errors


def test_names_are_unique_without_regard_to_case(default: UserTemplate, by: By) -> None:
    copy_template(default, name="Sales", by=by)
    with pytest.raises(ValidationError, match="There is a template called sales already"):
        copy_template(default, name="sales", by=by)


def test_deleting_is_refused_while_in_use_naming_the_users(
    default: UserTemplate, ann: User, by: By, admin: User, as_user: AsUser
) -> None:
    copy, _ = copy_template(default, name="Sales", by=by)
    services.modify_user(ann, {}, template_id=copy.pk, how="set", by=by)
    with pytest.raises(Refused) as refused:
        delete_template(copy, by=by)
    assert refused.value.reasons[0].text == "It is the template last applied to Ann Example."
    assert refused.value.reasons[0].link == f"/business/users/{ann.pk}/"
    page = as_user(admin).post(f"/business/user-templates/{copy.pk}/delete/", {"row_version": copy.row_version})
    assert page.status_code == 409
    assert b"last applied to Ann Example" in page.content

    services.modify_user(ann, {}, template_id=default.pk, how="set", by=by)
    delete_template(copy, by=by)
    assert not UserTemplate.objects.filter(pk=copy.pk).exists()


def test_the_view_names_who_has_it_and_who_differs(
    default: UserTemplate, ann: User, bob: User, by: By, admin: User, as_user: AsUser
) -> None:
    services.modify_user(ann, {"max_voicemails": 3}, by=by)
    page = as_user(admin).get(f"/business/user-templates/{default.pk}/")
    assert [(user.label, bool(user.overrides)) for user in page.context["users"]] == [
        ("Ann Example", True),
        ("Bob Example", False),
    ]


def test_the_default_follows_the_code(default: UserTemplate) -> None:
    UserTemplate.objects.filter(pk=default.pk).update(max_voicemails=7, name="Bent")
    sync_default()
    default.refresh_from_db()
    assert (default.max_voicemails, default.name) == (100, "System User (Default)")


def test_a_plain_user_and_a_stranger_see_no_templates(ann: User, as_user: AsUser, client: Client) -> None:
    assert as_user(ann).get("/business/user-templates/").status_code == 403
    assert client.get("/business/user-templates/").status_code == 302
