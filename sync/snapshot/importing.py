"""Importing a file: what is looked at first, then the AWS account and its run, which goes on as any pull does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import ADMINISTER, Role
from iamconsole.web.words import full_time
from sync import pull
from sync.mirror.base import source_of_files
from sync.models import Run
from sync.snapshot import files
from sync.snapshot.reading import SnapshotError
from sync.snapshot.source import SnapshotSource

audit.register({"aws_account.imported": "imported a file of {taken_at} into the AWS account {object}"})


def import_file(
    path: Path,
    *,
    aws_account: AwsAccount,
    taken_at: datetime,
    actor: Operator | None,
    longest: int | None = None,
    lift_brake: bool = False,
    wake: bool = True,
    request: HttpRequest | None = None,
    actor_name: str = "",
) -> Run:
    """Takes over `path` (of `files.copied`) and starts its run; makes the AWS account when it is new.

    `taken_at`: when AWS was asked for what is in it. `longest`: bytes that it may have, unpacked. `wake=False` is for
    who works on the run at once. Raises SnapshotError; nothing is saved then.
    """
    _check(aws_account, taken_at)
    examined = _source().examine(path, aws_account, longest=longest)
    with transaction.atomic():
        _save(aws_account, actor)
        run = _start(aws_account, actor, lift_brake=lift_brake, wake=wake)
        run.taken_at, run.expected = taken_at, examined.objects
        run.save(update_fields=["taken_at", "expected"])
        audit.record(
            "aws_account.imported",
            actor=actor,
            aws_account=aws_account,
            obj=("aws_account", aws_account.account_id, str(aws_account)),
            data={"taken_at": taken_at.isoformat(), "objects": examined.objects, "pull": run.pk},
            request=request,
            actor_name=actor_name,
        )
        path.rename(files.of_run(run.pk))
    return run


def new_aws_account(*, account_id: str, name: str, partition: str, environment: str) -> AwsAccount:
    """One that only files tell of; not saved yet."""
    return AwsAccount(
        account_id=account_id,
        name=name or f"AWS account {account_id}",
        partition=partition,
        environment=environment,
        connection=AwsAccount.Connection.SNAPSHOT,
        pull_every_minutes=0,
    )


def last_import(aws_account: AwsAccount) -> Run | None:
    """The last one that became complete: what the mirror shows."""
    return _imports(aws_account).filter(state=Run.State.DONE).order_by("-pk").first()


def taken_at(aws_account: AwsAccount) -> datetime | None:
    """How old the mirror is: when AWS was asked for what the last file has."""
    last = last_import(aws_account)
    return last.taken_at if last else None


def _check(aws_account: AwsAccount, taken_at: datetime) -> None:
    if aws_account.is_connected:
        raise SnapshotError(
            f"{aws_account} is connected: the console pulls it from AWS itself. A file would only be older. "
            "Pull it instead."
        )
    if taken_at > timezone.now():
        raise SnapshotError(f"The file can’t be of {full_time(taken_at)}: that is still to come.")
    before = last_import(aws_account) if aws_account.pk else None
    if before is not None and before.taken_at is not None and taken_at < before.taken_at:
        raise SnapshotError(
            f"The file is of {full_time(taken_at)}, and the mirror shows one of {full_time(before.taken_at)}: an older "
            "one would turn its history round."
        )


def _save(aws_account: AwsAccount, actor: Operator | None) -> None:
    if aws_account.pk is None:
        aws_account.save()
    if actor and not may(actor, ADMINISTER, aws_account):
        Grant.objects.create(operator=actor, aws_account=aws_account, role=Role.OWNER)
    AwsAccount.objects.select_for_update().get(pk=aws_account.pk)  # one import at a time gets past here


def _start(aws_account: AwsAccount, actor: Operator | None, *, lift_brake: bool, wake: bool) -> Run:
    running = _imports(aws_account).filter(state__in=Run.ACTIVE).first()
    if running is not None:
        raise SnapshotError(f"Pull {running.pk} is still importing another file: wait for its end, or cancel it.")
    return pull.start(
        aws_account=aws_account,
        source=source_of_files().name,
        trigger=Run.Trigger.IMPORT,
        actor=actor,
        lift_brake=lift_brake,
        wake=wake,
    )


def _imports(aws_account: AwsAccount) -> QuerySet[Run]:
    return Run.objects.filter(aws_account=aws_account, source=source_of_files().name)


def _source() -> SnapshotSource:
    source = source_of_files()
    assert isinstance(source, SnapshotSource)  # noqa: S101  so it is registered
    return source
