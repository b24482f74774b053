"""`manage.py migrate`: Django's, which refuses a database that this version can't take over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from iamconsole.database_version import refusal


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if refused := refusal(connections[options["database"]]):
            raise CommandError(str(refused))
        super().handle(*args, **options)
