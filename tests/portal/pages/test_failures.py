"""A database that does not answer: a sentence instead of an error, and what was typed is kept. The real thing, with
calls going on meanwhile, is in tests/e2e/test_failures.py."""

from __future__ import annotations

import json

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.api.errors import problem
from portal.pages.failures import AWAY, BUSY, FULL, database_sentence, server_error


@pytest.mark.parametrize(("error", "sentence"), [
    (OperationalError("database is locked"), BUSY),
    (OperationalError("database or disk is full"), FULL),
    (OperationalError("disk I/O error"), FULL),
    (OperationalError('could not extend file "base/5/1": No space left on device'), FULL),
    (OperationalError("connection to server at 127.0.0.1 failed: Connection refused"), AWAY),
    (InterfaceError("connection already closed"), AWAY),
    (ProgrammingError("no such table"), ""),
    (ValueError("x"), ""),
    (None, ""),
])  # fmt: skip
def test_what_the_database_says_becomes_a_sentence(error: Exception | None, sentence: str) -> None:
    assert database_sentence(error) == sentence


def failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """As Django calls the handler: while the error is being handled."""
    try:
        raise error
    except Exception:
        return server_error(request)


AWAY_NOW = OperationalError("connection refused")


def test_what_was_typed_can_be_sent_again() -> None:
    sent = {"first_name": 'Ann "the voice"', "days": ["1", "2"], "csrfmiddlewaretoken": "abc"}
    answer = failed(RequestFactory().post("/business/users/add/?x=1", sent), AWAY_NOW)
    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert AWAY in html
    assert 'action="/business/users/add/?x=1"' in html
    assert 'name="first_name" value="Ann &quot;the voice&quot;"' in html
    assert html.count('name="days"') == 2
    assert "Send it again" in html


def test_a_page_that_was_only_looked_at_is_tried_again() -> None:
    html = failed(RequestFactory().get("/business/users/"), AWAY_NOW).content.decode()
    assert 'href="/business/users/"' in html
    assert "<form" not in html


def test_a_button_and_a_program_get_the_sentence_alone() -> None:
    button = failed(RequestFactory().post("/x/", headers={"HX-Request": "true"}), AWAY_NOW)
    assert (button.status_code, button["Content-Type"].split(";")[0], button.content.decode()) == (
        503,
        "text/plain",
        AWAY,
    )
    program = failed(RequestFactory().post("/api/v1/users/"), AWAY_NOW)
    assert program["Content-Type"] == "application/problem+json"
    assert json.loads(program.content)["detail"] == AWAY
    answer = problem(AWAY_NOW, {})
    assert answer is not None
    assert (answer.status_code, answer.data["detail"], answer.data["title"]) == (503, AWAY, "The database is away")


def test_a_fault_of_ours_stays_a_fault() -> None:
    answer = failed(RequestFactory().get("/business/users/"), ValueError("secret detail"))
    assert answer.status_code == 500
    assert "secret detail" not in answer.content.decode()
    assert failed(RequestFactory().get("/api/v1/users/"), ValueError("secret detail")).status_code == 500
