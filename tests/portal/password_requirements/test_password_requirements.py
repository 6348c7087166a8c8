"""Business > Users > Password Requirements (S08-03..S08-06, S08-10..S08-13)."""

from __future__ import annotations

import string
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from portal.access.secrets import Requirements, check_password_rules, check_user_password
from portal.business.password_requirements.page import modify_requirements
from portal.business.users import services
from portal.business.users.models import User
from portal.publish.change import By
from tests.conftest import PASSWORD

AsUser = Callable[[User], Client]
PATH = "/business/password-requirements/"
STRONG = {"require_strong": True, "minimum_length": 8, "require_lower": False, "require_upper": True,
          "require_digit": False, "require_special": True}  # fmt: skip


def test_with_strong_off_four_to_128_allowed_characters_do(db: None) -> None:
    for password in ("abcd", "x" * 128):
        check_user_password(password)
    for password in ("abc", "x" * 129, "passwörd"):
        with pytest.raises(ValidationError):
            check_user_password(password)


def test_with_strong_on_length_and_classes_count(db: None, by: By) -> None:
    modify_requirements(STRONG, by=by)
    with pytest.raises(ValidationError, match="an upper case letter and a special character"):
        check_user_password("abcdefgh")
    with pytest.raises(ValidationError, match="8 to 128 characters; this one has 7"):
        check_user_password("Abcdef!")
    check_user_password("Abcdefg!")


@pytest.mark.parametrize("sign", string.punctuation + " ")
def test_each_of_the_33_special_characters_counts(sign: str) -> None:
    check_password_rules(f"abcd{sign}", Requirements(special=True))


def test_there_are_33_of_them() -> None:
    assert len(set(string.punctuation + " ")) == 33


@pytest.mark.parametrize("minimum", [5, 129])
def test_the_minimum_length_is_6_to_128(minimum: int, admin: User, as_user: AsUser, by: By) -> None:
    answer = as_user(admin).post(PATH, {"require_strong": "on", "minimum_length": minimum, "row_version": "1"})
    assert answer.status_code == 422
    assert "from 6 to 128" in answer.context["form"].errors["minimum_length"][0]
    with pytest.raises(ValidationError):
        modify_requirements({**STRONG, "minimum_length": minimum}, by=by)


def test_who_logs_in_with_a_password_too_weak_now_chooses_another_first(
    make_user: Callable[..., User], client: Client, by: By
) -> None:
    user = make_user("carl", "103", password="abcd")
    modify_requirements({"require_strong": True, "minimum_length": 6, "require_lower": False, "require_upper": False,
                         "require_digit": False, "require_special": False}, by=by)  # fmt: skip
    answer = client.post("/login/", {"username": "carl", "password": "abcd"})
    assert client.get("/my/")["Location"] == "/change-password/"
    page = client.post(
        "/change-password/", {"old_password": "abcd", "new_password": "efgh", "confirm_password": "efgh"}
    )
    assert "6 to 128 characters" in page.context["form"].errors["new_password"][0]
    new = {"old_password": "abcd", "new_password": "efghij", "confirm_password": "efghij"}
    assert client.post("/change-password/", new).status_code == 302
    user.refresh_from_db()
    assert not user.must_change
    assert answer.status_code == 302


def test_who_has_a_strong_one_is_left_alone(make_user: Callable[..., User], client: Client, by: By) -> None:
    make_user("carl", "103", password="Abcdefg!")
    modify_requirements(STRONG, by=by)
    client.post("/login/", {"username": "carl", "password": "Abcdefg!"})
    assert client.get("/my/").status_code == 200


def test_administrators_too_must_follow_the_rules(ann: User, by: By, make_user: Callable[..., User]) -> None:
    modify_requirements(STRONG, by=by)
    with pytest.raises(ValidationError, match="upper case"):
        services.change_password(ann, "abcdefgh", by=by)
    with pytest.raises(ValidationError, match="upper case"):
        make_user("carl", "103", password="abcdefgh")


def test_only_system_administrators_change_them(phone_admin: User, admin: User, as_user: AsUser) -> None:
    assert as_user(phone_admin).get(PATH).status_code == 403
    client = as_user(admin)
    page = client.get(PATH)
    sent = {"require_strong": "on", "minimum_length": "10", "require_digit": "on"}
    sent |= {"row_version": page.context["version"], "original": page.context["original"]}
    assert client.post(PATH, sent).status_code == 302
    with pytest.raises(ValidationError, match="10 to 128"):
        check_user_password("short1")


def test_a_new_user_must_change_both_secrets_unless_it_was_unticked(
    make_user: Callable[..., User], as_user: AsUser
) -> None:
    both = make_user("dora", "104", require_password_change=True, require_pin_change=True)
    page = as_user(both).get("/change-password/")
    assert {"new_password", "new_pin"} <= page.context["form"].fields.keys()
    neither = make_user("emil", "105", password=PASSWORD)
    assert as_user(neither).get("/my/").status_code == 200
