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


class Server:
    """Durable writes are off, for its life is one command. It can be stopped and started meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self._programs = folder, _free_port(), _programs()
        self.url = f"postgresql://switchroom@127.0.0.1:{self.port}/postgres"
        self._prefix: list[str] = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
            self._prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    def create(self) -> None:
        self._run("initdb", "-U", "switchroom", "-A", "trust", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        fast = "-F -c full_page_writes=off -c synchronous_commit=off"
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder} {fast}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """At once, as in a crash; the data stays."""
        self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)


@contextlib.contextmanager
def throw_away() -> Iterator[Server]:
    """A running server with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="switchroom-pg-"))
    server = Server(folder)
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # a test may have left it stopped
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main(command: list[str]) -> int:
    if not command:
        raise SystemExit(__doc__)
    with throw_away() as server:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": server.url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
