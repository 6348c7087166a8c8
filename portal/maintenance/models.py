"""Index of this menu's models, for Django."""

from portal.maintenance.time.models import ServerTime

__all__ = ["ServerTime"]
