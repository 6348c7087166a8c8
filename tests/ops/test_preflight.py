"""What stands in the way of a start is said in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

import instance
from instance import SOURCE, Endpoint
from ops import ports
from tests.ops import shim


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The only line of stderr."""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def test_a_debian_12_with_room_passes_silently(tmp_path: Path) -> None:
    done = shim.run(["ops/preflight"], environ={"SWITCHROOM_VAR": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_disk_with_too_little_room_is_named(tmp_path: Path) -> None:
    shim.command(tmp_path / "bin", "df", "printf 'Avail\\n 2900M\\n'")
    done = shim.run(["ops/preflight", "fresh"], shims=tmp_path / "bin")
    assert done.returncode == 1
    assert sentence(done).startswith("switchroom: Only 2900 MB are free on the disk of ")


def test_a_running_system_needs_less_room_than_a_fresh_one(tmp_path: Path) -> None:
    shim.command(tmp_path / "bin", "df", "printf 'Avail\\n 2900M\\n'")
    assert shim.run(["ops/preflight"], shims=tmp_path / "bin").returncode == 0


def test_another_processor_is_refused(tmp_path: Path) -> None:
    shim.command(tmp_path / "bin", "uname", "echo aarch64")
    done = shim.run(["ops/preflight"], shims=tmp_path / "bin")
    assert done.returncode == 1
    assert "needs an amd64 machine" in sentence(done)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)",
            "The package system is in use by process 812 (unattended-upgr)",
        ),
        (
            "W: Failed to fetch http://deb.debian.org/  Temporary failure resolving 'deb.debian.org'",
            "cannot be reached",
        ),
        ("Could not connect to 127.0.0.1:3128 (127.0.0.1). - connect (111: Connection refused)", "cannot be reached"),
        ("npm ERR! code ENOTFOUND", "cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("SSLError(SSLCertVerificationError(1, 'certificate verify failed: self-signed", "replaces TLS certificates"),
        ("sudo: a terminal is required to read the password", "sudo refused"),
        ("E: Unable to locate package kamailio", "It did not work."),
    ],
)
def test_the_cause_of_a_failed_step_is_put_into_words(output: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(output + "\n")
    done = shim.run(["bash", "-c", '. ops/lib.sh; explain "$1" "It did not work."', "-", str(tmp_path / "log")])
    assert done.returncode == 1
    assert expected in sentence(done)


def test_without_root_and_sudo_the_way_out_is_said() -> None:
    script = (SOURCE / "ops/lib.sh").read_text() + "\nPATH=/nonexistent\nas_root true"
    nobody = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = shim.run([*nobody, "/bin/bash", "-c", script], cwd=Path("/"))
    assert done.returncode == 1
    assert "sudo is not installed" in sentence(done)


def test_a_taken_port_names_its_holder_and_the_setting_that_moves_it() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        port = holder.getsockname()[1]
        found = ports.problem("tcp", "SWITCHROOM_HTTP", Endpoint("127.0.0.1", port))
    assert found is not None
    assert found.startswith(f"Port {port} (tcp) of 127.0.0.1 is taken by ")
    assert "(process " in found
    assert found.endswith("set SWITCHROOM_HTTP to another one.")


def test_the_holder_of_the_same_port_on_another_address_is_not_accused() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.2", 0))
        holder.listen(1)
        port = holder.getsockname()[1]
        assert ports.holder_of("tcp", Endpoint("127.0.0.2", port)) is not None
        assert ports.holder_of("tcp", Endpoint("0.0.0.0", port)) is not None
        assert ports.holder_of("tcp", Endpoint("127.0.0.3", port)) is None


def test_an_address_this_machine_has_not_is_named() -> None:
    found = ports.problem("udp", "SWITCHROOM_SIP", Endpoint("192.0.2.7", 5060))
    assert found == "This machine has no address 192.0.2.7: set SWITCHROOM_SIP to another one."


def test_free_ports_are_no_problem() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert ports.problem("tcp", "SWITCHROOM_HTTP", Endpoint("127.0.0.1", port)) is None


def test_a_setting_that_cannot_be_read_is_one_sentence() -> None:
    done = shim.run(["python3", "-m", "ops.ports"], environ={"SWITCHROOM_HTTP": "everywhere"})
    assert done.returncode == 1
    assert sentence(done) == "switchroom: SWITCHROOM_HTTP must be host:port, such as 0.0.0.0:8080; it is 'everywhere'."


def test_every_public_address_of_an_instance_is_looked_at() -> None:
    inst = instance.load({"SWITCHROOM_SIP": "127.0.0.9:5070", "SWITCHROOM_PORT_BASE": "19000"})
    assert {(kind, str(address)) for kind, _, address in ports.wanted(inst)} >= {
        ("tcp", "0.0.0.0:8080"),
        ("tcp", "0.0.0.0:8443"),
        ("udp", "127.0.0.9:5070"),
        ("tcp", "127.0.0.9:5070"),
    }
