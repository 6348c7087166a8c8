from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "portal.access"
    label = "access"

    def ready(self) -> None:
        from portal.access import checks  # noqa: F401  (registers the system check)
        from portal.access.sync import sync_access

        # after django.contrib.auth's own handler, which makes the Permission rows sync needs
        post_migrate.connect(sync_access, sender=self, dispatch_uid="access.sync")
