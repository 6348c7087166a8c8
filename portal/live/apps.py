from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "portal.live"
    label = "live"

    def ready(self) -> None:
        """Tasks rung from a page must find our Celery application, whichever process it is."""
        from portal.celery import app

        app.set_default()
