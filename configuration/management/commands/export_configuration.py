"""`manage.py export_configuration`: grants, guard rails, tests, rules and routes as YAML, to standard output."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from configuration import services
from configuration.shapes import BadFile


class Command(BaseCommand):
    help = "Prints grants, labels, guard rails, saved tests, ownership rules and notification routes as one YAML file."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(services.export(actor=None), ending="")
        except BadFile as error:
            raise CommandError(str(error)) from error
