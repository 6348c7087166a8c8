"""`manage.py forget_second_factor USERNAME`: for who lost phone and recovery codes. The password stays."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.access.second_factor import services
from portal.business.users.models import User
from portal.publish.change import By


class Command(BaseCommand):
    help = "Let this user log in with the password alone again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.named(username).first()
        if user is None:
            raise CommandError(f"There is no user called {username}.")
        had = services.forget(user, by=By(via="shell"))
        self.stdout.write(
            f"{username} logs in with the password alone." if had else f"{username} had no second factor."
        )
