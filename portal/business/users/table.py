"""Users as CSV, there and back (export → import changes nothing). Text in, typed rows out; no database here.

UTF-8, comma or semicolon, one line a user. Spreadsheets run cells that begin with = + - @ as formulas, so those are
written with an apostrophe in front, which reading takes off again; never in a password or PIN.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from portal.business.user_templates.models import SETTINGS
from portal.business.users.models import User

MOST_BYTES = 1_000_000
MOST_ROWS = 1000
IDENTITY = ("username", "first_name", "middle_name", "last_name", "extension")
SECRETS = ("password", "pin")  # always empty in an export; empty in an import means keep
FLAGS = ("require_password_change", "require_pin_change")
PERSONAL = (
    "no_message_in", "notification_mode", "smtp_server", "smtp_port", "smtp_encryption", "smtp_username",
    "pop3_server", "pop3_username",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (*IDENTITY, *SECRETS, *FLAGS, "template", *SETTINGS, *PERSONAL)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
YES, NO = frozenset({"yes", "true", "1", "on", "x"}), frozenset({"no", "false", "0", "off", ""})


@dataclass(frozen=True, slots=True)
class Line:
    """One user of the file. `cells`: what the file says, by column; columns it does not have are absent."""

    number: int  # as a spreadsheet counts: the header is 1
    cells: Mapping[str, str]

    def values(self) -> dict[str, Any]:
        """Settings and flags, typed. Raises ValidationError by column."""
        found: dict[str, Any] = {}
        wrong: dict[str, list[str]] = {}
        for name, text in self.cells.items():
            if name in SECRETS or name in ("extension", "template"):
                continue
            try:
                found[name] = _typed(name, text)
            except ValidationError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return found


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[str, ...]
    lines: tuple[Line, ...] = field(default=())


def write(users: Iterable[User]) -> str:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for user in users:
        writer.writerow([_escaped(name, _text(user, name)) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def read(data: bytes) -> Table:
    """Raises ValidationError with a sentence about the file as a whole."""
    if len(data) > MOST_BYTES:
        raise ValidationError(f"The file is larger than {MOST_BYTES // 1000} kB. {MOST_ROWS} users need much less.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValidationError(f"Line {line} is not UTF-8. Save the file as “CSV UTF-8” and try again.") from error
    if "\0" in text:
        raise ValidationError("This is not a CSV file: it holds binary zeros.")
    head = text.partition("\n")[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ValidationError(f"The file cannot be read as CSV: {error}.") from error
    rows_with_numbers = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    if not rows_with_numbers:
        raise ValidationError("The file is empty.")
    (_, header), *lines = rows_with_numbers
    columns = _columns(header)
    if len(lines) > MOST_ROWS:
        raise ValidationError(f"The file has {len(lines)} users; at most {MOST_ROWS} fit into one import.")
    found = []
    for number, row in lines:
        if len(row) != len(columns):
            raise ValidationError(f"Line {number} has {len(row)} cells, but the header has {len(columns)}.")
        cells = {name: _unescaped(name, cell) for name, cell in zip(columns, row, strict=True)}
        found.append(Line(number, cells))
    return Table(columns, tuple(found))


def _columns(header: list[str]) -> tuple[str, ...]:
    columns = tuple(name.strip().lower() for name in header)
    if "username" not in columns:
        raise ValidationError("The first line must name the columns, and “username” must be one of them.")
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise ValidationError(f"Nobody knows the column “{unknown[0][:40]}”. Export the users to see the names.")
    if len(set(columns)) != len(columns):
        twice = next(name for name in columns if columns.count(name) > 1)
        raise ValidationError(f"The column “{twice}” is there twice.")
    return columns


def _text(user: User, name: str) -> str:
    if name in SECRETS:
        return ""
    if name == "extension":
        extension = getattr(user, "extension", None)
        return extension.number if extension else ""
    value = getattr(user, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)


def _typed(name: str, text: str) -> Any:
    column = User._meta.get_field(name)
    kind = column.get_internal_type()  # type: ignore[union-attr]
    if kind == "BooleanField":
        word = text.strip().lower()
        if word not in YES | NO:
            raise ValidationError(f"“{text[:40]}” is neither yes nor no.")
        return word in YES
    if kind.endswith("IntegerField"):
        if not text.strip().isdecimal() or not text.strip().isascii() or len(text.strip()) > 9:
            raise ValidationError(f"“{text[:40]}” is not a whole number.")
        return int(text)
    return text.strip() if name != "caller_id_name" else text


def _risky(text: str) -> bool:
    return text.lstrip("'").startswith(FORMULA)


def _escaped(name: str, text: str) -> str:
    return f"'{text}" if name not in SECRETS and _risky(text) else text


def _unescaped(name: str, text: str) -> str:
    return text[1:] if name not in SECRETS and text.startswith("'") and _risky(text) else text
