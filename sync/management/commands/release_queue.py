"""`manage.py release_queue`: what waits in a queue that is on hold, and releasing it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iamconsole.web.words import full_time
from sync import counter
from sync.changes import PlanError
from sync.counter import release as service


class Command(BaseCommand):
    help = (
        "Shows what waits in the queue of changes while it is on hold; with --release it goes on. See docs/changes.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", metavar="REASON", help="release it; what you found out, for the audit trail")
        words = "numbers of the changes that go on; of all others the outcome is unknown until somebody looks"
        parser.add_argument("--go-on", nargs="*", type=int, default=[], metavar="CHANGE", help=words)

    def handle(self, *args: Any, **options: Any) -> None:
        status = counter.status()
        if status.on_hold_since is None:
            self.stdout.write("The queue isn't on hold.")
            return
        if options["release"]:
            self._release(options["release"], options["go_on"])
            return
        self.stdout.write(f"On hold since {full_time(status.on_hold_since)}. {status.why}")
        for each in service.waiting_changes():
            named = f"\nChange {each.change.pk} of {each.change.aws_account}: {each.change.titled}"
            self.stdout.write(f"{named} ({_mark(each)})")
            for step in each.steps:
                self.stdout.write(f"  {step.position}. {step.title}. {step.sentence}")

    def _release(self, reason: str, going_on: list[int]) -> None:
        try:
            released = service.release(actor=None, actor_name="command line", going_on=going_on, reason=reason)
        except PlanError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Released: {len(released.going_on)} go on, {len(released.stopped)} are to be looked at.")


def _mark(waiting: service.WaitingChange) -> str:
    if waiting.is_released:
        return "released by owners: goes on"
    if waiting.needs_owners:
        return "needed approvals: owners decide on the page On hold"
    return "may go on" if waiting.may_go_on else "can't go on by itself"
