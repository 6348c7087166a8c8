"""A throw-away PostgreSQL for one command: own folder, own port on 127.0.0.1, gone afterwards.

    python -m ops.postgres COMMAND...        runs COMMAND with DATABASE_URL set; exits as it exits

PostgreSQL refuses to run as root; then it runs as Debian's user `postgres`.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path


def _programs() -> Path:
    """Folder of initdb and pg_ctl of the newest installed version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise SystemExit("PostgreSQL is not installed: run make test, which installs it.")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def throw_away() -> Iterator[str]:
    """The URL of a fresh database; durable writes are off, for its life is one command."""
    programs, port = _programs(), _free_port()
    folder = Path(tempfile.mkdtemp(prefix="switchroom-pg-"))
    prefix: list[str] = []
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    data = folder / "data"
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -F -c full_page_writes=off -c synchronous_commit=off"
    )

    def run(*command: str) -> None:
        subprocess.run([*prefix, *command], check=True, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        run(str(programs / "initdb"), "-D", str(data), "-U", "switchroom", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql://switchroom@127.0.0.1:{port}/postgres"
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    if not command:
        raise SystemExit(__doc__)
    with throw_away() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
