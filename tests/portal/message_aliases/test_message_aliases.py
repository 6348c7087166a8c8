"""Message aliases of users and groups: S15-05..S15-07, S15-14, S15-15."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.business.message_aliases import services
from portal.business.message_aliases.domain import circle
from portal.business.message_aliases.models import MessageAlias
from portal.business.message_aliases.services import AliasValues
from portal.business.users.models import User
from portal.publish.change import By

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def domain(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SWITCHROOM_DOMAIN", "office.example")
    return "office.example"


def of(user: User, *addresses: str, keep: bool = False) -> AliasValues:
    return AliasValues(user=user, message_center=user if keep else None, addresses=addresses)


def refused(values: AliasValues, by: By) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        services.add_alias(values, by=by)
    return caught.value.message_dict


def test_an_alias_of_a_user_holds_several_addresses(ann: User, by: By) -> None:
    alias, change = services.add_alias(of(ann, "ann@home.example", "ann@phone.example"), by=by)
    assert alias.addresses == "ann@home.example\nann@phone.example"
    assert alias.message_center is None
    assert change.outcome == "Saved."  # the telephone engines see no difference


def test_the_users_own_name_among_the_addresses_means_message_center(ann: User, by: By) -> None:
    """S15-Q01."""
    for own in ("ann", "Ann@Office.example"):
        alias, _ = services.add_alias(of(ann, own, "ann@home.example"), by=by)
        assert (alias.message_center, alias.addresses) == (ann, "ann@home.example")
        services.delete_alias(alias, by=by)


def test_a_group_keeps_its_copy_in_the_inbox_of_a_user(ann: User, by: By) -> None:
    """S15-Q02."""
    values = AliasValues(group="Sales", message_center=ann, addresses=("a@b.example",))
    assert services.add_alias(values, by=by)[0].message_center == ann


def test_names_are_unique_in_any_case_and_never_a_login_name(ann: User, by: By) -> None:
    services.add_alias(AliasValues(group="Sales", addresses=("a@b.example",)), by=by)
    assert (
        "There is a group SALES already"
        in refused(AliasValues(group="SALES", addresses=("a@b.example",)), by)["group"][0]
    )
    assert "login name of a user" in refused(AliasValues(group="Ann", addresses=("a@b.example",)), by)["group"][0]
    services.add_alias(of(ann, "ann@home.example"), by=by)
    assert "has a message alias already" in refused(of(ann, "x@home.example"), by)["user"][0]


@pytest.mark.parametrize("group", ["a b", "a..b", ".a", "ä", "a@b", "x" * 65, "a\nb"])
def test_a_group_name_must_fit_before_the_at(group: str, by: By) -> None:
    assert (
        "A group name has 1 to 64 characters"
        in refused(AliasValues(group=group, addresses=("a@b.example",)), by)["group"][0]
    )


def test_addresses_that_are_none_are_named(ann: User, by: By) -> None:
    wrong = refused(of(ann, "good@home.example", "bad", "<script>@x"), by)["addresses"]
    assert [sentence.split(" ")[0] for sentence in wrong] == ["bad", "<script>@x"]
    assert refused(of(ann), by)["addresses"] == ["Enter at least one email address."]


def test_circles_are_refused_and_the_way_is_told(ann: User, bob: User, by: By) -> None:
    """S15-15."""
    services.add_alias(of(ann, "sales@office.example"), by=by)
    services.add_alias(of(bob, "ann@office.example"), by=by)
    wrong = refused(AliasValues(group="Sales", addresses=("bob@office.example",)), by)
    assert wrong["addresses"] == [
        "Messages would go round in a circle: sales to bob to ann to sales. Take one of them out."
    ]


def test_an_address_outside_with_a_familiar_name_is_no_circle() -> None:
    assert circle("ann", {"ann": ["ann@elsewhere.example"]}, "office.example") == ()
    assert circle("ann", {"ann": ["ann@office.example"]}, "") == ()


def test_an_address_of_our_own_domain_that_leads_nowhere_is_warned_of(
    ann: User, admin: User, as_user: Callable[[User], Any]
) -> None:
    """S15-14: saved, with a warning."""
    client = as_user(admin)
    data = {"user": ann.pk, "message_center": "", "addresses": "nobody@office.example, bob@outside.example"}
    page = client.post("/business/message-aliases/add/", data, follow=True).content.decode()
    assert "nobody@office.example is an address of this server" in page
    assert MessageAlias.objects.get().addresses == "nobody@office.example\nbob@outside.example"


def test_the_page_adds_modifies_and_deletes_both_kinds(ann: User, admin: User, as_user: Callable[[User], Any]) -> None:
    client = as_user(admin)
    data = {"group": "Sales", "message_center": str(ann.pk), "addresses": "a@b.example"}
    assert client.post("/business/message-aliases/add-group/", data).status_code == 302
    alias = MessageAlias.objects.get()
    url = f"/business/message-aliases/{alias.pk}/"
    assert client.get(url).context["form"].initial["message_center"] == str(ann.pk)
    more = {"row_version": 1, "original": "", **data, "message_center": "", "addresses": "a@b.example\nc@d.example"}
    assert client.post(url, more).status_code == 302
    alias.refresh_from_db()
    assert (alias.message_center, alias.row_version) == (None, 2)
    assert "Sales" in client.get("/business/message-aliases/?q=sal").content.decode()
    assert client.post(url + "delete/", {"row_version": 2}).status_code == 302
    assert not MessageAlias.objects.exists()


def test_a_plain_user_is_refused(ann: User, as_user: Callable[[User], Any]) -> None:
    assert as_user(ann).post("/business/message-aliases/add/", {"user": ann.pk}).status_code == 403
