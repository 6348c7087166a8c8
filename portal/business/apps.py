from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BusinessConfig(AppConfig):
    name = "portal.business"
    label = "business"

    def ready(self) -> None:
        from portal.business.schedules.defaults import make_defaults
        from portal.business.user_templates.models import sync_default

        post_migrate.connect(sync_default, sender=self, dispatch_uid="business.user_templates")
        post_migrate.connect(make_defaults, sender=self, dispatch_uid="business.defaults")
