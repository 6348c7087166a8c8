"""Only pages of the box itself may open a WebSocket."""

from __future__ import annotations

import pytest

from portal.live.origin import same_origin


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://box:8443", "box:8443", True),
        ("https://box", "box", True),
        ("https://box", "box:443", True),
        ("http://192.168.2.254:8080", "192.168.2.254:8080", True),
        ("https://[::1]:8443", "[::1]:8443", True),
        ("https://BOX:8443", "box:8443", True),
        ("http://box", "box:8443", False),
        ("https://box.evil.example", "box", False),
        ("https://box:9999", "box:8443", False),
        ("null", "box", False),
        ("", "box", False),
        ("https://box:port", "box", False),
        ("file://box", "box", False),
    ],
)
def test_an_origin_is_ours_when_it_names_the_host_and_port_that_was_asked(origin: str, host: str, same: bool) -> None:
    assert same_origin(origin, host) is same
