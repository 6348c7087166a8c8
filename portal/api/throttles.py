"""How often one may ask: generous for programs with a token, tight for strangers."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

from portal.access.address import client_address
from portal.access.lockout import source_of


class SignedIn(UserRateThrottle):
    rate = "1800/min"


class Strangers(AnonRateThrottle):
    """Without a token; by source."""

    rate = "60/min"

    def get_ident(self, request: Request) -> str:
        return source_of(client_address(request))  # type: ignore[arg-type]
