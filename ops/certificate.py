"""The instance's TLS certificate: `var/keys/tls.crt` and `tls.key` (0600).

Made at the first start, self-signed, for every name and address phones and browsers may use. Made again when it runs
out or the advertised address changed; never when somebody put a certificate of their own in its place.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from instance import Instance

MADE_BY_US = "Made by this Switchroom"
LIFE = datetime.timedelta(days=825)  # browsers refuse longer ones
RENEW_BEFORE = datetime.timedelta(days=30)


def certificate_path(inst: Instance) -> Path:
    return inst.keys / "tls.crt"


def key_path(inst: Instance) -> Path:
    return inst.keys / "tls.key"


def names(inst: Instance) -> list[x509.GeneralName]:
    """Subject alternative names: this machine's name and every address the instance is reached at."""
    hosts = [socket.gethostname(), "localhost", "127.0.0.1", inst.advertise, inst.https.host, inst.sip.host]
    found: list[x509.GeneralName] = []
    for host in dict.fromkeys(hosts):
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            found.append(x509.DNSName(host))
        else:
            if not address.is_unspecified:
                found.append(x509.IPAddress(address))
    return found


def still_good(inst: Instance, now: datetime.datetime) -> bool:
    if not (certificate_path(inst).exists() and key_path(inst).exists()):
        return False
    present = x509.load_pem_x509_certificate(certificate_path(inst).read_bytes())
    if not present.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME):
        return True
    unit = present.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value
    if unit != MADE_BY_US:
        return True
    covered = present.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return now + RENEW_BEFORE < present.not_valid_after_utc and set(names(inst)) <= set(covered)


def make(inst: Instance, now: datetime.datetime) -> tuple[bytes, bytes]:
    """PEM of the certificate and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, inst.advertise),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, MADE_BY_US),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(names(inst)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private


def ensure(inst: Instance) -> None:
    now = datetime.datetime.now(datetime.UTC)
    if still_good(inst, now):
        return
    certificate, private = make(inst, now)
    _write(key_path(inst), private)
    _write(certificate_path(inst), certificate)


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    fresh.replace(path)
