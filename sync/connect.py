"""Connects an AWS account: who the credentials are there, what they may do, then the row and its first pull.

An AWS account is connected read-only: its owners turn writes on when they have seen what the console sees.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from aws_constraints.arn import Arn, account_in
from sync import pull
from sync.aws.client import reader
from sync.aws.errors import AwsError, CredentialsWrong, RootUserRefused, WrongAwsAccount
from sync.aws.permission import IAM, RolePart, parts_of
from sync.aws.permission_check import GET_IN, PermissionCheck, check_permissions, enter
from sync.aws.purpose import Tier
from sync.models import Run

# ---- Rules for the connection --------------------------------------------------------------------------------------
# The console's credentials may only go to roles of that same AWS account. Forms read the rules for the sentence
# beside a field.
READ_ROLE, WRITE_ROLE = "read_role_arn", "write_role_arn"

_EXTERNAL_IDS, _SHARED_IDS = "external-id", "shared-external-id"  # the salts


def new_external_id() -> str:
    """Nobody can guess it, and the form takes no other: else one could name a role that waits for somebody else's."""
    return Signer(salt=_EXTERNAL_IDS).sign(f"iam-console-{secrets.token_urlsafe(18)}")


def external_id_for(account_id: str) -> str:
    """That of one AWS account, the same whenever it is asked for: a stack may be made today, and connected tomorrow.

    Nobody without the console's SECRET_KEY can guess it.
    """
    return Signer(salt=_EXTERNAL_IDS).sign(f"iam-console-{account_id}")


def new_shared_external_id(organization_id: str) -> str:
    """For AWS accounts of that organization, which it names. No form takes it for that of one AWS account."""
    return Signer(salt=_SHARED_IDS).sign(f"iam-console-{organization_id}-{secrets.token_urlsafe(18)}")


def is_shared_external_id(external_id: str, organization_id: str) -> bool:
    """Whether this console made it for that organization."""
    try:
        text = Signer(salt=_SHARED_IDS).unsign(external_id)
    except BadSignature:
        return False
    return text.startswith(f"iam-console-{organization_id}-")


def needs_older_key(external_id: str) -> bool:
    """Of a shared one, whether it was signed under one of SECRET_KEY_FALLBACKS, or a key that is gone."""
    try:
        Signer(salt=_SHARED_IDS, fallback_keys=[]).unsign(external_id)
    except BadSignature:
        return True
    return False


def is_own_external_id(external_id: str) -> bool:
    """Whether this console made it."""
    try:
        Signer(salt=_EXTERNAL_IDS).unsign(external_id)
    except BadSignature:
        return False
    return True


@dataclass(frozen=True)
class SharedExternalIds:
    """What gives one external id to several AWS accounts of an organization, and answers for each of them.

    `organization_of`: that organization (o-…) by the external id, "" of one that isn't shared. `check` raises an
    AwsError or ValidationError where AWS doesn't say now that the AWS account is in it.
    """

    organization_of: Callable[[str], str]
    check: Callable[[AwsAccount], None]


def _nobody_shares(aws_account: AwsAccount) -> None:
    raise ValidationError("Nothing here shares external ids.")


_sharing = [SharedExternalIds(lambda external_id: "", _nobody_shares)]  # the last one counts


def register_shared_external_ids(sharing: SharedExternalIds) -> None:
    _sharing.append(sharing)


def connection_values(aws_account: AwsAccount) -> dict[str, Any]:
    return {name: getattr(aws_account, name) for name in AwsAccount.CONNECTION_FIELDS}


def connection_errors(values: Mapping[str, Any], *, of: int | None) -> Iterator[tuple[str, str]]:
    """Field → sentence, of what may not be so. `of`: the primary key of the AWS account; None: it is new.

    An account id or partition that is empty isn't known yet, and not compared.
    """
    if values["connection"] not in (AwsAccount.Connection.AMBIENT, AwsAccount.Connection.ASSUME_ROLE):
        yield "connection", "Say how the console signs in to AWS."
    if values["connection"] != AwsAccount.Connection.ASSUME_ROLE:
        return
    if not values[READ_ROLE]:
        yield READ_ROLE, "Give the ARN of the role that the console assumes to read."
    for name in (READ_ROLE, WRITE_ROLE):
        if values[name] and (sentence := _wrong_role(str(values[name]), values)):
            yield name, sentence
    others = AwsAccount.objects.exclude(pk=of or 0).filter(external_id=values["external_id"])
    if values["external_id"] and others.exists() and not _sharing[-1].organization_of(str(values["external_id"])):
        yield "external_id", "This is the external id of another AWS account. Open the page anew."


