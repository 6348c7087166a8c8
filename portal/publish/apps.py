from django.apps import AppConfig


class PublishConfig(AppConfig):
    name = "portal.publish"
    label = "publish"
