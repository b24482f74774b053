"""What binds the AWS accounts of `bench.estate` together: an organization, resources with policies, Identity Center.

Of each AWS account's fifty resources most are its own; some let in a role of another AWS account, a whole one, the
organization, a service, or everybody. The rows are as pulls leave them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectoryUser,
    Instance,
    PermissionSet,
    PrincipalType,
)
from directory.people.source import DirectoryPeopleSource
from directory.sources import SOURCES as DIRECTORY_SOURCES
from identities.models import IamRole, InlinePolicy
from policies.documents import keep
from policies.engine.document import identify
from resources.models import Resource, ResourcePolicy, ResourceReading
from resources.sources import SOURCES
from resources.table import KINDS, SERVICES
from resources.table.entry import id_of
from sync.models import Run
from tests.services.organization_rows import (
    EVERYTHING,
    ORGANIZATION_ID,
    complete,
    make_account,
    make_control_policy,
    make_membership,
    make_unit,
)

REGION = "eu-west-1"
OF_EACH = 50
PEOPLE, GROUPS, SETS = 1_000, 40, 5
_SEEN = datetime(2026, 1, 5, 8, tzinfo=UTC)
_KINDS = (("s3.bucket", "s3", 20), ("kms.key", "kms", 10), ("sqs.queue", "sqs", 20))
_FACTS: dict[str, Any] = {
    "s3.bucket": {"public_access_block": None, "ownership": "BucketOwnerEnforced", "acl": {"owner": "us", "grants": []}}
}
_INSTANCE = "ssoins-1111222233334444"


def organize(aws_accounts: Sequence[AwsAccount]) -> None:
    """The first one manages it."""
    first = aws_accounts[0]
    make_membership(first, management_id=first.account_id)
    root = make_unit(first, "Root")
    workloads = make_unit(first, "Workloads", root)
    for number, each in enumerate(aws_accounts):
        make_account(first, each.name, workloads if number else root, each.account_id)
    make_control_policy(first, "FullAWSAccess", root, workloads, document=EVERYTHING, is_aws=True)
    complete(first, "org.tree")


# ---- Resources ---------------------------------------------------------------------------------------------------
def add_resources(aws_account: AwsAccount, another: str) -> None:
    """`another`: the id of the AWS account that some of them let in."""
    made, texts = [], []
    for kind, service, count in _KINDS:
        _switch_on(aws_account, service)
        for number in range(count):
            made.append(_resource(aws_account, kind, service, number))
            texts.append(_policy(aws_account.account_id, another, made[-1].arn, kind, len(made)))
    Resource.objects.bulk_create(made)
    documents = keep({identify(text).text_hash: text for text in texts if text})
    ResourcePolicy.objects.bulk_create(
        ResourcePolicy(resource=row, part="policy", arn=row.arn, document_id=documents[identify(text).text_hash])
        for row, text in zip(made, texts, strict=True)
        if text
    )


def bucket(aws_account: AwsAccount, number: int) -> str:
    return f"data-{aws_account.account_id}-{number}"


def _switch_on(aws_account: AwsAccount, service: str) -> None:
    region = REGION if SERVICES[service].regional else ""
    reading, _ = ResourceReading.objects.get_or_create(aws_account=aws_account)
    reading.services[service] = [region]
    reading.save()
    now = timezone.now()
    about = {"aws_account": aws_account, "region": region, "trigger": "schedule", "state": Run.State.DONE}
    Run.objects.bulk_create(
        Run(source=SOURCES[each.kind].name, finished_at=now, **about) for each in SERVICES[service].kinds
    )


def _resource(aws_account: AwsAccount, kind: str, service: str, number: int) -> Resource:
    of, place = KINDS[kind], f"{REGION}:{aws_account.account_id}"
    name = {"s3": bucket(aws_account, number), "kms": f"key/{number:08}-0000-0000-0000-000000000000"}.get(
        service, f"queue-{number}"
    )
    arn = f"arn:aws:s3:::{name}" if service == "s3" else f"arn:aws:{service}:{place}:{name}"
    return Resource(
        aws_account=aws_account,
        kind=kind,
        service=of.service,
        aws_id=id_of(arn),
        arn=arn,
        region=REGION if of.regional else "",
        located_in=REGION,
        name=name,
        name_key=name,
        first_seen=_SEEN,
        policy_state=Resource.PolicyState.HAS if _has_policy(kind, number + 1) else Resource.PolicyState.NONE,
        facts=_FACTS.get(kind, {"grants": []}),
    )


def _has_policy(kind: str, number: int) -> bool:
    return kind == "kms.key" or number % 4 != 0


def _policy(own: str, another: str, arn: str, kind: str, number: int) -> str:
    """ "" for none."""
    root, actions, on = f"arn:aws:iam::{own}:root", _ACTIONS[kind], "*" if kind == "kms.key" else [arn, f"{arn}/*"]
    statements = [_let_in({"AWS": root}, _ACTIONS[kind][0].partition(":")[0] + ":*", on)] if kind == "kms.key" else []
    if kind != "kms.key" and not _has_policy(kind, number):
        return ""
    match number % 8:
        case 1:
            statements.append(_let_in({"AWS": f"arn:aws:iam::{another}:root"}, actions, on))
        case 3:
            statements.append(_let_in("*", actions, on, {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION_ID}}))
        case 5:
            service = {"Service": "cloudtrail.amazonaws.com"}
            statements.append(_let_in(service, actions, on, {"StringEquals": {"aws:SourceAccount": own}}))
        case 7 if number % 40 == 7:
            statements.append(_let_in("*", actions, on))
    denied = {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": on, "Condition": _WITHOUT_TLS}
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements, denied]})


_ACTIONS = {
    "s3.bucket": ["s3:GetObject", "s3:ListBucket"],
    "kms.key": ["kms:Decrypt", "kms:DescribeKey"],
    "sqs.queue": ["sqs:SendMessage"],
}
_WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def _let_in(principal: Any, actions: Any, on: Any, when: Any = None) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": on}
    return statement | {"Condition": when} if when else statement


# ---- Identity Center ---------------------------------------------------------------------------------------------
def add_identity_center(aws_accounts: Sequence[AwsAccount]) -> None:
    """Held by the first; each permission set is assigned to eight groups, in all AWS accounts."""
    first = aws_accounts[0]
    ids = [each.account_id for each in aws_accounts]
    for name in (*(source.name for source in DIRECTORY_SOURCES), DirectoryPeopleSource().name):
        complete(first, name)
    about = {"aws_account": first, "first_seen": _SEEN}
    instance = f"arn:aws:sso:::instance/{_INSTANCE}"
    Instance.objects.create(
        **about,
        **_named(_INSTANCE, "acme", instance),
        owner_id=first.account_id,
        primary_region=REGION,
        store_id="d-1234567890",
        status="ACTIVE",
        administers=True,
    )
    PermissionSet.objects.bulk_create(
        PermissionSet(
            **about,
            **_named(_set_id(n), f"Set{n}", f"arn:aws:sso:::permissionSet/{_INSTANCE}/{_set_id(n)}"),
            instance_arn=instance,
            accounts=ids,
            account_count=len(ids),
        )
        for n in range(SETS)
    )
    DirectoryGroup.objects.bulk_create(DirectoryGroup(**about, **_named(_id(1, n), f"team-{n}")) for n in range(GROUPS))
    DirectoryUser.objects.bulk_create(_person(about, n) for n in range(PEOPLE))
    DirectoryMembership.objects.bulk_create(
        DirectoryMembership(**about, **_named(f"m-{n}-{g}", f"team-{g}"), group_id=_id(1, g), user_id=_id(2, n))
        for n in range(PEOPLE)
        for g in sorted({n % GROUPS, (n * 7 + 1) % GROUPS})
    )
    AccountAssignment.objects.bulk_create(
        AccountAssignment(
            **about,
            **_named(f"{_set_id(g % SETS)}/{account_id}/GROUP/{_id(1, g)}", f"Set{g % SETS}"),
            set_id=_set_id(g % SETS),
            target_id=account_id,
            principal_type=PrincipalType.GROUP,
            principal_id=_id(1, g),
        )
        for account_id in ids
        for g in range(GROUPS)
    )
    for each in aws_accounts:
        _add_roles(each)


def person_id(number: int) -> str:
    return _id(2, number)


def _add_roles(aws_account: AwsAccount) -> None:
    """What provisioning made: a role for each set, which may read the data of all."""
    path = f"/aws-reserved/sso.amazonaws.com/{REGION}/"
    trust, inline = (
        json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        for statement in (
            _let_in(
                {"Federated": f"arn:aws:iam::{aws_account.account_id}:saml-provider/AWSSSO"},
                "sts:AssumeRoleWithSAML",
                "*",
            ),
            {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::data-*"},
        )
    )
    held = keep({identify(text).text_hash: text for text in (trust, inline)})
    about = {"aws_account": aws_account, "first_seen": _SEEN}
    roles = IamRole.objects.bulk_create(
        IamRole(
            **about,
            **_named(
                f"AROASSO{aws_account.account_id}{n}",
                f"AWSReservedSSO_Set{n}_{n:016x}",
                _role_arn(aws_account, path, n),
            ),
            path=path,
            trust_id=held[identify(trust).text_hash],
        )
        for n in range(SETS)
    )
    InlinePolicy.objects.bulk_create(
        InlinePolicy(
            **about, **_named(f"{role.aws_id}/own/1", "own"), role=role, document_id=held[identify(inline).text_hash]
        )
        for role in roles
    )


def _role_arn(aws_account: AwsAccount, path: str, n: int) -> str:
    return f"arn:aws:iam::{aws_account.account_id}:role{path}AWSReservedSSO_Set{n}_{n:016x}"


def _person(about: dict[str, Any], n: int) -> DirectoryUser:
    name = f"person-{n:04}@acme.example"
    said = {"status": DirectoryUser.Status.ENABLED, "display_name": f"Person {n:04}", "email": name, "words": name}
    return DirectoryUser(**about, **_named(_id(2, n), name), **said, content_hash=f"{n:032}", read_at=_SEEN)


def _named(aws_id: str, name: str, arn: str = "") -> dict[str, str]:
    return {"aws_id": aws_id, "name": name, "name_key": name.casefold(), "arn": arn}


def _set_id(number: int) -> str:
    return f"ps-{number:016}"


def _id(kind: int, number: int) -> str:
    return f"{kind:08}-0000-0000-0000-{number:012}"
