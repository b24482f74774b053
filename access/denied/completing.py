"""Completes what was read by what the mirror knows: objects that AWS names in words, principals that are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from access.denied.requests import DeniedRequest
from accounts.models import AwsAccount
from aws_constraints.arn import Arn, account_in
from identities.models import IamGroup, IamRole, IamUser

# IAM's words for its objects in messages, and what stands in their ARNs.
_KINDS = {
    "user": ("user", IamUser),
    "group": ("group", IamGroup),
    "role": ("role", IamRole),
    "instance profile": ("instance-profile", None),
}


def completed(aws_account: AwsAccount, asked: DeniedRequest) -> DeniedRequest:
    """With the ARN of "user bob"; of one that the mirror hasn't, the ARN that it has if its path is "/"."""
    kind, _, name = asked.resource_words.rpartition(" ")
    if asked.resource or kind not in _KINDS or not asked.action.startswith("iam:"):
        return asked
    word, model = _KINDS[kind]
    account_id = account_in(asked.principal) or aws_account.account_id
    known = _live(model, aws_account, name) if model and account_id == aws_account.account_id else None
    arn = known.arn if known else f"arn:{_partition(asked, aws_account)}:iam::{account_id}:{word}/{name}"
    return replace(asked, resource=arn)


def _live(model: Any, aws_account: AwsAccount, name: str) -> Any:
    return model.objects.live().filter(aws_account=aws_account, name=name).first()


def _partition(asked: DeniedRequest, aws_account: AwsAccount) -> str:
    found = Arn.parse(asked.principal)
    return found.partition if found else aws_account.partition


def deleted_principal(aws_account: AwsAccount, principal: str) -> IamUser | IamRole | None:
    """The last user or role of that ARN, or of that session's role name, which AWS no longer has."""
    arn = Arn.parse(principal)
    if arn is None or arn.account != aws_account.account_id:
        return None
    model: Any = IamUser if arn.resource.startswith("user/") else IamRole
    by = {"name_key": arn.role_of_session.casefold()} if arn.role_of_session else {"arn": principal}
    found: IamUser | IamRole | None = (
        model.objects.filter(aws_account=aws_account, gone_at__isnull=False, **by).order_by("-gone_at").first()
    )
    return found
