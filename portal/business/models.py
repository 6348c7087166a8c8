"""Index of this menu's models, for Django."""

from portal.business.users.models import User

__all__ = ["User"]
