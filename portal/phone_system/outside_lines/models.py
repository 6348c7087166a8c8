"""Outside lines. SIP proxies and SIP gateways carry calls; analog and digital lines and remote sites are kinds that
service groups know and that nothing makes yet."""

from __future__ import annotations

from django.db import models

from portal.publish.fields import EncryptedText


class OutsideLine(models.Model):
    class Kind(models.TextChoices):
        SIP_PROXY = "sip_proxy", "SIP proxy"
        SIP_GATEWAY = "sip_gateway", "SIP gateway"
        ANALOG = "analog", "CO line"
        DIGITAL = "digital", "Digital line"
        REMOTE_SITE = "remote_site", "Remote site"

    class Language(models.TextChoices):
        PRIMARY = "primary", "Primary"
        SECONDARY = "secondary", "Secondary"

    class Diversion(models.TextChoices):
        ALWAYS = "always", "Always"
        NEVER = "never", "Never"
        ON_REDIRECT = "on_redirect", "On Redirect"

    class DidSource(models.TextChoices):
        TO = "to", "SIP To: header field"
        REQUEST_URI = "request_uri", "Request URI"

    class RequestUser(models.TextChoices):
        DIALED = "dialed", "Dialed number"
        ACCOUNT = "account", "Address of record (the account)"

    class Codecs(models.TextChoices):
        AS_OFFERED = "", "What the telephone offers"
        G711_G729 = "g711_g729", "G.711, G.729A"
        G729_G711 = "g729_g711", "G.729A, G.711"
        G711 = "g711", "G.711"

    class Route(models.TextChoices):
        """S13-97. DID blocks of the line are asked first in any case; its route is for all other numbers."""

        EXTENSION = "extension", "Extension"
        ATTENDANT = "attendant", "Auto Attendant"
        VOICEMAIL = "voicemail", "Voicemail for user"

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SIP_PROXY, editable=False)
    description = models.CharField("Description", max_length=64)
    user_id = models.CharField("User ID", max_length=64, blank=True)
    host = models.CharField("SIP Server", max_length=255)
    port = models.PositiveIntegerField("Port", default=5060)
    outbound_proxy = models.CharField("Outbound Proxy", max_length=255, blank=True)  # host or host:port
    registers = models.BooleanField("SIP Registration Required", default=False)
    registrar = models.CharField("Registrar", max_length=255, blank=True)
    login_id = models.CharField("Login ID", max_length=64, blank=True)
    password = EncryptedText("Password", blank=True)
    caller_id_name = models.CharField("Caller ID Name", max_length=64, blank=True)
    handset_name = models.BooleanField("Use external caller ID name of the handset if specified", default=False)
    external_name = models.BooleanField("Use the caller ID name of external sources if received", default=False)
    caller_id = models.CharField("Caller ID Number", max_length=24, blank=True)
    handset_number = models.BooleanField("Use external caller ID number of the handset if specified", default=False)
    external_number = models.BooleanField("Use the caller ID number of external sources if received", default=False)
    max_calls = models.PositiveSmallIntegerField("Maximum Active Calls", default=0)  # 0: unlimited
    appearances = models.PositiveSmallIntegerField("Number of Line Appearances", default=0)
    enterprise_prefix = models.BooleanField(
        "Append Enterprise Prefix to Dial back number of incoming calls", default=False
    )
    as_dialed = models.BooleanField("Send Digits as Dialed", default=False)
    digits_sent = models.PositiveSmallIntegerField("Digits Sent", default=0)  # 0: all
    prefix = models.CharField("Prefix String", max_length=16, blank=True)
    default_language = models.CharField(
        "Default Language", max_length=10, choices=Language.choices, default=Language.PRIMARY
    )
    enterprise_server = models.BooleanField("Proxy is an Enterprise Server", default=False)
    emergency = models.BooleanField("Carries emergency calls", default=False)
    route = models.CharField("Calls go to", max_length=10, choices=Route.choices, default=Route.EXTENSION)
    destination = models.CharField("Extension", max_length=8, blank=True)  # "": the operator
    attendant = models.PositiveSmallIntegerField("Default Auto Attendant", default=1)
    # what is special about this carrier
    early_media = models.BooleanField("Enable Early Media", default=False)
    supports_refer = models.BooleanField("Supports SIP REFER", default=False)
    supports_redirect = models.BooleanField("Supports SIP Redirect", default=False)
    e164 = models.BooleanField("Use E.164 format for phone numbers", default=False)
    identity = models.BooleanField("Allow SIP P-Asserted-Identity", default=False)
    diversion = models.CharField(
        "Send SIP Diversion header", max_length=12, choices=Diversion.choices, default=Diversion.NEVER
    )
    did_source = models.CharField(
        "Obtain DID/DNIS number from", max_length=12, choices=DidSource.choices, default=DidSource.TO
    )
    request_user = models.CharField(
        "Request URI of outbound calls", max_length=8, choices=RequestUser.choices, default=RequestUser.DIALED
    )
    codecs = models.CharField(
        "Codec Negotiation", max_length=10, choices=Codecs.choices, default=Codecs.AS_OFFERED, blank=True
    )
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "outside line"

    def __str__(self) -> str:
        return self.description


class AnonymousCalls(models.Model):
    """Anonymous Call Handling (S13-100). One row (pk 1), made by the first change."""

    destination = models.CharField("Extension", max_length=8, blank=True)  # "": as any other call
    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "anonymous call handling"

    def __str__(self) -> str:
        return "Anonymous call handling"
