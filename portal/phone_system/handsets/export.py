"""What the engines know of handsets: appearances, and the HA1 each login ID registers with."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.db.models import F, TextField
from django.db.models.functions import Cast

from portal.phone_system.handsets.models import CallAppearance
from portal.publish.fields import decrypt
from telephony.messages.snapshot import AppearanceEntry, SipCredential


def appearances() -> tuple[AppearanceEntry, ...]:
    rows = CallAppearance.objects.order_by("station").values_list(
        "station", "handset_id", "line", "description", "handset__description", "owner_id", "emergency_cid__number",
        "privileges_id",
    )  # fmt: skip
    return tuple(
        AppearanceEntry(
            station=station,
            handset_id=handset,
            line=line,
            description=description or handset_description,
            owner_id=owner,
            emergency_caller_id=emergency or "",
            privileges=privileges or 0,
            link=f"/phone-system/handsets/{handset}/",
        )
        for station, handset, line, description, handset_description, owner, emergency, privileges in rows
    )


@lru_cache(maxsize=20_000)
def _ha1(login_id: str, realm: str, token: str) -> str:
    """MD5(login_id:realm:password), RFC 7616 section 3.4.2. Remembered by the encrypted text, because opening 500
    of them anew for every save would take 20 ms."""
    text = f"{login_id}:{realm}:{decrypt(token)}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def sip_credentials(realm: str) -> tuple[SipCredential, ...]:
    rows = (
        CallAppearance.objects.order_by("station")
        .annotate(token=Cast(F("password"), TextField()))  # the column as it is stored
        .values_list("login_id", "station", "token")
    )
    return tuple(
        SipCredential(login_id=login_id, station=station, ha1=_ha1(login_id, realm, token))
        for login_id, station, token in rows
    )
