"""Index of this menu's models, for Django."""

from portal.servers.email.models import MailAccount, OutgoingMail

__all__ = ["MailAccount", "OutgoingMail"]
