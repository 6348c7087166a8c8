"""`make demo` and `make demo-phones`: a newcomer sees people, phones, voicemails and live calls without a phone."""

from __future__ import annotations

import re
import stat
import sys

import pytest

from tests.harness.browser import Browser
from tests.harness.house import House
from tests.harness.place import wait_for

pytestmark = pytest.mark.e2e


def test_the_office_is_made_once_and_its_phones_call_one_another(house: House) -> None:
    first = house.run([sys.executable, "-m", "ops.demo"], 120)
    password = re.search(r"^ann +101 +(\S+) +\d{6} +Ann Meyer$", first, re.MULTILINE)
    assert password, first
    with Browser(house.url(""), "ann", password.group(1)) as browser:
        page = browser.get("/my/")
        assert browser.path(page) == "/my/", "Ann must not be asked for anything at her first login"
        assert "David Lindqvist" in page.text
    again = house.run([sys.executable, "-m", "ops.demo"], 120)
    assert password.group(1) not in again
    assert "nothing was changed" in again
    secrets = house.instance.var / "demo-phones.json"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600

    staff = {str(number) for number in range(101, 113)}
    house.in_force()
    phones = house.start("demo-phones", [sys.executable, "-m", "ops.demo_phones", "--pace", "2"])
    try:
        wait_for(lambda: _registered(house) == 12, 20, "twelve registered phones")
        call = wait_for(
            lambda: next((c for c in house.calls() if c["from"] in staff and c["state"] == "talking"), None), 60,
            "two of them to talk",
        )  # fmt: skip
        assert call["to"] in staff
        assert phones.running
    finally:
        house.stop("demo-phones")
    wait_for(lambda: _registered(house) == 0, 10, "the phones to be gone")


def _registered(house: House) -> int:
    """How many of the office's handsets are registered."""
    rows = house.rows("handsets/?page_size=200")
    return sum(1 for row in rows if row["registered"] and str(row["login_id"]).endswith("-phone"))
