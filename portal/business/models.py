"""Index of this menu's models, for Django."""

from portal.business.password_requirements.models import PasswordRequirements
from portal.business.user_templates.models import UserTemplate
from portal.business.users.models import User

__all__ = ["PasswordRequirements", "User", "UserTemplate"]
