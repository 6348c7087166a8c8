"""The list of changes as a file for spreadsheets, CSV (RFC 4180) or TSV, UTF-8; row by row, however long it is."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from portal.audit.models import AuditEntry

HEADS = ("Time (UTC)", "Who", "From", "Via", "Action", "Kind", "Object", "Field", "Before", "After", "Why", "Version")
DIALECTS: dict[str, tuple[str, str]] = {"csv": (",", "text/csv"), "tsv": ("\t", "text/tab-separated-values")}
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # OWASP: what a spreadsheet would calculate


def safe(value: object) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what would be one."""
    text = str(value).replace("\0", "")
    return f"'{text}" if text.startswith(FORMULA) else text


class _Line:
    """What csv.writer writes into; it hands the line back."""

    def write(self, text: str) -> str:
        return text


def lines(entries: QuerySet[AuditEntry], kind: str) -> Iterator[str]:
    writer: Any = csv.writer(_Line(), delimiter=DIALECTS[kind][0])
    yield writer.writerow(HEADS)
    for entry in entries.iterator(chunk_size=1000):
        yield writer.writerow(safe(value) for value in _values(entry))


def _values(entry: AuditEntry) -> tuple[object, ...]:
    return (
        entry.at.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00"),
        entry.actor_name,
        entry.source or "",
        entry.via,
        entry.action,
        entry.kind,
        entry.object_label,
        entry.field,
        entry.before,
        entry.after,
        entry.why,
        entry.version or "",
    )