def _wrong_role(arn: str, values: Mapping[str, Any]) -> str:
    role = Arn.match(arn, "iam", "role")
    if role is None:
        return "This isn’t the ARN of a role: arn:aws:iam::123456789012:role/iam-console-read"
    if values["account_id"] not in ("", role.account):
        return f"This role is in the AWS account {role.account}, not in this one."
    if values["partition"] not in ("", role.partition):
        return f"This role is in the partition {role.partition}: choose that one above."
    return ""


audit.register(
    {
        "aws_account.connected": "connected the AWS account {object}, as {identity}",
        "aws_account.reconnected": "changed how the console signs in to {object}: it is {identity} there now",
    }
)

NO_ACCOUNT = "000000000000"
HOURLY = 60


@dataclass(frozen=True)
class Machine:
    """Who the console is at AWS by the credentials of its machine; or the sentence that says why it is nobody."""

    arn: str = ""
    problem: str = ""
    is_root: bool = False

    @property
    def account_id(self) -> str:
        return account_in(self.arn)

    @property
    def principal_arn(self) -> str:
        """As a trust policy names it: the role, and not one session of it."""
        arn = Arn.parse(self.arn)
        role = arn.role_of_session if arn else ""
        return str(replace(arn, service="iam", resource=f"role/{role}")) if arn and role else self.arn


@dataclass(frozen=True)
class TierReport:
    """What one of the two roles may do in one part; `problem`: why the console doesn't even get in."""

    tier: Tier
    checks: Sequence[PermissionCheck]
    part: RolePart = IAM

    @property
    def key(self) -> str:
        return f"{self.tier}-{self.part.name}"

    @property
    def title(self) -> str:
        return f"{'Reading' if self.tier == 'read' else 'Writing'} {self.part.title}".rstrip()

    @property
    def is_left_out(self) -> bool:
        """Nothing of an optional part is allowed: as it is to be where nobody uses that service."""
        return self.part != IAM and not self.works and not self.unknown

    @property
    def problem(self) -> str:
        entry = self.checks[0]
        return entry.detail if entry.action == GET_IN and entry.state == "missing" else ""

    @property
    def works(self) -> list[PermissionCheck]:
        return [check for check in self.checks if check.state == "works"]

    @property
    def missing(self) -> list[PermissionCheck]:
        return [check for check in self.checks if check.state == "missing"]

    @property
    def unknown(self) -> list[PermissionCheck]:
        return [check for check in self.checks if check.state == "unknown"]


def machine_identity(*, partition: str, region: str, emulated: bool) -> Machine:
    """Asks AWS who the machine's own credentials are. They need no permission for that."""
    probe = AwsAccount(
        account_id=NO_ACCOUNT,
        partition=partition,
        default_region=region,
        connection=AwsAccount.Connection.AMBIENT,
        emulated=emulated,
    )
    client = reader(probe)
    try:
        client.call("sts", "GetCallerIdentity")
    except WrongAwsAccount:
        return Machine(client.identity_arn)
    except RootUserRefused as error:
        return Machine(client.identity_arn, error.sentence(), is_root=True)
    except CredentialsWrong as error:
        return Machine(
            problem=f"The machine that the console runs on has no AWS credentials that work ({error.message})."
        )
    except AwsError as error:
        return Machine(problem=error.sentence())
    return Machine(client.identity_arn)


def check(aws_account: AwsAccount) -> list[TierReport]:
    """What works and what is missing, for each role that is given. `aws_account` need not be saved."""
    tiers: list[Tier] = ["read"]
    if aws_account.connection == AwsAccount.Connection.AMBIENT or aws_account.write_role_arn:
        tiers.append("write")
    return [report for tier in tiers for report in _reports(aws_account, tier)]


