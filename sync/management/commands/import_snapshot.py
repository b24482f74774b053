"""`manage.py import_snapshot`: an AWS account without credentials, from a file that the AWS CLI printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.management import ending_demo
from accounts.models import AwsAccount
from sync import pull
from sync.models import Run
from sync.snapshot import files, importing
from sync.snapshot.reading import SnapshotError

STANDARD_INPUT = "-"


class Command(BaseCommand):
    help = (
        "Imports the file that “aws iam get-account-authorization-details” prints: one page or several, one after the "
        "other, of any size, plain or gzipped. Makes the AWS account if need be; it is read-only and never pulled."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file; - for standard input")
        parser.add_argument("--account", required=True, help="the AWS account that the file is of, 12 digits")
        parser.add_argument("--name", default="", help="as your people call it")
        parser.add_argument("--partition", choices=AwsAccount.Partition.values, default="aws")
        parser.add_argument("--environment", choices=AwsAccount.Environment.values, default="production")
        parser.add_argument(
            "--taken-at", metavar="TIME", help="when the AWS CLI ran, in ISO 8601; the file’s own time when not given"
        )
        parser.add_argument(
            "--lift-brake",
            action="store_true",
            help="mark as gone what the file no longer shows, even if that is a large part of the mirror",
        )
        ending_demo.add_argument(parser)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self._quiet = options["json"]
        aws_account = self._aws_account(options)
        if not aws_account.emulated:
            ending_demo.check(options)
        try:
            with _opened(options["file"]) as (source, modified), files.copied(source) as path:
                run = importing.import_file(
                    path,
                    aws_account=aws_account,
                    taken_at=_taken_at(options["taken_at"]) or modified,
                    actor=None,
                    actor_name="command line",
                    lift_brake=options["lift_brake"],
                    wake=False,
                )
        except SnapshotError as error:
            raise CommandError(f"{error} Nothing was imported.") from error
        self._finish(run)

    def _aws_account(self, options: dict[str, Any]) -> AwsAccount:
        """The one that there is, or a new one, not saved yet."""
        known = AwsAccount.objects.filter(account_id=options["account"]).first()
        if known is not None:
            return known
        aws_account = importing.new_aws_account(
            account_id=options["account"],
            name=options["name"],
            partition=options["partition"],
            environment=options["environment"],
        )
        try:
            aws_account.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return aws_account

    def _finish(self, run: Run) -> None:
        self._say(f"{run.aws_account}: {run}")
        pull.finish(run.pk, progress=self._progress)
        files.sweep()
        run.refresh_from_db()
        if self._quiet:
            self.stdout.write(json.dumps(_as_json(run), indent=2))
        if run.state != Run.State.DONE:
            raise CommandError(f"{run}: {run.error.get('sentence', run.get_state_display())}")
        self._say(f"  {run.log[-1]['line']}")
        if run.error:
            self._say(f"  {run.error['sentence']}")

    def _progress(self, run: Run) -> None:
        if run.is_active:
            self._say(f"  {run.seen:,} of {run.expected or 0:,} objects")

    def _say(self, text: str) -> None:
        if not self._quiet:
            self.stdout.write(text)


@contextmanager
def _opened(name: str) -> Iterator[tuple[IO[bytes], datetime]]:
    """The file, and when it was written; raises CommandError where it can't be read."""
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer, timezone.now()
        return
    path = Path(name)
    try:
        file = path.open("rb")
    except OSError as error:
        raise CommandError(f"{name} can’t be read: {error.strerror}.") from error
    with file:
        yield file, datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _taken_at(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise CommandError("--taken-at takes a time in ISO 8601, such as 2026-03-04T16:42:00+01:00.")
    return found if found.tzinfo else timezone.make_aware(found)


def _as_json(run: Run) -> dict[str, Any]:
    return {
        "aws_account": run.aws_account.account_id,
        "pull": run.pk,
        "state": run.state,
        "taken_at": run.taken_at and run.taken_at.isoformat(),
        "seen": run.seen,
        "new": run.new,
        "changed": run.changed,
        "gone": run.gone,
        "error": run.error,
    }
