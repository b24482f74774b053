"""An AWS account of 10,000 principals in the mirror who share 2,000 policy documents, for questions about all of them.

Of its policies most are about data (a bucket each, one in four with a condition or a variable), some build and deploy,
a few can change IAM. Roles trust a service, the AWS account, or another role. Nothing in it is random.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from accounts.models import AwsAccount
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.documents import keep
from policies.engine.document import identify
from policies.models import ManagedPolicy, PolicyVersion

ACCOUNT_ID = "123456789012"
USERS, ROLES, GROUPS, POLICIES, INLINE = 6_000, 4_000, 200, 1_800, 200
SERVICES = ("lambda", "ec2", "ecs-tasks", "glue", "codebuild", "states", "sagemaker", "cloudformation")
ASKED = ("s3:GetObject", "arn:aws:s3:::data-7/reports/2026.csv")
_SEEN = datetime(2026, 1, 5, 8, tzinfo=UTC)
_BATCH = 2_000


def fill(account_id: str = ACCOUNT_ID, share: int = 1) -> AwsAccount:
    """`share`: one of so many principals is made, and all policies."""
    aws_account = AwsAccount.objects.create(
        account_id=account_id, name=f"Shared {account_id}", connection=AwsAccount.Connection.AMBIENT, emulated=True
    )
    policies = _policies(aws_account)
    groups = _rows(IamGroup, aws_account, "AGPA", "group", GROUPS)
    boundary = policies[0].arn
    users = _rows(
        IamUser, aws_account, "AIDA", "user", USERS // share, lambda n: {"boundary_arn": boundary if n % 5 == 0 else ""}
    )
    trust_texts = [_trust(account_id, n) for n in range(ROLES // share)]
    trusts = keep({identify(text).text_hash: text for text in trust_texts})
    roles = _rows(
        IamRole,
        aws_account,
        "AROA",
        "role",
        ROLES // share,
        lambda n: {
            "trust_id": trusts[identify(trust_texts[n]).text_hash],
            "boundary_arn": boundary if n % 9 == 0 else "",
        },
    )
    members = [(user, groups[group]) for n, user in enumerate(users) for group in {n % GROUPS, n * 7 % GROUPS}]
    _edges(Membership, aws_account, ({"user": user, "group": group, "name": group.name} for user, group in members))
    _edges(Attachment, aws_account, _attached(policies, users, groups, roles))
    inline_texts = [_inline(account_id, n) for n in range(INLINE)]
    inline = keep({identify(text).text_hash: text for text in inline_texts})
    texts = [inline[identify(text).text_hash] for text in inline_texts]
    owners = [*({"user": user} for user in users[::4]), *({"role": role} for role in roles[::2])]
    _edges(
        InlinePolicy,
        aws_account,
        ({**owner, "name": "own", "document_id": texts[n % INLINE]} for n, owner in enumerate(owners)),
    )
    return aws_account


def _policies(aws_account: AwsAccount) -> Sequence[ManagedPolicy]:
    texts = [_document(*statements_of(aws_account.account_id, n)) for n in range(POLICIES)]
    held = keep({identify(text).text_hash: text for text in texts})
    rows: list[ManagedPolicy] = _rows(
        ManagedPolicy, aws_account, "ANPA", "policy", POLICIES, lambda n: {"default_version": "v1"}
    )
    PolicyVersion.objects.bulk_create(
        (
            PolicyVersion(policy=row, version_id="v1", number=1, document_id=held[identify(text).text_hash])
            for row, text in zip(rows, texts, strict=True)
        ),
        batch_size=_BATCH,
    )
    return rows


def statements_of(account_id: str, n: int) -> list[dict[str, Any]]:
    """Of policy n."""
    return [*_statements(account_id, n), {**_allow(f"sns:Publish{n}"), "Sid": f"P{n}"}]


def _statements(account_id: str, n: int) -> list[dict[str, Any]]:
    if n == 0:  # the boundary
        return [_allow(["s3:*", "ec2:*", "logs:*", "lambda:*", "sts:AssumeRole"])]
    if n == 1:
        return [_allow("*")]
    if n % 40 == 3:
        return [
            _allow(["lambda:*", "iam:GetRole", "iam:ListRoles"]),
            _allow("iam:PassRole", _arn(account_id, f"role/role-{n}*")),
        ]
    if n % 30 == 11:
        own = _arn(account_id, "user/${aws:username}")
        return [_allow(["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateLoginProfile"], own)]
    if n % 60 == 7:
        return [_allow(["iam:CreatePolicyVersion", "iam:AttachUserPolicy"], _arn(account_id, f"policy/policy-{n}"))]
    data = _allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::data-{n % 300}/*")
    if n % 8 == 1:
        data["Condition"] = {"Bool": {"aws:SecureTransport": "true"}}
    if n % 8 == 5:
        data["Resource"] = f"arn:aws:s3:::data-{n % 300}/${{aws:PrincipalTag/team}}/*"
    more = _allow([f"ec2:Describe{n % 90}*", "logs:PutLogEvents", "cloudwatch:Get*"])
    wide = [_allow("s3:Get*")] if n % 25 == 2 else [{**_allow("s3:DeleteBucket"), "Effect": "Deny"}]
    return [data, more, *wide]


def _inline(account_id: str, n: int) -> str:
    assumes = _allow("sts:AssumeRole", _arn(account_id, f"role/role-{n * 20}"))
    return _document(_allow(f"sqs:Send{n}", "*"), *([assumes] if n % 6 == 0 else []))


def _trust(account_id: str, n: int) -> str:
    principal: dict[str, str] = {"Service": f"{SERVICES[n % len(SERVICES)]}.amazonaws.com"}
    if n % 10 == 0:
        principal = {"AWS": _arn(account_id, "root") if n % 20 else _arn(account_id, f"role/role-{n + 1}")}
    return _document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def _attached(
    policies: Sequence[ManagedPolicy], users: Sequence[IamUser], groups: Sequence[IamGroup], roles: Sequence[IamRole]
) -> Iterator[dict[str, Any]]:
    """Groups have four each, a third of the users one, roles two; two roles of 400 are administrators."""
    for n, group in enumerate(groups):
        for policy in {policies[2 + (n * 4 + part) % (POLICIES - 2)] for part in range(4)}:
            yield {"group": group, "policy": policy, "name": policy.name, "arn": policy.arn}
    for n, user in enumerate(users[::3]):
        policy = policies[2 + n % (POLICIES - 2)]
        yield {"user": user, "policy": policy, "name": policy.name, "arn": policy.arn}
    for n, role in enumerate(roles):
        for at in {2 + n % (POLICIES - 2), 2 + n * 11 % (POLICIES - 2), *([1] if n % 400 in (0, 8) else [])}:
            yield {"role": role, "policy": policies[at], "name": policies[at].name, "arn": policies[at].arn}


def _rows(model: Any, aws_account: AwsAccount, prefix: str, word: str, number: int, more: Any = lambda n: {}) -> Any:
    return model.objects.bulk_create(
        [
            model(
                aws_account=aws_account,
                aws_id=f"{prefix}{n:017}",
                name=f"{word}-{n}",
                name_key=f"{word}-{n}",
                arn=_arn(aws_account.account_id, f"{word}/{word}-{n}"),
                first_seen=_SEEN,
                **more(n),
            )
            for n in range(number)
        ],
        batch_size=_BATCH,
    )


def _edges(model: Any, aws_account: AwsAccount, rows: Iterator[dict[str, Any]]) -> None:
    model.objects.bulk_create(
        [
            model(aws_account=aws_account, aws_id=f"{n}/1", name_key=row["name"], first_seen=_SEEN, **row)
            for n, row in enumerate(rows)
        ],
        batch_size=_BATCH,
    )


def _arn(account_id: str, resource: str) -> str:
    return f"arn:aws:iam::{account_id}:{resource}"


def _allow(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
