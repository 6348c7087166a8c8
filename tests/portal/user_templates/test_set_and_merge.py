"""Set, Merge and the ! mark: the tests of the catalog (S09-40..S09-46), and Merge for any values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.business.user_templates.apply import apply, overridden, values_of
from portal.business.user_templates.models import SETTINGS, UserTemplate, factory_settings
from portal.business.user_templates.services import copy_template, modify_template
from portal.business.users import services
from portal.business.users.models import User
from portal.publish.change import By

AsUser = Callable[[User], Client]
FACTORY = {name: list(value) if isinstance(value, tuple) else value for name, value in factory_settings().items()}


def other(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return ["1"] if isinstance(value, list) and value != ["1"] else [] if isinstance(value, list) else f"{value}x"


@st.composite
def values(draw: Any) -> dict[str, Any]:
    """The factory's, with any of them different."""
    different = draw(st.sets(st.sampled_from(SETTINGS)))
    return {name: other(value) if name in different else value for name, value in FACTORY.items()}


@given(current=values(), applied=values(), template=values())
def test_merge_keeps_exactly_what_was_overridden(current: Any, applied: Any, template: Any) -> None:
    kept = overridden(current, applied)
    merged = apply("merge", current=current, applied=applied, template=template)
    assert kept == {name for name in SETTINGS if current[name] != applied[name]}
    assert all(merged[name] == (current if name in kept else template)[name] for name in SETTINGS)


@given(current=values(), applied=values(), template=values())
def test_set_takes_everything_and_leaves_no_override(current: Any, applied: Any, template: Any) -> None:
    after = apply("set", current=current, applied=applied, template=template)
    assert after == template
    assert not overridden(after, template)


@given(current=values(), applied=values())
def test_merging_the_same_template_again_changes_nothing(current: Any, applied: Any) -> None:
    assert apply("merge", current=current, applied=applied, template=applied) == current


def test_a_setting_younger_than_the_snapshot_is_no_override() -> None:
    assert overridden({**FACTORY, "max_voicemails": 7}, {"vpn_access": False}) == frozenset()


@pytest.fixture
def make_template(db: None, by: By) -> Callable[..., UserTemplate]:
    def make(name: str, **settings: Any) -> UserTemplate:
        default = UserTemplate.objects.get(is_default=True)
        return copy_template(default, name=name, values=settings, by=by)[0]

    return make


def give(user: User, template: UserTemplate, how: Any, by: By, **values: Any) -> User:
    services.modify_user(user, values, by=by, template_id=template.pk, how=how)
    return User.objects.get(pk=user.pk)


def test_a_changed_setting_marks_user_and_field(ann: User, by: By, make_template: Callable[..., UserTemplate]) -> None:
    ann = give(ann, make_template("T", max_voicemails=20, create_conferences=True), "set", by)
    assert ann.template_label == "T"
    services.modify_user(ann, {"max_voicemails": 30}, by=by)
    ann = User.objects.get(pk=ann.pk)
    assert ann.template_label == "T !"
    assert ann.overrides == {"max_voicemails"}


def test_merge_keeps_the_own_value_and_set_drops_it(
    ann: User, by: By, make_template: Callable[..., UserTemplate]
) -> None:
    first = make_template("T", max_voicemails=20, create_conferences=True)
    second = make_template("T2", max_voicemails=50, create_conferences=False)
    ann = give(ann, first, "set", by)
    services.modify_user(ann, {"max_voicemails": 30}, by=by)
    ann = give(ann, second, "merge", by)
    assert (ann.max_voicemails, ann.create_conferences, ann.template_label) == (30, False, "T2 !")
    ann = give(ann, second, "set", by)
    assert (ann.max_voicemails, ann.create_conferences, ann.template_label) == (50, False, "T2")


def test_editing_a_template_changes_and_marks_nobody_until_it_is_applied_again(
    ann: User, by: By, make_template: Callable[..., UserTemplate]
) -> None:
    template = make_template("T", max_voicemails=20)
    ann = give(ann, template, "set", by)
    modify_template(template, {"max_voicemails": 40}, by=by)
    ann = User.objects.get(pk=ann.pk)
    assert (ann.max_voicemails, ann.template_label) == (20, "T")
    assert give(ann, template, "merge", by).max_voicemails == 40


