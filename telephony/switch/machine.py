"""The machine's own IPv4 addresses, asked from the kernel."""

from __future__ import annotations

import array
import fcntl
import socket
import struct

from instance import own_address

_SIOCGIFCONF = 0x8912  # netdevice(7)
_IFREQ = 40  # sizeof(struct ifreq) on 64-bit Linux
_MOST = 128


def own_addresses() -> list[str]:
    """IPv4 addresses of interfaces that are up, the one of the default route first, 127.0.0.1 last."""
    buffer = array.array("B", bytes(_IFREQ * _MOST))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("iL", len(buffer), buffer.buffer_info()[0])
        answer = fcntl.ioctl(any_socket.fileno(), _SIOCGIFCONF, request)
    length = struct.unpack("iL", answer)[0]
    raw = buffer.tobytes()[:length]
    found = [socket.inet_ntoa(raw[at + 20 : at + 24]) for at in range(0, length, _IFREQ)]
    outside = [address for address in dict.fromkeys(found) if not address.startswith("127.")]
    first = own_address()
    return [*sorted(outside, key=lambda address: address != first), "127.0.0.1"]
