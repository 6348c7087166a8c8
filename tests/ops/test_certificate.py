"""The instance's own TLS certificate, and somebody else's in its place."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

import instance
from instance import Instance
from ops import certificate


def place(folder: Path, advertise: str = "192.0.2.10") -> Instance:
    inst = instance.load({"SWITCHROOM_VAR": str(folder), "SWITCHROOM_ADVERTISE": advertise})
    inst.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    return inst


def test_it_covers_the_advertised_address_and_its_key_is_private(tmp_path: Path) -> None:
    inst = place(tmp_path)
    certificate.ensure(inst)
    made = x509.load_pem_x509_certificate(certificate.certificate_path(inst).read_bytes())
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert ipaddress.ip_address("192.0.2.10") in names.get_values_for_type(x509.IPAddress)
    assert "localhost" in names.get_values_for_type(x509.DNSName)
    assert certificate.key_path(inst).stat().st_mode & 0o777 == 0o600
    key = serialization.load_pem_private_key(certificate.key_path(inst).read_bytes(), None)
    assert key.public_key() == made.public_key()


def test_it_stays_until_it_runs_out_or_the_address_changes(tmp_path: Path) -> None:
    inst = place(tmp_path)
    certificate.ensure(inst)
    first = certificate.certificate_path(inst).read_bytes()
    certificate.ensure(inst)
    assert certificate.certificate_path(inst).read_bytes() == first

    now = datetime.datetime.now(datetime.UTC)
    assert certificate.still_good(inst, now)
    assert not certificate.still_good(inst, now + certificate.LIFE - datetime.timedelta(days=29))

    certificate.ensure(place(tmp_path, "192.0.2.11"))
    assert certificate.certificate_path(inst).read_bytes() != first


def test_a_certificate_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    inst = place(tmp_path)
    old, certificate.MADE_BY_US = certificate.MADE_BY_US, "Example Office CA"
    try:
        pem, key = certificate.make(place(tmp_path, "192.0.2.99"), datetime.datetime.now(datetime.UTC))
    finally:
        certificate.MADE_BY_US = old
    certificate.certificate_path(inst).write_bytes(pem)
    certificate.key_path(inst).write_bytes(key)
    certificate.ensure(inst)
    assert certificate.certificate_path(inst).read_bytes() == pem
