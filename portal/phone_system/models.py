"""Index of this menu's models, for Django."""

from portal.phone_system.extensions.models import CallRoute, ConnectionAttempt, Destination, Extension
from portal.phone_system.handsets.models import CallAppearance, Handset
from portal.phone_system.outside_lines.models import OutsideLine

__all__ = ["CallAppearance", "CallRoute", "ConnectionAttempt", "Destination", "Extension", "Handset", "OutsideLine"]
