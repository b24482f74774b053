"""`manage.py hold_queue`: nothing is sent to AWS until the queue is released, such as after a backup was restored."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sync import counter


class Command(BaseCommand):
    help = "Puts the queue on hold: nothing is sent to AWS until manage.py release_queue, or its page, releases it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="shown on pages, and kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        was_put = counter.hold(why=options["reason"][:400], actor=None, actor_name="command line")
        self.stdout.write("The queue is on hold." if was_put else "The queue was on hold already.")
