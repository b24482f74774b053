"""An organization in the mirror, made by the ORM: as a pull would leave it, without one."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from policies.models import OrgAccount, Organization, OrgPolicy, OrgTarget, OrgUnit
from policies.organizations.sources import MEMBERSHIP, TREE
from sync.models import Run
from tests.services.organizations import MANAGEMENT_ID
from tests.services.rows import make_document
from tests.services.statements import denying

ORGANIZATION_ID, ROOT = "o-exampleorg", "r-root"
EVERYTHING = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def _common(aws_account: AwsAccount, aws_id: str, name: str) -> dict[str, Any]:
    arn = f"arn:aws:organizations::{MANAGEMENT_ID}:thing/{ORGANIZATION_ID}/{aws_id}"
    values = {"aws_id": aws_id, "name": name, "name_key": name.casefold(), "arn": arn}
    return {"aws_account": aws_account, "first_seen": timezone.now(), **values}


def complete(aws_account: AwsAccount, source: str) -> Run:
    now = timezone.now()
    return Run.objects.create(
        aws_account=aws_account, source=source, trigger="schedule", state=Run.State.DONE, finished_at=now
    )


def make_membership(aws_account: AwsAccount, **fields: Any) -> Organization:
    complete(aws_account, MEMBERSHIP)
    fields = {"management_id": MANAGEMENT_ID, **fields}
    return Organization.objects.create(**_common(aws_account, ORGANIZATION_ID, ORGANIZATION_ID), **fields)


def make_unit(aws_account: AwsAccount, name: str, parent: OrgUnit | None = None) -> OrgUnit:
    aws_id = f"ou-{name.lower().replace(' ', '')}" if parent else ROOT
    above = parent.path if parent else f"{ORGANIZATION_ID}/"
    return OrgUnit.objects.create(
        **_common(aws_account, aws_id, name),
        parent_id=parent.aws_id if parent else "",
        path=f"{above}{aws_id}/",
        policy_types=[] if parent else list(OrgPolicy.Type.values),
    )


def make_account(aws_account: AwsAccount, name: str, unit: OrgUnit, account_id: str, **fields: Any) -> OrgAccount:
    fields = {"state": "ACTIVE", **fields}
    return OrgAccount.objects.create(**_common(aws_account, account_id, name), parent_id=unit.aws_id, **fields)


def member_of(aws_account: AwsAccount) -> tuple[OrgUnit, OrgAccount]:
    """The root of an organization that the AWS account is right below, and may read."""
    make_membership(aws_account, delegated=True)
    root = make_unit(aws_account, "Root")
    own = make_account(aws_account, "Own", root, aws_account.account_id)
    complete(aws_account, "org.tree")
    return root, own


def make_control_policy(
    aws_account: AwsAccount,
    name: str,
    *targets: OrgUnit | OrgAccount,
    type: str = OrgPolicy.Type.SCP,
    document: str = "",
    **fields: Any,
) -> OrgPolicy:
    text = make_document(document or denying("s3:*"))
    common = _common(aws_account, f"p-{name.lower()}", name)
    family = (
        f"aws:policy/{type.lower()}"
        if fields.get("is_aws")
        else f"{MANAGEMENT_ID}:policy/{ORGANIZATION_ID}/{type.lower()}"
    )
    policy_id = f"p-{name.lower().replace('-', '_'):_<8}"
    common["arn"] = f"arn:aws:organizations::{family}/{policy_id}"
    policy = OrgPolicy.objects.create(**common, type=type, document=text, **fields)
    for target in targets:
        common = _common(aws_account, f"{policy.aws_id}/{target.aws_id}/1", target.name)
        OrgTarget.objects.create(**common, policy=policy, target_id=target.aws_id)
    return policy


def make_organization(aws_account: AwsAccount, accounts: int = 1, *, manages: bool = False) -> OrgUnit:
    """Workloads, with the AWS account itself (a delegated administrator) and so many others. Returns that unit.

    `manages`: the AWS account is the management account.
    """
    make_membership(aws_account, **({"management_id": aws_account.account_id} if manages else {"delegated": True}))
    root = make_unit(aws_account, "Root")
    workloads = make_unit(aws_account, "Workloads", root)
    if manages:
        make_account(aws_account, "Management", root, aws_account.account_id)
    else:
        make_account(aws_account, "Management", root, MANAGEMENT_ID)
        make_account(aws_account, "Production", workloads, aws_account.account_id)
    for number in range(accounts):
        make_account(aws_account, f"Team {number:03}", workloads, f"5{number:011}")
    make_control_policy(aws_account, "FullAWSAccess", root, workloads, document=EVERYTHING, is_aws=True)
    make_control_policy(aws_account, "our-regions", workloads, description="Europe only")
    complete(aws_account, TREE)
    return workloads
