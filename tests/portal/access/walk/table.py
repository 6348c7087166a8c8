"""The expectation: tests/spec/role_permissions.csv, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.portal.access.walk.cast import COLUMNS, EVERYTHING, PLAIN, STRANGER

TABLE = Path(__file__).parents[3] / "spec" / "role_permissions.csv"
Name = tuple[str, str]  # page and link, as in the table


def _read() -> dict[Name, dict[str, bool]]:
    with TABLE.open(newline="") as file:
        return {
            (row["page"], row["link"]): {column: row[column] == "yes" for column in COLUMNS.values()}
            for row in csv.DictReader(file)
        }


ROWS = _read()


def allowed(member: str, row: dict[str, bool]) -> bool:
    if member in EVERYTHING:
        return True
    if member in PLAIN or member == STRANGER:
        return False
    return row[COLUMNS[member]]
