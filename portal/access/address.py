"""Where a request comes from."""

from __future__ import annotations

import ipaddress

from django.http import HttpRequest

# RFC 1918, RFC 4193, loopback and link-local: the networks a box may be set up from. Not `is_private`, which also
# holds documentation and benchmark networks.
LOCAL_NETWORKS = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


def client_address(request: HttpRequest) -> str:
    """The client's address. nginx's X-Real-IP counts only on our unix socket, where the peer has no address of its
    own; who can open that socket without nginx (a 0700 folder) is on this machine."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    text = peer or request.META.get("HTTP_X_REAL_IP", "") or "127.0.0.1"
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "0.0.0.0"  # noqa: S104  (nobody's address: never local, shares one lock-out)
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def is_local(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return any(ip.version == network.version and ip in network for network in LOCAL_NETWORKS)
