"""The browser's libraries: the files package.json lists, and nothing else of npm's folder, reach the web server. Those
listed under `tests` are kept beside them for the tests, which read them with `for_tests`.

python -m ops.libraries pick NODE_MODULES TARGET     copy the listed files
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import instance

PICKED = instance.SOURCE / ".stamps" / "libraries-files"


def listed(package: Path = instance.SOURCE / "package.json", *, part: str = "vendor") -> dict[str, str]:
    """Target path → path below node_modules."""
    return {str(target): str(source) for target, source in json.loads(package.read_text())[part].items()}


def pick(node_modules: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    for name, source in (listed() | listed(part="tests")).items():
        file = target / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(node_modules / source, file)


def install(vendor: Path) -> None:
    """Copy what was picked to this instance's `vendor` folder; a file that is already equal is left alone."""
    for name in listed():
        file, source = vendor / name, PICKED / name
        if file.exists() and file.read_bytes() == source.read_bytes():
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, file)


def for_tests(name: str) -> str:
    """The text of a library that only tests use."""
    return (PICKED / name).read_text()


if __name__ == "__main__":
    _, command, node_modules, target = sys.argv
    if command != "pick":
        raise SystemExit(__doc__)
    pick(Path(node_modules), Path(target))
