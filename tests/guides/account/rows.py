"""An AWS account in the mirror, for guided tasks about it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import DirectoryUser, PermissionSet
from guides.models import TaskRun
from guides.runs.look import LookedStep, look_at
from guides.runs.stepped import task_of
from identities.models import IamAccount, IamUser, RootUser
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import Place
from sync.models import Facet
from tests.access.mirrored import ID, administrator, given, role
from tests.services.account_rows import make_settings, ran
from tests.services.directory_rows import RESERVED_PATH, DirectoryRows, reserved_name
from tests.services.rows import make_user
from tests.services.statements import allow

DEMANDING = json.loads(TEMPLATES["own-credentials-with-mfa"].document({}, Place("aws", ID)))["Statement"]
SUMMARY = {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "AccountPasswordPresent": 1}


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def read(aws_account: AwsAccount) -> None:
    """The users, roles and policies of the AWS account are read."""
    ran(aws_account, "iam.details")


def facet(aws_account: AwsAccount, kind: str, source: str, read_at: datetime) -> None:
    said = {"raw_hash": "x", "fingerprint": "x", "read_at": read_at, "object_id": aws_account.account_id}
    Facet.objects.create(aws_account=aws_account, kind=kind, source=source, **said)


def settings(aws_account: AwsAccount, *, alias: str = "", **summary: int) -> IamAccount:
    """Read a minute ago."""
    for source in ("alias", "summary"):
        facet(aws_account, IamAccount.kind, source, timezone.now() - timedelta(minutes=1))
    return make_settings(aws_account, alias=alias, summary={**SUMMARY, **summary})


def root(aws_account: AwsAccount, **fields: Any) -> RootUser:
    about = {"aws_id": aws_account.account_id, "name": "Root user", "name_key": "root user", "first_seen": days_ago(9)}
    usual = {"generated_at": timezone.now() - timedelta(hours=2), "mfa_active": True, "keys": []}
    row: RootUser = RootUser.objects.create(aws_account=aws_account, **about, **{**usual, **fields})
    return row


def login(aws_account: AwsAccount, name: str, *, asked: bool = True, mfa: int | None = 1, **fields: Any) -> IamUser:
    """An administrator with a password. `asked`: by a policy, for MFA."""
    usual = {"has_password": True, "mfa_count": mfa, "active_key_count": 0}
    user: IamUser = administrator(make_user(aws_account, name, **{**usual, **fields}))
    return given(user, *DEMANDING) if asked else user


def looked(run: TaskRun) -> dict[str, LookedStep]:
    """The steps of a run by their names."""
    task = task_of(run)
    assert task is not None
    return {each.step.name: each for each in look_at(task, run)}


def progress(run: TaskRun) -> dict[str, str]:
    return {name: str(each.progress) for name, each in looked(run).items()}


def words(run: TaskRun, step: str) -> str:
    return looked(run)[step].found.words


def administrator_set(directory: DirectoryRows, name: str, *people: DirectoryUser) -> PermissionSet:
    """A permission set with everything, its role, and who has it."""
    aws_account = directory.held_by
    made = directory.permission_set(name, aws_account, managed=["arn:aws:iam::aws:policy/AdministratorAccess"])
    for person in people:
        directory.assign(made, aws_account, person)
    role(aws_account, reserved_name(name), allow("*"), trusts={"Federated": "saml"}, path=RESERVED_PATH)
    return made
