"""`manage.py accept_key NAME`: the right key of this database is lost for good, and the given one takes its place."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import keys


class Command(BaseCommand):
    help = "Takes the given key for the right one from now on, after the former one was lost for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=keys.NAMES)

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        before = [problem for problem in keys.problems() if problem.name == name]
        if not before:
            self.stdout.write(f"{name} is the key of this database already: nothing was changed.")
            return
        keys.accept(name)
        self.stdout.write(f"{name} is the key of this database from now on; the audit trail says so.")
