"""Probes: what hangs at Business > Users besides the users: messages, recordings, bulk edit, templates, passwords."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from portal.audit.models import AuditEntry
from portal.business.password_requirements.models import PasswordRequirements
from portal.business.user_templates.models import UserTemplate
from portal.business.users import leaving
from portal.business.users.models import User
from telephony import mailbox
from tests.portal.access.walk.cast import Office
from tests.portal.access.walk.probe import Button, Call, Probe

USERS = "Business > Users"
LIST, TEMPLATES, REQUIREMENTS = "/business/users/", "/business/user-templates/", "/business/password-requirements/"


def _voicemail(office: Office) -> str:
    """One of the victim's; it is made for each attempt, because files are not taken back."""
    victim = office.victim
    voicemail = mailbox.Voicemail(
        user_id=victim.pk,
        user_name=victim.label,
        extension=victim.extension.number,
        from_number="101",
        from_name="",
        received=datetime.now(UTC),
        seconds=1,
    )
    return mailbox.deliver(settings.INSTANCE.mail, voicemail, audio=b"RIFF")


def _delete_messages(office: Office) -> Call:
    _voicemail(office)
    return Call(
        "POST",
        f"{LIST}{office.victim.pk}/delete-messages/",
        effect=lambda: not mailbox.messages(settings.INSTANCE.mail, office.victim.pk),
    )


def _delete_message(office: Office) -> Call:
    key = _voicemail(office)
    return Call(
        "DELETE",
        f"/api/v1/voicemails/{office.victim.pk}-{key}/",
        json=True,
        effect=lambda: key not in {item.id for item in mailbox.messages(settings.INSTANCE.mail, office.victim.pk)},
    )


def _delete_recordings(office: Office) -> Call:
    folder = leaving.recordings_folder(office.victim.pk)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "call.wav").write_bytes(b"RIFF")
    return Call("POST", f"{LIST}{office.victim.pk}/delete-recordings/", effect=lambda: not folder.exists())


def _copy() -> UserTemplate:
    template = UserTemplate.objects.get(is_default=True)
    template.pk, template.name, template.is_default = None, "Walk", False
    template.save(force_insert=True)
    return template


def _delete_template(office: Office) -> Call:
    pk = _copy().pk
    return Call("POST", f"{TEMPLATES}{pk}/delete/", effect=lambda: not UserTemplate.objects.filter(pk=pk).exists())


def _delete_template_by_api(office: Office) -> Call:
    pk = _copy().pk
    gone = lambda: not UserTemplate.objects.filter(pk=pk).exists()  # noqa: E731
    return Call("DELETE", f"/api/v1/user-templates/{pk}/", json=True, effect=gone)


def _default() -> int:
    return UserTemplate.objects.get(is_default=True).pk


def _several() -> bool:
    return UserTemplate.objects.count() > 1


PROBES = (
    Probe(
        name=(USERS, 'Users "delete messages"'),
        url=_delete_messages,
        button=lambda office: Button(LIST, f'href="{LIST}{office.victim.pk}/delete-messages/"'),
    ),
    Probe(name=(USERS, 'Users "delete messages"'), api=_delete_message, hidden=True),
    Probe(
        name=(USERS, 'Users "delete recordings"'),
        url=_delete_recordings,
        button=lambda office: Button(LIST, f'href="{LIST}{office.victim.pk}/delete-recordings/"'),
    ),
    Probe(
        name=(USERS, "Users - BULK EDIT"),
        url=lambda office: Call(
            "POST",
            f"{LIST}bulk-edit/",
            {"users": [str(office.victim.pk)], "change_max_voicemails": "on", "max_voicemails": "7"},
            effect=lambda: User.objects.get(pk=office.victim.pk).max_voicemails == 7,
        ),
        button=lambda office: Button(LIST, f'href="{LIST}bulk-edit/"'),
    ),
    Probe(
        name=(USERS, 'Users "show"/"hide" templates last applied to user'),
        button=lambda office: Button(LIST, 'href="?templates='),
    ),
    Probe(
        name=(USERS, 'User Templates "View"'),
        url=lambda office: Call("GET", f"{TEMPLATES}{_default()}/", shows="</h1>"),
        button=lambda office: Button(LIST, f'href="{TEMPLATES}"'),
        api=lambda office: Call("GET", "/api/v1/user-templates/", shows='"count"'),
    ),
    Probe(
        name=(USERS, 'User Templates "Copy"'),
        url=lambda office: Call("POST", f"{TEMPLATES}{_default()}/copy/", effect=_several),
        button=lambda office: Button(TEMPLATES, f'hx-post="{TEMPLATES}{_default()}/copy/"'),
        api=lambda office: Call("POST", "/api/v1/user-templates/", {"name": "Walk"}, json=True, effect=_several),
    ),
    Probe(
        name=(USERS, 'User Templates "Delete"'),
        url=_delete_template,
        button=lambda office: Button(TEMPLATES, f'href="{TEMPLATES}{_copy().pk}/delete/"'),
        api=_delete_template_by_api,
    ),
    Probe(
        name=(USERS, 'Password Requirements "modify"'),
        url=lambda office: Call(
            "POST",
            REQUIREMENTS,
            {"minimum_length": "17"},
            form=REQUIREMENTS,
            effect=lambda: PasswordRequirements.objects.get().minimum_length == 17,
        ),
        button=lambda office: Button(LIST, f'href="{REQUIREMENTS}"'),
    ),
    Probe(
        name=(USERS, "Unlock log-in and PIN"),
        ours=("phone",),
        url=lambda office: Call(
            "POST",
            f"{LIST}{office.victim.pk}/unlock/",
            effect=lambda: AuditEntry.objects.filter(object_id=str(office.victim.pk), after="unlocked").exists(),
        ),
        button=lambda office: Button(LIST, f'hx-post="{LIST}{office.victim.pk}/unlock/"'),
    ),
)