def _reports(aws_account: AwsAccount, tier: Tier) -> Iterator[TierReport]:
    entry = enter(aws_account, tier)
    report = TierReport(tier, [entry.check, *check_permissions(entry)])
    yield report
    if not report.problem:
        yield from (TierReport(tier, check_permissions(entry, part), part) for part in parts_of(tier))


def connect(
    *,
    aws_account: AwsAccount,
    actor: Operator | None,
    writes: bool = False,
    request: HttpRequest | None = None,
    actor_name: str = "",
    check_shared: Callable[[AwsAccount], None] | None = None,
) -> Run:
    """Saves a new AWS account, read-only unless `writes`, and starts its first pulls; returns that of IAM.

    One that was imported from a file gets its connection, and keeps its mirror. Raises AwsError when its credentials
    don't get into that very AWS account; nothing is saved then. `check_shared`: for who connects many by one external
    id, in place of asking AWS about each whether it is in the organization (`SharedExternalIds.check`).
    """
    identity = _identity_there(aws_account, actor, check_shared)
    with transaction.atomic():
        aws_account.writes_enabled = writes
        aws_account.pull_every_minutes = aws_account.pull_every_minutes or HOURLY  # an imported one was never pulled
        aws_account.save()
        audit.record(
            "aws_account.connected",
            actor=actor,
            aws_account=aws_account,
            obj=("aws_account", aws_account.account_id, str(aws_account)),
            data={"identity": identity, "connection": aws_account.connection, "writes": writes},
            request=request,
            actor_name=actor_name,
        )
        pull.start_all(aws_account=aws_account, trigger=Run.Trigger.CONNECT, actor=actor)
        return pull.start(aws_account=aws_account, trigger=Run.Trigger.CONNECT, actor=actor)


def reconnect(
    *, aws_account: AwsAccount, before: dict[str, object], actor: Operator, request: HttpRequest | None = None
) -> Run | None:
    """Saves by which credentials the console comes into an AWS account that it knows; `before`: what they were.

    Returns the first pull by the new ones, None when nothing is new. Writes are off until an owner has seen that pull.
    Raises as `connect`; nothing is saved then.
    """
    changes = audit.differences(before, {name: getattr(aws_account, name) for name in before})
    identity = _identity_there(aws_account, actor)
    if not changes:
        return None
    with transaction.atomic():
        aws_account.writes_enabled = False
        aws_account.pull_every_minutes = aws_account.pull_every_minutes or HOURLY
        following = ("writes_enabled", "pull_every_minutes", "enrolled_in", "resting", "rests_since")
        aws_account.save(update_fields=[*changes, *following])
        audit.record(
            "aws_account.reconnected",
            actor=actor,
            aws_account=aws_account,
            obj=("aws_account", aws_account.account_id, str(aws_account)),
            data={"identity": identity, "changes": changes},
            request=request,
        )
        pull.start_all(aws_account=aws_account, trigger=Run.Trigger.CONNECT, actor=actor)
        return pull.start(aws_account=aws_account, trigger=Run.Trigger.CONNECT, actor=actor)


def _identity_there(
    aws_account: AwsAccount, actor: Operator | None, check_shared: Callable[[AwsAccount], None] | None = None
) -> str:
    """Who the console is in the AWS account by what its columns say; `actor` is None on the command line.

    Raises PermissionDenied unless the actor owns all AWS accounts, ValidationError on a connection that isn't that
    account's, and
    AwsError when AWS says that the credentials are of another account, or of none.
    """
    if actor and not may(actor, ADMINISTER, None):
        raise PermissionDenied("Only owners of all AWS accounts say by which credentials one is connected.")
    if wrong := dict(connection_errors(connection_values(aws_account), of=aws_account.pk)):
        raise ValidationError(wrong)
    aws_account.enrolled_in = _sharing[-1].organization_of(aws_account.external_id)
    if aws_account.enrolled_in:
        (check_shared or _sharing[-1].check)(aws_account)
    aws_account.resting, aws_account.rests_since = "", None  # AWS itself says now whether one gets in
    client = reader(aws_account)
    client.call("sts", "GetCallerIdentity")
    return client.identity_arn
