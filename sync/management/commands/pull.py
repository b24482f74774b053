"""`manage.py pull`: reads AWS accounts into the mirror, here and now, or by a worker with --wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import AwsAccount
from sync import pull, schedule
from sync.mirror import Source, sources
from sync.models import Run

LOOK_EVERY_S = 0.5
Place = tuple[AwsAccount, Source, str]  # with a Region, or ""


class Command(BaseCommand):
    help = "Reads AWS accounts into the mirror. Does the work itself unless told to wait for a worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="the AWS account, 12 digits; all that are connected when not given")
        parser.add_argument(
            "--source", nargs="+", metavar="NAME", help="only these sources, by their names; all when not given"
        )
        parser.add_argument("--wait", action="store_true", help="queue it, and wait until workers have done it")
        parser.add_argument(
            "--lift-brake",
            action="store_true",
            help="mark as gone what AWS no longer shows, even if that is a large part of the mirror",
        )
        parser.add_argument("--json", action="store_true", help="print the results as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self._quiet = options["json"]
        wanted = self._sources(options["source"])
        aws_accounts = self._aws_accounts(options["account"])
        if options["wait"]:
            runs = [run for source in wanted for run in self._wait(_places(aws_accounts, [source]), options)]
        else:
            runs = [
                self._pull(self._start(*place, options)) for each in aws_accounts for place in _places([each], wanted)
            ]
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(run) for run in runs], indent=2))
        failed = [run for run in runs if run.state != Run.State.DONE]
        if failed:
            raise CommandError(" ".join(f"{run}: {run.error.get('sentence', run.state)}" for run in failed))

    def _sources(self, names: list[str] | None) -> list[Source]:
        if unknown := set(names or ()) - set(sources):
            raise CommandError(f"There is no source {min(unknown)}. There are: {', '.join(sources)}.")
        return [source for source in schedule.in_order() if not names or source.name in names]

    def _aws_accounts(self, account_id: str | None) -> list[AwsAccount]:
        found = AwsAccount.objects.all()
        if account_id:
            found = found.filter(account_id=account_id)
        if not found:
            raise CommandError(f"The AWS account {account_id} isn't connected." if account_id else "None is connected.")
        return list(found)

    def _start(self, aws_account: AwsAccount, source: Source, region: str, options: dict[str, Any]) -> Run:
        return pull.start(
            aws_account=aws_account,
            source=source.name,
            region=region,
            trigger=Run.Trigger.COMMAND,
            lift_brake=options["lift_brake"],
            wake=options["wait"],
        )

    def _pull(self, run: Run) -> Run:
        self._say(f"{run.aws_account}: {run}")
        if not pull.finish(run.pk, progress=self._progress):
            self._watch(run)
        return self._ended(run)

    def _wait(self, places: Iterable[Place], options: dict[str, Any]) -> Iterator[Run]:
        """Workers have all of these at once."""
        for run in [self._start(*place, options) for place in places]:
            self._say(f"{run.aws_account}: {run}")
            self._watch(run)
            yield self._ended(run)

    def _ended(self, run: Run) -> Run:
        run.refresh_from_db()
        if run.state == Run.State.DONE:
            self._say(f"  {run.log[-1]['line']}" + (f" {run.error['sentence']}" if run.error else ""))
        return run

    def _watch(self, run: Run) -> None:
        """A worker has it."""
        seen = -1
        while run.is_active:
            if run.seen != seen:
                self._progress(run)
            seen = run.seen
            time.sleep(LOOK_EVERY_S)
            run.refresh_from_db()

    def _progress(self, run: Run) -> None:
        if run.is_active:
            self._say(f"  {run.seen:,} objects{f' of about {run.expected:,}' if run.expected else ''}")

    def _say(self, text: str) -> None:
        if not self._quiet:
            self.stdout.write(text)


def _places(aws_accounts: Iterable[AwsAccount], wanted: Sequence[Source]) -> Iterator[Place]:
    """Which Regions there are may be known only when the ones before are done."""
    for aws_account in aws_accounts:
        for source in wanted:
            if source.serves(aws_account):
                yield from ((aws_account, source, region) for region in schedule.regions_of(aws_account, source))


def _as_json(run: Run) -> dict[str, Any]:
    return {
        "aws_account": run.aws_account.account_id,
        "source": run.source,
        "region": run.region,
        "pull": run.pk,
        "state": run.state,
        "pages": run.pages,
        "seen": run.seen,
        "new": run.new,
        "changed": run.changed,
        "gone": run.gone,
        "error": run.error,
        "started_at": run.started_at and run.started_at.isoformat(),
        "finished_at": run.finished_at and run.finished_at.isoformat(),
    }
