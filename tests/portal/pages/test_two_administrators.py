"""Two administrators with the same form open, without a browser: nobody's change is lost, whatever was changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portal.business.users.models import User
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.handsets.services import NewHandset, add_generic_handset
from portal.publish.change import By

pytestmark = pytest.mark.django_db(transaction=True)


def opened(client: Client, path: str) -> dict[str, Any]:
    """What the browser would send back if nothing was typed."""
    page = client.get(path)
    form = page.context["form"]
    values = {field.html_name: field.value() for field in form}
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    fields = {name: "on" if value is True else value for name, value in sent.items()}
    return {**fields, "row_version": page.context["version"], "original": page.context["original"]}


def test_a_number_changed_by_both_is_a_conflict_though_the_user_row_is_the_same(
    admin: User, ann: User, as_user: Callable[[User], Client]
) -> None:
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    first, second = opened(client, path), opened(client, path)
    assert client.post(path, {**first, "extension": "120"}).status_code == 302
    answer = client.post(path, {**second, "extension": "121"})
    assert answer.status_code == 409
    assert answer.context["notes"]["extension"].theirs == "120"
    assert User.objects.get(pk=ann.pk).extension.number == "120"


def test_saving_again_after_the_comparison_keeps_both_changes(
    admin: User, ann: User, as_user: Callable[[User], Client]
) -> None:
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    first, second = opened(client, path), opened(client, path)
    client.post(path, {**first, "max_voicemails": "7"})
    compared = client.post(path, {**second, "first_name": "Anna"})
    assert compared.status_code == 409
    form = compared.context["form"]
    again = {name: value for name, value in form.data.items() if name not in ("row_version", "original")}
    hidden = {"row_version": compared.context["version"], "original": compared.context["original"]}
    assert client.post(path, {**again, **hidden}).status_code == 302
    user = User.objects.get(pk=ann.pk)
    assert (user.first_name, user.max_voicemails) == ("Anna", 7)


def test_what_somebody_saved_on_another_line_needs_no_comparison(
    admin: User, ann: User, by: By, as_user: Callable[[User], Client]
) -> None:
    """The lines of a handset share its row version; only what stands on the form can differ."""
    phone, _ = add_generic_handset(NewHandset(description="Gate", login_id="gate", password="secret", lines=2), by=by)
    lines = CallAppearance.objects.filter(handset=phone).order_by("line")
    client = as_user(admin)
    paths = [f"/phone-system/handsets/lines/{line.pk}/" for line in lines]
    first, second = (opened(client, path) for path in paths)
    assert client.post(paths[0], {**first, "owner": ann.pk}).status_code == 302
    assert client.post(paths[1], {**second, "description": "Second"}).status_code == 302
    assert [(line.owner, line.description) for line in lines.all()] == [(ann, "Gate"), (None, "Second")]


def test_a_comparison_comes_before_other_mistakes(admin: User, ann: User, as_user: Callable[[User], Client]) -> None:
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    first, second = opened(client, path), opened(client, path)
    client.post(path, {**first, "first_name": "Anna"})
    answer = client.post(path, {**second, "first_name": "Anne", "extension": "999"})
    assert answer.status_code == 409
    assert answer.context["conflict"] == "admin"
    assert "extension" in answer.context["form"].errors


def test_a_handset_changed_since_the_question_is_not_deleted_unseen(
    admin: User, ann: User, by: By, as_user: Callable[[User], Client]
) -> None:
    phone, _ = add_generic_handset(NewHandset(description="Gate", login_id="gate", password="secret"), by=by)
    line = CallAppearance.objects.get(handset=phone)
    client, path = as_user(admin), f"/phone-system/handsets/lines/{line.pk}/"
    asked = client.get(f"{path}delete/").context["version"]
    client.post(path, {**opened(client, path), "owner": ann.pk})
    assert client.post(f"{path}delete/", {"row_version": asked}).status_code == 409
    assert Handset.objects.filter(pk=phone.pk).exists()
