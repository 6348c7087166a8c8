"""The rendered configuration, the relay's command line, the databases: what the engines read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from instance import BadSetting, Instance, load
from telephony.switch import relay, relay_memory
from telephony.switch.__main__ import KAMAILIO, prepare
from telephony.switch.databases import DATABASES, MissingScripts, create_databases
from telephony.switch.machine import own_addresses
from telephony.switch.render import listen_lines, render

GOLDEN = Path(__file__).parents[2] / "golden" / "kamailio.cfg"


def instance(**settings: str) -> Instance:
    return load({"SWITCHROOM_VAR": "/srv/switchroom/var", "SWITCHROOM_ADVERTISE": "192.0.2.10", **settings})


def test_the_configuration_is_the_golden_one() -> None:
    text = render(instance(), ["192.0.2.10", "198.51.100.7", "127.0.0.1"])
    if os.environ.get("SWITCHROOM_GOLDEN") == "write":  # `make golden`
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_listening_everywhere_means_one_socket_per_address() -> None:
    assert listen_lines(instance(), ["192.0.2.10", "127.0.0.1"]) == [
        "udp:192.0.2.10:5060", "tcp:192.0.2.10:5060", "udp:127.0.0.1:5060", "tcp:127.0.0.1:5060"
    ]  # fmt: skip


def test_an_address_phones_are_told_that_is_not_ours_stands_in_for_the_first() -> None:
    lines = listen_lines(instance(SWITCHROOM_ADVERTISE="203.0.113.5"), ["192.0.2.10"])
    assert lines[0] == "udp:192.0.2.10:5060 advertise 203.0.113.5:5060"
    assert lines[2] == "udp:127.0.0.1:5060"


def test_a_single_address_is_the_only_public_one() -> None:
    one = instance(SWITCHROOM_SIP="192.0.2.10:5070")
    assert listen_lines(one, ["192.0.2.10", "10.0.0.1"]) == ["udp:192.0.2.10:5070", "tcp:192.0.2.10:5070"]
    assert relay.external_interface(one, ["10.0.0.1"]) == "192.0.2.10"


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SWITCHROOM_REALM", 'x"; loadmodule "exec.so'),
        ("SWITCHROOM_VAR", "/srv/switch room"),
        ("SWITCHROOM_ADVERTISE", "switch.example"),
    ],
)
def test_a_setting_kamailio_could_not_read_is_refused_in_a_sentence(setting: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"{setting} must"):
        render(instance(**{setting: value}), ["192.0.2.10"])


def test_the_machines_own_addresses_are_found() -> None:
    found = own_addresses()
    assert found[-1] == "127.0.0.1"
    assert len(found) == len(set(found))


def test_the_relay_gets_one_leg_outside_and_one_towards_the_workers() -> None:
    box = instance()
    arguments = relay.command(box, ["192.0.2.10", "127.0.0.1"])
    assert "--interface=external/192.0.2.10" in arguments
    assert f"--interface=internal/{box.relay_internal}" in arguments
    assert f"--config-file={relay_memory.client_config(box)}" in arguments, "never the machine's own configuration"
    told = relay.command(instance(SWITCHROOM_ADVERTISE="203.0.113.5"), ["192.0.2.10", "127.0.0.1"])
    assert "--interface=external/192.0.2.10!203.0.113.5" in told


def test_hold_music_is_provided_once_and_never_overwritten(tmp_path: Path) -> None:
    source, target = tmp_path / "moh", tmp_path / "media" / "hold" / "default.wav"
    source.mkdir()
    (source / "b.wav").write_bytes(b"second")
    (source / "a.wav").write_bytes(b"first")
    relay.provide_music(target, source=source)
    assert target.read_bytes() == b"first"
    target.write_bytes(b"our own")
    relay.provide_music(target, source=source)
    assert target.read_bytes() == b"our own"


def test_databases_are_made_once_and_keep_what_they_hold_except_old_publications(tmp_path: Path) -> None:
    create_databases(tmp_path)
    assert {path.name for path in tmp_path.glob("*.db")} == set(DATABASES)
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.glob("*.db"))
    row = "INSERT INTO location (ruid, username, contact) VALUES ('r', '5101', 'sip:x')"
    with sqlite3.connect(tmp_path / "location.db") as location:
        location.execute(row)
    with sqlite3.connect(tmp_path / "presence.db") as presence:
        presence.execute(
            "INSERT INTO presentity (username, domain, event, etag, expires, received_time, body, sender)"
            " VALUES ('5101', 'switchroom', 'message-summary', 'e', 1, 1, 'x', '')"
        )
    create_databases(tmp_path)
    with sqlite3.connect(tmp_path / "location.db") as location:
        assert location.execute("SELECT username FROM location").fetchall() == [("5101",)]
    with sqlite3.connect(tmp_path / "presence.db") as presence:
        assert presence.execute("SELECT count(*) FROM presentity").fetchone() == (0,)


def test_missing_create_scripts_are_named_with_their_package(tmp_path: Path) -> None:
    with pytest.raises(MissingScripts, match="kamailio-sqlite-modules"):
        create_databases(tmp_path, scripts=tmp_path / "nowhere")
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.telephony
def test_everything_is_prepared_privately_and_kamailio_is_called_with_absolute_paths(tmp_path: Path) -> None:
    box = load({"SWITCHROOM_VAR": str(tmp_path / "var"), "SWITCHROOM_SIP": "127.0.0.1:5060"})
    arguments = prepare(box)
    assert arguments[0] == KAMAILIO == shutil.which("kamailio", path="/usr/sbin")
    values = dict(zip(arguments[1:-2:2], arguments[2:-2:2], strict=True))
    assert all(values[flag].startswith(str(tmp_path)) for flag in ("-f", "-P", "-w", "-Y"))
    assert Path(values["-f"]).stat().st_mode & 0o777 == 0o600
