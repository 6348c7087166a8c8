from django.apps import AppConfig


class PhoneSystemConfig(AppConfig):
    name = "portal.phone_system"
    label = "phone_system"
