"""The managed policy that asks IAM users for MFA: made where it isn't there."""

from __future__ import annotations

from accounts.models import AwsAccount
from policies.engine.document import identify
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import Place
from policies.kinds import POLICY
from policies.models import ManagedPolicy
from policies.operations import create_policy
from sync.operations import BadParams, StepSpec

NAME = "require-mfa"
_TEMPLATE = TEMPLATES["own-credentials-with-mfa"]
_ABOUT = "Own credentials, and nothing else without MFA"


def document(aws_account: AwsAccount) -> str:
    """AWS's example, laid out."""
    return _TEMPLATE.document({}, Place(aws_account.partition, aws_account.account_id))


def policy_step(aws_account: AwsAccount, name: str) -> tuple[str, list[StepSpec]]:
    """The policy's ARN, and the step that makes it; none where it is there. Raises BadParams where one of that name
    says something else."""
    arn, text = POLICY.arn_of(aws_account, name), document(aws_account)
    row = ManagedPolicy.objects.live().filter(aws_account=aws_account, name_key=name.casefold(), is_aws=False).first()
    if row is None:
        return arn, [create_policy(arn, text, _ABOUT)]
    held = row.versions.filter(version_id=row.default_version).select_related("document").first()
    if held is None or held.document.canonical_hash != identify(text).canonical_hash:
        raise BadParams("A policy of that name is there, and says something else: give another name.", field="policy")
    return row.arn, []
