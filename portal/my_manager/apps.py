from django.apps import AppConfig


class MyManagerConfig(AppConfig):
    name = "portal.my_manager"
    label = "my_manager"
