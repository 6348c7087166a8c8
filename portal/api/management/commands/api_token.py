"""manage.py api_token USERNAME: print a new REST token of this user."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.api.models import ApiToken
from portal.business.users.models import User


class Command(BaseCommand):
    help = "Print a new REST token of a user. It is shown once; make another when it is lost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--revoke", action="store_true", help="take all tokens of this user back instead")

    def handle(self, *args: Any, username: str, revoke: bool, **options: Any) -> None:
        user = User.objects.named(username).filter(is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user with the login name {username!r}.")
        if revoke:
            count, _ = user.api_tokens.all().delete()
            self.stdout.write(f"{count} token(s) of {user.username} taken back.")
            return
        self.stdout.write(ApiToken.issue(user))
