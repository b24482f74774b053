"""Mirrored rows for tests of pages, made by the ORM: as a pull would leave them, without one."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import F
from django.utils import timezone

from accounts.models import AwsAccount
from identities.edges import keep_trusted
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership, Principal
from policies.engine.document import identify, size
from policies.models import Document, ManagedPolicy, PolicyVersion
from sync.models import MirroredRow
from tests.services.statements import reports_policy
from tests.services.world import TRUST

R = TypeVar("R", bound=MirroredRow)
CREATED = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
PREFIXES: dict[type[MirroredRow], tuple[str, str]] = {
    IamUser: ("AIDA", "user"),
    IamGroup: ("AGPA", "group"),
    IamRole: ("AROA", "role"),
    ManagedPolicy: ("ANPA", "policy"),
}


def _row(model: type[R], aws_account: AwsAccount, name: str, **fields: Any) -> R:
    prefix, word = PREFIXES[model]
    path = fields.setdefault("path", "/")
    unique = hashlib.sha256(f"{word} {aws_account.account_id} {path}{name}".encode()).hexdigest()[:16].upper()
    values = {
        "aws_id": f"{prefix}{unique}",
        "arn": f"arn:aws:iam::{aws_account.account_id}:{word}{path}{name}",
        "name_key": name.casefold(),
        "first_seen": timezone.now(),
        "created_at": CREATED,
        **fields,
    }
    made: R = model.objects.create(aws_account=aws_account, name=name, **values)
    return made


def make_user(aws_account: AwsAccount, name: str = "dana.okafor", **fields: Any) -> IamUser:
    return _row(IamUser, aws_account, name, **fields)


def make_group(aws_account: AwsAccount, name: str = "platform", **fields: Any) -> IamGroup:
    return _row(IamGroup, aws_account, name, **fields)


def make_role(aws_account: AwsAccount, name: str = "reports-exporter", **fields: Any) -> IamRole:
    usual = {"trust": make_document(TRUST), "trusted": [{"type": "Service", "value": "lambda.amazonaws.com"}]}
    role = _row(IamRole, aws_account, name, **{**usual, **fields})
    keep_trusted(IamRole.objects.filter(pk=role.pk))
    return role


def make_document(text: str) -> Document:
    known = identify(text)
    values = {"canonical_hash": known.canonical_hash, "text": text, "size": size(text), "problem": known.problem}
    return Document.objects.get_or_create(text_hash=known.text_hash, defaults=values)[0]


def make_policy(
    aws_account: AwsAccount, name: str = "reports-write", *, versions: int = 1, **fields: Any
) -> ManagedPolicy:
    """Version n allows s3:Action{n}; the newest is in force."""
    usual = {"default_version": f"v{versions}", "version_count": versions, "updated_at": CREATED}
    policy = _row(ManagedPolicy, aws_account, name, **{**usual, **fields})
    for number in range(1, versions + 1):
        text = reports_policy(f"s3:Action{number}")
        PolicyVersion.objects.create(
            policy=policy, version_id=f"v{number}", number=number, document=make_document(text), created_at=CREATED
        )
    return policy


def _edge(model: type[R], aws_account: AwsAccount, owner: Principal, name: str, **fields: Any) -> R:
    values = {"aws_id": f"{owner.aws_id} {name} 1", "name_key": name.casefold(), "first_seen": CREATED, **fields}
    made: R = model.objects.create(aws_account=aws_account, name=name, **values)
    return made


def _one_more(row: MirroredRow, *columns: str, unless: Any) -> None:
    """Counts as the mirrors do; not what is gone."""
    if unless is None:
        type(row)._default_manager.filter(pk=row.pk).update(**{column: F(column) + 1 for column in columns})


def join(user: IamUser, group: IamGroup, **fields: Any) -> Membership:
    _one_more(user, "group_count", unless=fields.get("gone_at"))
    _one_more(group, "member_count", unless=fields.get("gone_at"))
    return _edge(Membership, user.aws_account, user, group.name, user=user, group=group, **fields)


def attach(owner: Principal, policy: ManagedPolicy, **fields: Any) -> Attachment:
    word = PREFIXES[type(owner)][1]
    made = {"arn": policy.arn, "policy": policy, word: owner, **fields}
    _one_more(owner, "attached_count", "policy_count", unless=fields.get("gone_at"))
    return _edge(Attachment, owner.aws_account, owner, policy.name, **made)


def put_inline(owner: Principal, name: str = "own-buckets", **fields: Any) -> InlinePolicy:
    word = PREFIXES[type(owner)][1]
    made = {"document": make_document(reports_policy("s3:ListBucket")), word: owner, **fields}
    _one_more(owner, "inline_count", "policy_count", unless=fields.get("gone_at"))
    return _edge(InlinePolicy, owner.aws_account, owner, name, **made)
