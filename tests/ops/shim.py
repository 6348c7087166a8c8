"""Stand-ins for the host's own commands (df, apt-get, ...): the scripts of ops/ meet the machine only by name."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from instance import SOURCE


def command(folder: Path, name: str, script: str) -> None:
    """Put an executable `name` into `folder`."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(0o755)


def run(
    argv: list[str], *, shims: Path | None = None, cwd: Path = SOURCE, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    path = os.environ["PATH"] if shims is None else f"{shims}:{os.environ['PATH']}"
    return subprocess.run(
        argv,
        cwd=cwd,
        env={**os.environ, **(environ or {}), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
