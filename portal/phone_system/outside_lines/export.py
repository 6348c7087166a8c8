"""What the engines know of outside lines."""

from __future__ import annotations

from portal.phone_system.outside_lines.models import AnonymousCalls, OutsideLine
from telephony.messages.snapshot import DialPlan, Language, LineKind
from telephony.messages.snapshot import OutsideLine as Line


def outside_lines() -> tuple[Line, ...]:
    return tuple(_line(row) for row in OutsideLine.objects.defer("password").order_by("pk"))


def _line(row: OutsideLine) -> Line:
    return Line(
        line_id=row.pk,
        description=row.description,
        kind=LineKind(row.kind),
        target=f"sip:{row.host}:{row.port}",
        outbound_proxy=_uri(row.outbound_proxy),
        registrar=_uri(row.registrar),
        user_id=row.user_id,
        caller_id=row.caller_id,
        caller_id_name=row.caller_id_name,
        handset_name=row.handset_name,
        handset_number=row.handset_number,
        external_name=row.external_name,
        external_number=row.external_number,
        username=row.login_id,
        max_calls=row.max_calls,
        emergency=row.emergency,
        registers=row.registers,
        as_dialed=row.as_dialed or row.enterprise_server,  # a hub knows its numbers as they are
        digits_sent=row.digits_sent,
        prefix=row.prefix,
        e164=row.e164,
        early_media=row.early_media,
        supports_refer=row.supports_refer,
        supports_redirect=row.supports_redirect,
        identity=row.identity,
        diversion=row.diversion,
        did_source=row.did_source,
        request_user=row.request_user,
        codecs=row.codecs,
        destination=_destination(row),
        voicemail=row.destination if row.route == OutsideLine.Route.VOICEMAIL else "",
        default_language=Language(row.default_language),
        link=f"/phone-system/outside-lines/{row.pk}/",
    )


def _uri(text: str) -> str:
    """ "host" or "host:port" as typed -> SIP URI."""
    if not text:
        return ""
    return f"sip:{text}" if ":" in text else f"sip:{text}:5060"


def _destination(row: OutsideLine) -> str:
    if row.route == OutsideLine.Route.ATTENDANT:
        return f"{DialPlan().pbx_functions}3{row.attendant}"
    return row.destination if row.route == OutsideLine.Route.EXTENSION else ""


def passwords() -> dict[int, str]:
    return {pk: text for pk, text in OutsideLine.objects.order_by("pk").values_list("pk", "password") if text}


def anonymous_destination() -> str:
    return AnonymousCalls.objects.filter(pk=1).values_list("destination", flat=True).first() or ""
