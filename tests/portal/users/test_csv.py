"""Users as a CSV table, there and back: preview, sentences by line, all or nothing, hostile files."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.audit.models import AuditEntry
from portal.business.users import services, table
from portal.business.users.models import User
from portal.publish.change import By
from portal.publish.models import ConfigurationVersion

AsUser = Callable[[User], Client]
EXPORT, IMPORT = "/business/users/bulk-edit/users.csv", "/business/users/bulk-edit/import/"


def upload(client: Client, text: str | bytes) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORT, {"file": SimpleUploadedFile("users.csv", data)})


def confirm(client: Client, page: Any) -> Any:
    return client.post(IMPORT, {"upload": page.context["upload"]})


def test_what_is_exported_is_imported_without_any_change(
    ann: User, bob: User, admin: User, by: By, as_user: AsUser
) -> None:
    odd = {"first_name": "=cmd|' /C calc'!A0", "last_name": "'+1, \"x\"; مرحبا 🙂", "no_message_in": ["busy", "away"],
           "supervised_queues": ["2", "9"], "caller_id_number": "+15551234", "listed_attendants": []}  # fmt: skip
    services.modify_user(ann, odd, by=by)
    client = as_user(admin)
    exported = client.get(EXPORT).content
    before = list(User.objects.order_by("pk").values())
    page = upload(client, exported)
    assert page.status_code == 200, page.content
    assert page.context["plan"].count("nothing") == 2
    confirm(client, page)
    assert list(User.objects.order_by("pk").values()) == before


def test_no_cell_of_an_export_is_a_formula_and_no_secret_is_in_it(
    ann: User, admin: User, by: By, as_user: AsUser
) -> None:
    services.modify_user(ann, {"first_name": "@SUM(A1)", "vpn_password": "tunnel-secret"}, by=by)
    text = as_user(admin).get(EXPORT).content.decode("utf-8-sig")
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert "tunnel-secret" not in text
    assert ann.password not in text


def test_a_preview_saves_nothing_and_the_confirmation_is_one_change(admin: User, ann: User, as_user: AsUser) -> None:
    client = as_user(admin)
    text = "username,first_name,extension,password,max_voicemails\ncarl,Carl,120,long one,7\nann,Anne,,,8\n"
    versions = ConfigurationVersion.objects.count()
    page = upload(client, text)
    assert (page.context["plan"].count("add"), page.context["plan"].count("modify")) == (1, 1)
    assert "First name: Ann → Anne" in page.content.decode()
    assert not User.objects.filter(username="carl").exists()
    assert "long one" not in page.content.decode()  # the file travels sealed

    assert confirm(client, page).status_code == 302
    carl, anne = User.objects.get(username="carl"), User.objects.get(pk=ann.pk)
    assert (carl.first_name, carl.extension.number, carl.max_voicemails) == ("Carl", "120", 7)
    assert carl.check_password("long one")
    assert (carl.require_password_change, carl.require_pin_change) == (True, True)
    assert (anne.first_name, anne.max_voicemails, anne.overrides) == ("Anne", 8, {"max_voicemails"})
    assert ConfigurationVersion.objects.count() == versions + 1
    assert set(AuditEntry.objects.filter(why="Import 2 users").values_list("actor_name", flat=True)) == {"admin"}


def test_one_wrong_line_keeps_all_others_from_being_saved(admin: User, ann: User, as_user: AsUser) -> None:
    client = as_user(admin)
    text = (
        "username,extension,password,max_voicemails,voicemail_enabled,template\n"
        "carl,120,long one,5,yes,\n"
        "dora,999,abc,many,maybe,\n"
        "emil,120,long one,5,yes,\n"
        "frida,121,,5,yes,Nowhere\n"
        "carl,122,long one,5,yes,\n"
        "admin,123,long one,5,yes,\n"
    )
    page = upload(client, text)
    assert page.status_code == 422
    problems = {line.number: " ".join(line.problems) for line in page.context["plan"].wrong}
    assert set(problems) == {3, 4, 5, 6, 7}
    assert "“many” is not a whole number" in problems[3]
    assert "“maybe” is neither yes nor no" in problems[3]
    assert "Extension 120 is already used" in problems[4]
    assert "no template called “Nowhere”" in problems[5]
    assert "in the file twice" in problems[6]
    assert "Server Administrator is not imported" in problems[7]
    assert page.context["upload"] == ""
    assert not User.objects.filter(username="carl").exists()


def test_what_changed_since_the_preview_is_found_at_the_confirmation(
    admin: User, as_user: AsUser, make_user: Callable[..., User]
) -> None:
    client = as_user(admin)
    page = upload(client, "username,extension,password\ncarl,120,long one\n")
    make_user("quick", "120")
    answer = confirm(client, page)
    assert answer.status_code == 422
    assert "Extension 120 is already used by Quick Example" in answer.content.decode()


def test_a_phone_administrator_changes_nobody_higher_by_import(
    phone_admin: User, make_user: Callable[..., User], as_user: AsUser
) -> None:
    from portal.access.links import Role

    make_user("syd", "130", role=Role.SYSTEM)
    page = upload(as_user(phone_admin), "username,password\nsyd,mine now\n")
    assert page.status_code == 422
    assert "holds more than your roles do" in page.content.decode()


HOSTILE = {
    b"": "empty",
    b"\xff\xfeu\x00s\x00": "not UTF-8",
    "username\njörg\n".encode("latin-1"): "Line 2 is not UTF-8",
    b"username\n\x00\n": "binary zeros",
    b"name,extension\nx,101\n": "“username” must be one of them",
    b"username,colour\nann,red\n": "Nobody knows the column “colour”",
    b"username,pin,pin\nann,1,2\n": "there twice",
    b"username,extension\nann\n": "Line 2 has 1 cells, but the header has 2",
    b'username\n"ann\n': "cannot be read as CSV",
    b"username\n" + b"x\n" * 1001: "at most 1000",
    b"u" * 1_000_001: "larger than 1000 kB",
}


@pytest.mark.parametrize("data", HOSTILE, ids=HOSTILE.values())
def test_a_hostile_file_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(ValidationError, match=HOSTILE[data]):
        table.read(data)


def test_semicolons_of_european_spreadsheets_are_understood() -> None:
    [line] = table.read("username;extension\r\nann;101\r\n".encode("utf-8-sig")).lines
    assert line.cells == {"username": "ann", "extension": "101"}


def test_a_forged_or_old_upload_is_refused(admin: User, as_user: AsUser) -> None:
    answer = as_user(admin).post(IMPORT, {"upload": "forged"})
    assert answer.status_code == 422
    assert "too old" in answer.content.decode()


@pytest.mark.parametrize("text", ["'", "''", "'=", "''=1", "=1", "+1", "'x", "x'", "-", "@", "\tx"])
def test_the_apostrophe_before_formulas_comes_off_again(text: str) -> None:
    written = table._escaped("first_name", text)
    assert not written.startswith(table.FORMULA)
    assert table._unescaped("first_name", written) == text


def test_a_whole_office_is_one_change(admin: User, as_user: AsUser, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    lines = [f"user{n},Person {n},{100 + n},long one" for n in range(190)]
    client = as_user(admin)
    page = upload(client, "username,first_name,extension,password\n" + "\n".join(lines) + "\n")
    assert page.context["plan"].count("add") == 190
    before = ConfigurationVersion.objects.count()
    assert confirm(client, page).status_code == 302
    assert User.objects.filter(username__startswith="user").count() == 190
    assert ConfigurationVersion.objects.count() == before + 1


def test_strangers_and_plain_users_get_no_table(ann: User, client: Client, as_user: AsUser) -> None:
    assert client.get(EXPORT).status_code == 302
    assert as_user(ann).get(EXPORT).status_code == 403
    assert upload(as_user(ann), "username\nx\n").status_code == 403
