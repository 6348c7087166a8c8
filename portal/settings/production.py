"""What `make run` and `make service` use."""

from portal.settings.base import *  # noqa: F403
