"""Managed policies as something to begin a text from: AWS's, this AWS account's, those of others that one may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web.words import counted, number
from policies import starting
from policies.engine import catalogue
from policies.models import ManagedPolicy, PolicyVersion
from policies.starting import CannotBeginError, StartFound, StartQuery, StartRow, StartSource
from sync.aws.client import reader
from sync.aws.errors import AwsError, NotFound


# ---- What the mirror holds -------------------------------------------------------------------------------------------
def _held(aws_accounts: QuerySet[AwsAccount], *, is_aws: bool) -> QuerySet[ManagedPolicy]:
    """Those whose document in force the mirror has."""
    in_force = PolicyVersion.objects.filter(policy=OuterRef("pk"), version_id=OuterRef("default_version"))
    held: QuerySet[ManagedPolicy] = ManagedPolicy.objects.live().filter(aws_account__in=aws_accounts, is_aws=is_aws)
    return held.filter(Exists(in_force))


def _own(query: StartQuery) -> QuerySet[AwsAccount]:
    return AwsAccount.objects.filter(pk=query.aws_account.pk)


def _others(query: StartQuery) -> QuerySet[AwsAccount]:
    """By the operator's grants as they are now."""
    return AwsAccount.objects.visible_to(query.operator, SEE_IAM).exclude(pk=query.aws_account.pk)


def _text(aws_accounts: QuerySet[AwsAccount], arn: str, *, is_aws: bool) -> str | None:
    held = _held(aws_accounts, is_aws=is_aws).filter(arn=arn)
    versions = PolicyVersion.objects.filter(policy__in=held, version_id=F("policy__default_version"))
    text: str | None = versions.values_list("document__text", flat=True).first()
    return text


def _found(rows: QuerySet[ManagedPolicy], query: StartQuery, row_of: Callable[[ManagedPolicy], StartRow]) -> StartFound:
    return StartFound([row_of(row) for row in rows.order_by("name_key", "pk")[query.span]], rows.count())


# ---- Of this AWS account ---------------------------------------------------------------------------------------------
def _own_rows(query: StartQuery) -> StartFound:
    rows = _held(_own(query), is_aws=False)
    for word in query.words_folded:
        rows = rows.filter(name_key__contains=word)
    return _found(rows, query, lambda row: StartRow(row.arn, row.name, row.description))


def _own_count(query: StartQuery) -> str:
    return counted(_held(_own(query), is_aws=False).count(), "policy", "policies")


def _own_text(query: StartQuery, arn: str) -> str | None:
    return _text(_own(query), arn, is_aws=False)


# ---- Of other AWS accounts -------------------------------------------------------------------------------------------
def _other_rows(query: StartQuery) -> StartFound:
    rows = _held(_others(query), is_aws=False).select_related("aws_account")
    for word in query.words_folded:
        rows = rows.filter(
            Q(name_key__contains=word) | Q(aws_account__name__icontains=word) | Q(aws_account__account_id=word)
        )
    return _found(rows, query, _other_row)


def _other_row(row: ManagedPolicy) -> StartRow:
    return StartRow(row.arn, row.name, f"Of {row.aws_account}. {row.description}".strip())


def _other_text(query: StartQuery, arn: str) -> str | None:
    return _text(_others(query), arn, is_aws=False)


def _other_count(query: StartQuery) -> str:
    aws_accounts = _others(query)
    number = aws_accounts.count()
    if not number:
        return "You see no other AWS account"
    policies = counted(_held(aws_accounts, is_aws=False).count(), "policy", "policies")
    return f"{policies} of {counted(number, 'AWS account')}"


# ---- Of AWS ----------------------------------------------------------------------------------------------------------
_HERE, _NOT_LISTED = "In use here", "Not in the list of this console: AWS is asked for it"


def _aws_rows(query: StartQuery) -> StartFound:
    """Those of AWS's that are in use here, and all others by their names, whose documents are read when one is used."""
    here = {row.arn: row for row in _held(_own(query), is_aws=True)}
    begin = f"arn:{query.aws_account.partition}:iam::aws:policy"
    named = {f"{begin}{path}": path.rpartition("/")[2] for path in catalogue.managed_policy_paths()}
    named |= {arn: row.name for arn, row in here.items()}
    fitting = [arn for arn, name in named.items() if all(word in name.casefold() for word in query.words_folded)]
    fitting.sort(key=lambda arn: (named[arn].casefold(), arn))
    asked = catalogue.managed_policy_arn(query.aws_account.partition, query.words.strip())
    if asked in named and asked not in fitting:
        fitting.append(asked)  # by its ARN
    rows = [StartRow(arn, named[arn], _HERE if arn in here else "") for arn in fitting]
    if asked and not fitting:
        rows.append(StartRow(asked, asked.rpartition("/")[2], _NOT_LISTED))
    return StartFound(rows[query.span], len(rows))


def _aws_text(query: StartQuery, arn: str) -> str | None:
    """From the mirror, or from AWS, which an operator asks for with a click. Raises CannotBeginError."""
    held = _text(_own(query), arn, is_aws=True)
    if held is not None or not arn.startswith("arn:"):
        return held
    asked = catalogue.managed_policy_arn(query.aws_account.partition, arn)
    return _read(query.aws_account, asked) if asked else None


def _read(aws_account: AwsAccount, arn: str) -> str:
    client = reader(aws_account, urgent=True)
    try:
        version = client.call("iam", "GetPolicy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
        answer: Any = client.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=version)
    except NotFound as gone:
        raise CannotBeginError(
            f"AWS has no managed policy {arn} any more, or not in this partition. Choose another one."
        ) from gone
    except AwsError as error:
        raise CannotBeginError(f"The document of {arn} can’t be read. {error.sentence()}") from error
    return str(answer["PolicyVersion"]["Document"])


def _aws_count(query: StartQuery) -> str:
    here = _held(_own(query), is_aws=True).count()
    listed = counted(len(catalogue.managed_policy_paths()), "policy", "policies")
    return f"{listed}, {number(here) if here else 'none'} in use here"


def register() -> None:
    starting.register(
        StartSource("aws", "AWS managed policy", "cloud", _aws_count, _aws_rows, _aws_text, 20),
        StartSource("policy", "Another policy", "copy", _own_count, _own_rows, _own_text, 30),
        StartSource(
            "elsewhere", "Policy of another AWS account", "building-2", _other_count, _other_rows, _other_text, 35
        ),
    )
