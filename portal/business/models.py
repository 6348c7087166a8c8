"""Index of this menu's models, for Django."""

from portal.business.contact_information.models import ContactInformation
from portal.business.message_aliases.models import MessageAlias
from portal.business.password_requirements.models import PasswordRequirements
from portal.business.schedules.models import GreetingNames, Holiday, Schedule
from portal.business.user_templates.models import UserTemplate
from portal.business.users.models import User
from portal.business.voicemail_alerts.models import MailboxAlerts

__all__ = [
    "ContactInformation",
    "GreetingNames",
    "Holiday",
    "MailboxAlerts",
    "MessageAlias",
    "PasswordRequirements",
    "Schedule",
    "User",
    "UserTemplate",
]