def test_presence_vpn_password_and_other_personal_things_are_untouched_by_any_template(
    ann: User, by: By, make_template: Callable[..., UserTemplate]
) -> None:
    own = {
        "vpn_password": "tunnel",
        "no_message_in": ["busy"],
        "smtp_server": "mail.example",
        "pop3_server": "pop.example",
    }
    services.modify_user(ann, own, by=by)
    ann = give(ann, make_template("T", vpn_access=True), "set", by)
    assert (ann.vpn_password, ann.no_message_in, ann.smtp_server, ann.pop3_server) == (
        "tunnel", ("busy",), "mail.example", "pop.example",
    )  # fmt: skip
    assert ann.vpn_access


def test_the_page_fills_in_the_template_and_saves_nothing_before_update(
    ann: User, admin: User, as_user: AsUser, make_template: Callable[..., UserTemplate]
) -> None:
    template = make_template("Sales", max_voicemails=20, hot_desking=True)
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    sent = opened(client, path)
    page = client.post(path, {**sent, "template": template.pk, "fill": "set", "password": "half typed"})
    assert page.status_code == 200
    form = page.context["form"]
    assert (form["max_voicemails"].value(), form["hot_desking"].value()) == ("20", True)
    assert b"half typed" in page.content  # what was typed seconds ago is not lost
    ann.refresh_from_db()
    assert (ann.max_voicemails, ann.template.is_default) == (100, True)

    sent |= {"template": template.pk, "applied": form["applied"].value(), "max_voicemails": "30", "hot_desking": "on"}
    assert client.post(path, sent).status_code == 302
    ann = User.objects.get(pk=ann.pk)
    assert (ann.max_voicemails, ann.hot_desking, ann.template_label) == (30, True, "Sales !")
    page = client.get(path)
    assert page.context["form"].fields["max_voicemails"].mark == "Differs from Sales: 20 there."
    assert b"Differs from Sales: 20 there." in page.content


def test_merge_on_the_page_keeps_what_is_typed_and_differs(
    ann: User, admin: User, as_user: AsUser, make_template: Callable[..., UserTemplate]
) -> None:
    template = make_template("Sales", max_voicemails=20, inbox_megabytes=5)
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    sent = {**opened(client, path), "max_voicemails": "77", "template": template.pk, "fill": "merge"}
    form = client.post(path, sent).context["form"]
    assert (form["max_voicemails"].value(), form["inbox_megabytes"].value()) == ("77", "5")


def test_a_template_chosen_without_set_or_merge_is_asked_about(
    ann: User, admin: User, as_user: AsUser, make_template: Callable[..., UserTemplate]
) -> None:
    template = make_template("Sales")
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    page = client.post(path, {**opened(client, path), "template": template.pk})
    assert "Press Set or Merge to apply Sales" in page.context["form"].errors["template"][0]


def test_a_template_changed_between_set_and_update_is_to_be_applied_again(
    ann: User, admin: User, by: By, as_user: AsUser, make_template: Callable[..., UserTemplate]
) -> None:
    template = make_template("Sales", max_voicemails=20)
    client, path = as_user(admin), f"/business/users/{ann.pk}/"
    sent = {**opened(client, path), "template": template.pk}
    applied = client.post(path, {**sent, "fill": "set"}).context["form"]["applied"].value()
    modify_template(template, {"max_voicemails": 40}, by=by)
    page = client.post(path, {**sent, "applied": applied, "max_voicemails": "20"})
    assert "was changed by somebody since you applied it" in page.context["form"].errors["template"][0]
    assert User.objects.get(pk=ann.pk).template != template


def test_a_new_user_gets_the_chosen_template(
    admin: User, as_user: AsUser, make_template: Callable[..., UserTemplate]
) -> None:
    template = make_template("Sales", max_voicemails=20, hot_desking=True)
    client = as_user(admin)
    sent = opened(client, "/business/users/add/")
    sent |= {"username": "carl", "extension": "120", "password": "long one", "confirm_password": "long one"}
    answer = client.post("/business/users/add/", {**sent, "template": template.pk})
    assert answer.status_code == 302, answer.context["form"].errors
    carl = User.objects.get(username="carl")
    assert (carl.max_voicemails, carl.hot_desking, carl.template_label) == (20, True, "Sales")


def opened(client: Client, path: str) -> dict[str, Any]:
    """What the browser would send back if nothing was typed."""
    page = client.get(path)
    values = {field.html_name: field.value() for field in page.context["form"]}
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    fields = {name: "on" if value is True else value for name, value in sent.items()}
    return {**fields, "row_version": page.context["version"], "original": page.context["original"]}


def test_values_of_a_user_are_those_of_the_template_applied_when_it_was_added(ann: User) -> None:
    assert values_of(ann) == FACTORY == ann.template_values
    assert ann.template_label == "System User (Default)"
