"""Installing: stamps that resume, and Debian's own daemons that stay off."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from instance import SOURCE
from tests.ops import shim


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout: our scripts, no packages to install, libraries that can be made to fail."""
    place = tmp_path / "checkout"
    shutil.copytree(SOURCE / "ops", place / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, place / name)
    (place / "requirements.txt").write_text("# nothing\n")
    (place / "requirements-dev.txt").write_text("# nothing\n")
    (place / "ops" / "packages-run.txt").write_text("bash\n# a comment\n")
    (place / "ops" / "packages-test.txt").write_text("")
    shim.command(place / "ops", "fetch-libraries", "echo fetched >> fetched; [[ ! -e broken ]] || exit 1")
    return place


def prepare(checkout: Path, purpose: str = "run") -> tuple[int, str]:
    done = shim.run(["ops/prepare", purpose], cwd=checkout, environ={"SWITCHROOM_VAR": str(checkout / "var")})
    return done.returncode, done.stdout + done.stderr


def test_a_broken_step_is_repeated_and_the_finished_ones_are_not(checkout: Path) -> None:
    (checkout / "broken").touch()
    status, output = prepare(checkout)
    assert status != 0
    assert "creating .venv" in output
    (checkout / "broken").unlink()
    python = (checkout / ".venv" / "bin" / "python").lstat().st_mtime_ns

    status, output = prepare(checkout)
    assert status == 0
    assert "creating .venv" not in output
    assert "installing Python packages" not in output
    assert (checkout / ".venv" / "bin" / "python").lstat().st_mtime_ns == python
    assert (checkout / "fetched").read_text().count("fetched") == 2

    assert prepare(checkout) == (0, "")  # everything is there: nothing is done, nothing is said
    assert (checkout / "fetched").read_text().count("fetched") == 2

    (checkout / "requirements.txt").write_text("# changed\n")
    status, output = prepare(checkout)
    assert (status, output) == (0, "switchroom: installing Python packages ...\n")


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A file system root for ops/install-packages, and an apt-get that shows what it sees and enables a daemon."""
    root = tmp_path / "root"
    (root / "usr/sbin").mkdir(parents=True)
    (root / "etc/systemd/system/multi-user.target.wants").mkdir(parents=True)
    (root / "etc/systemd/system/multi-user.target.wants/ssh.service").symlink_to("/lib/systemd/system/ssh.service")
    shim.command(
        tmp_path / "bin",
        "apt-get",
        f"""
        [[ " $* " == *" install "* ]] || exit 0
        sh {root}/usr/sbin/policy-rc.d nginx start; echo "policy $?" >> {tmp_path}/seen
        grep disable {root}/etc/systemd/system-preset/00-*.preset >> {tmp_path}/seen
        echo "$*" >> {tmp_path}/seen
        ln -s /lib/systemd/system/nginx.service {root}/etc/systemd/system/multi-user.target.wants/nginx.service
        exit $(cat {tmp_path}/status)
        """,
    )
    (tmp_path / "status").write_text("0")
    return root


def install(tmp_path: Path) -> int:
    return shim.run(
        [str(SOURCE / "ops/install-packages"), "nginx-light"],
        shims=tmp_path / "bin",
        environ={"SWITCHROOM_HOST_ROOT": str(tmp_path / "root")},
    ).returncode


def tree(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): path.read_text() if path.is_file() and not path.is_symlink() else "-"
        for path in sorted(root.rglob("*"))
    }


@pytest.mark.parametrize("status", [0, 100])
def test_daemons_stay_off_and_the_host_is_left_as_found(status: int, host: Path, tmp_path: Path) -> None:
    (tmp_path / "status").write_text(str(status))
    before = tree(host)
    assert install(tmp_path) == status
    seen = (tmp_path / "seen").read_text()
    assert "policy 101" in seen
    assert "disable *" in seen
    assert "--no-install-recommends" in seen
    assert seen.rstrip().endswith("nginx-light")
    assert tree(host) == before


def test_a_policy_of_the_administrator_comes_back(host: Path, tmp_path: Path) -> None:
    policy = host / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o700)
    assert install(tmp_path) == 0
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
    assert policy.stat().st_mode & 0o777 == 0o700


def test_a_killed_installation_is_put_right_by_the_next_one(host: Path, tmp_path: Path) -> None:
    policy = host / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    apt = (tmp_path / "bin" / "apt-get").read_text()
    shim.command(tmp_path / "bin", "apt-get", "kill -9 $PPID")
    assert install(tmp_path) == -9
    assert "exit 101" in policy.read_text()

    (tmp_path / "bin" / "apt-get").write_text(apt)
    assert install(tmp_path) == 0
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
    assert not (host / "etc/systemd/system-preset").exists()
