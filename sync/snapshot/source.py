"""The source that reads an imported file instead of AWS: all else about its runs is as with a pull."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.utils import timezone

from accounts.models import AwsAccount
from aws_constraints.arn import Arn
from sync.mirror import AccountRegion, Item, Reader, Source, SourcePage
from sync.models import Run
from sync.snapshot import files
from sync.snapshot.reading import SnapshotError, items, outline
from sync.snapshot.shapes import MalformedSnapshotError, Shape

_ANYBODYS = "aws"  # where an ARN has the AWS account: what is AWS's own


@dataclass(frozen=True)
class ListOf:
    """A list of the file: its key there, the kind of its objects, what each looks like."""

    key: str  # "UserDetailList"
    kind: str
    noun: str  # "user", as errors call one
    name: str  # the member that names an object: "UserName"
    shape: Shape


@dataclass(frozen=True)
class SnapshotContents:
    """What a file that can be imported holds."""

    objects: int
    documents: int
    is_cut_off: bool


class SnapshotSource(Source):
    """Never pulled by the schedule: `sync.snapshot.importing` starts its runs."""

    lists: ClassVar[Sequence[ListOf]]  # what others refer to comes first

    sweeps = True
    confirms = False  # there is nobody to ask

    def keeps(self, kind: str, item: Item) -> bool:
        """Whether the mirror takes it."""
        return True

    def fits(self, aws_account: AwsAccount) -> bool:
        return not aws_account.is_connected

    def serves(self, aws_account: AwsAccount) -> bool:
        return False

    # ---- Before the import -----------------------------------------------------------------------------------
    def examine(self, path: Path, aws_account: AwsAccount, *, longest: int | None = None) -> SnapshotContents:
        """Looks at all of the file, so that nothing of a bad one is stored. Raises SnapshotError."""
        found = outline(path, [each.key for each in self.lists], longest=longest)
        count = sum(self._examine_list(path, each, aws_account) for each in self.lists)
        if not count:
            raise SnapshotError("The file has no user, group, role or policy in it.")
        return SnapshotContents(count, found.documents, found.is_cut_off)

    def _examine_list(self, path: Path, of: ListOf, aws_account: AwsAccount) -> int:
        stored = 0
        for number, raw in enumerate(items(path, of.key), start=1):
            try:
                item = of.shape(raw)
            except MalformedSnapshotError as error:
                name = raw.get(of.name) if isinstance(raw, dict) else None
                about = f"{of.key}, number {number}{f' ({str(name)[:80]})' if name else ''}"
                raise SnapshotError(f"{about}: {error}. AWS prints no {of.noun} like that.") from error
            _check_arn(item["Arn"], of, aws_account)
            stored += self.keeps(of.kind, item)
        return stored

    # ---- The run ---------------------------------------------------------------------------------------------
    def expected(self, client: Reader, place: AccountRegion) -> int | None:
        return self._run(place).expected

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """A page is PULL_BATCH objects of one list; `marker` is the list and how many of it are read."""
        run = self._run(place)
        path, at = files.of_run(run.pk), run.taken_at or timezone.now()
        if not path.exists():
            raise SnapshotError(files.LOST)
        last = SourcePage({}, None, at)
        for page in self._read(path, marker, at):
            if last.marker:
                yield last
            last = page
        whole = not outline(path, [each.key for each in self.lists]).is_cut_off
        yield replace(last, marker=None, whole=whole)
        path.unlink(missing_ok=True)

    def _read(self, path: Path, marker: str | None, at: datetime) -> Iterator[SourcePage]:
        key, _, skip = (marker or f"{self.lists[0].key}:0").partition(":")
        begin = [each.key for each in self.lists].index(key)
        for of in self.lists[begin:]:
            done = int(skip) if of.key == key else 0
            for batch in _batches(islice(items(path, of.key), done, None)):
                done += len(batch)
                found = [item for item in map(of.shape, batch) if self.keeps(of.kind, item)]
                yield SourcePage({of.kind: found}, f"{of.key}:{done}", at)

    def _run(self, place: AccountRegion) -> Run:
        return Run.objects.get(aws_account=place.aws_account, source=self.name, state__in=Run.ACTIVE)


def _check_arn(arn: str, of: ListOf, aws_account: AwsAccount) -> None:
    parsed = Arn.parse(arn)
    if parsed is None:
        raise SnapshotError(f"“{arn[:120]}” isn’t the ARN of a {of.noun}.")
    partition, owner = parsed.partition, parsed.account
    if owner not in (aws_account.account_id, _ANYBODYS):
        raise SnapshotError(
            f"The file is of the AWS account {owner[:20]}, not of {aws_account.account_id}: it has the {of.noun} "
            f"{arn[:120]} in it."
        )
    if partition != aws_account.partition:
        raise SnapshotError(
            f"The file is of the partition {partition[:20]}, and this AWS account is in {aws_account.partition}."
        )


def _batches(found: Iterator[Item]) -> Iterator[list[Item]]:
    while batch := list(islice(found, settings.PULL_BATCH)):
        yield batch
