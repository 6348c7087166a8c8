"""Parts of a recording, as media players ask for them (RFC 9110 section 14)."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from portal.my_manager import ranges

DATA = bytes(range(100))


def ask(header: str) -> tuple[int, bytes, str]:
    request = RequestFactory().get("/", headers={"Range": header} if header else {})
    response = ranges.answer(request, DATA, "audio/wav")
    assert response.status_code == 416 or response["Accept-Ranges"] == "bytes"
    return response.status_code, response.content, response.headers.get("Content-Range", "")


@pytest.mark.parametrize(
    ("header", "part", "content_range"),
    [
        ("bytes=0-", DATA, "bytes 0-99/100"),
        ("bytes=10-19", DATA[10:20], "bytes 10-19/100"),
        ("bytes=90-500", DATA[90:], "bytes 90-99/100"),
        ("bytes=-5", DATA[-5:], "bytes 95-99/100"),
        ("bytes=-500", DATA, "bytes 0-99/100"),
    ],
)
def test_one_range_is_answered_with_that_part(header: str, part: bytes, content_range: str) -> None:
    assert ask(header) == (206, part, content_range)


@pytest.mark.parametrize("header", ["", "bytes=-", "bytes=0-1,5-6", "seconds=1-2", "bytes=x-y"])
def test_no_range_or_one_we_do_not_serve_is_answered_with_everything(header: str) -> None:
    assert ask(header) == (200, DATA, "")


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=20-10", "bytes=-0"])
def test_a_range_outside_the_recording_is_416_with_its_size(header: str) -> None:
    assert ask(header) == (416, b"", "bytes */100")
