"""An AWS account in the mirror for questions about it: principals with the policies that a test is about."""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount
from identities.models import Principal
from policies.models import ManagedPolicy, PolicyVersion
from tests.services.rows import attach, make_document, make_policy, make_role, make_user, put_inline
from tests.services.statements import allow, document_text, trusting

ID = "123456789012"
OTHER = "210987654321"


def arn(resource: str, service: str = "iam", account: str = ID) -> str:
    return f"arn:aws:{service}::{account}:{resource}"


def columns_trusting(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """Columns of a role that trusts the principal: {"Service": …}, {"AWS": [an ARN, …]}, or an ARN."""
    who = principal if isinstance(principal, dict) else {"AWS": principal}
    named = ((kind, value if isinstance(value, list) else [value]) for kind, value in who.items())
    trusted = [{"type": kind, "value": value} for kind, values in named for value in values]
    return {"trust": make_document(trusting(who, action, **more)), "trusted": trusted}


def managed(aws_account: AwsAccount, name: str, *versions: list[dict[str, Any]], **fields: Any) -> ManagedPolicy:
    """A version for each list of statements; the last is in force."""
    policy = make_policy(aws_account, name, versions=0, **{"default_version": f"v{len(versions)}", **fields})
    for number, statements in enumerate(versions, start=1):
        document = make_document(document_text(*statements))
        PolicyVersion.objects.create(policy=policy, version_id=f"v{number}", number=number, document=document)
    return policy


def user(aws_account: AwsAccount, name: str, *statements: dict[str, Any], **fields: Any) -> Any:
    """With an inline policy of these statements."""
    return given(make_user(aws_account, name, **fields), *statements)


def role(aws_account: AwsAccount, name: str, *statements: dict[str, Any], trusts: Any, **fields: Any) -> Any:
    return given(make_role(aws_account, name, **columns_trusting(trusts), **fields), *statements)


def given(owner: Any, *statements: dict[str, Any]) -> Any:
    if statements:
        put_inline(owner, "own", document=make_document(document_text(*statements)))
    return owner


def administrator(owner: Principal) -> Any:
    found = ManagedPolicy.objects.filter(aws_account=owner.aws_account, name="AdministratorAccess").first()
    everything = found or managed(
        owner.aws_account,
        "AdministratorAccess",
        [allow("*")],
        arn="arn:aws:iam::aws:policy/AdministratorAccess",
        is_aws=True,
    )
    attach(owner, everything)
    return owner
