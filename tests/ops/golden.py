"""Expected files: compared, or written anew with `make golden`."""

from __future__ import annotations

import os
from pathlib import Path

from instance import SOURCE

FOLDER = SOURCE / "tests" / "golden" / "ops"


def agrees(name: str, text: str) -> None:
    """Assert that `text`, with the checkout's path made neutral, equals tests/golden/ops/<name>."""
    path: Path = FOLDER / name
    neutral = text.replace(str(SOURCE), "/checkout")
    if os.environ.get("SWITCHROOM_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(neutral)
    assert neutral == path.read_text()
