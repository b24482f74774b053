"""Whether policies ask a user for MFA, as the policy engine decides it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from access.index import index_of
from accounts.models import AwsAccount
from guides.account.mfa_demand import MfaDemand, mfa_demand
from identities.models import IamUser
from policies.engine.truth import MAYBE, NO, YES
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import Place
from policies.organizations.sources import MEMBERSHIP
from tests.access.mirrored import ID, administrator, given
from tests.services.organization_rows import complete
from tests.services.rows import make_user
from tests.services.statements import allow, deny

WITHOUT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_ENROLLING = ["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "sts:GetSessionToken"]


def all_but(actions: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {"Effect": "Deny", "NotAction": actions, "Resource": "*", "Condition": condition}


def demand_of(user: IamUser) -> MfaDemand:
    index = index_of(user.aws_account)
    [holder] = [each for each in index.holders if each.row == user.pk]
    return mfa_demand(holder, index.surroundings)


def beside_all(aws_account: AwsAccount, *statements: dict[str, Any]) -> MfaDemand:
    """Of an administrator who has these statements, too."""
    return demand_of(given(administrator(make_user(aws_account, "ben")), *statements))


def test_administrator_whom_nothing_asks(aws_account: AwsAccount) -> None:
    assert beside_all(aws_account) == MfaDemand(of_password=NO, of_keys=NO, can_enrol=YES)


@pytest.mark.parametrize("name", ["own-credentials-with-mfa", "require-mfa"])
def test_policies_of_the_gallery(aws_account: AwsAccount, name: str) -> None:
    document = json.loads(TEMPLATES[name].document({}, Place("aws", ID)))
    assert beside_all(aws_account, *document["Statement"]) == MfaDemand(of_password=YES, of_keys=YES, can_enrol=YES)


def test_denial_that_overlooks_keys(aws_account: AwsAccount) -> None:
    """Without "IfExists" it says nothing of requests that haven't the key."""
    denial = all_but(_ENROLLING, {"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    assert beside_all(aws_account, denial) == MfaDemand(of_password=YES, of_keys=NO, can_enrol=YES)


@pytest.mark.parametrize("left", ["iam:*", "iam:Put*", "iam:CreateAccessKey", "sts:AssumeRole", "iam:CreateUser"])
def test_exception_by_which_one_gets_around_it(aws_account: AwsAccount, left: str) -> None:
    found = beside_all(aws_account, all_but([*_ENROLLING, left], WITHOUT))
    assert (found.of_password, found.of_keys) == (NO, NO)


@pytest.mark.parametrize("left", ["s3:*", "ec2:*", "iam:DetachUserPolicy", "iam:RemoveUserFromGroup"])
def test_exception_of_which_no_list_of_powerful_actions_knows(aws_account: AwsAccount, left: str) -> None:
    complete(aws_account, MEMBERSHIP)
    assert beside_all(aws_account, all_but([*_ENROLLING, left], WITHOUT)).of_password is NO


def test_denial_that_leaves_some_resources(aws_account: AwsAccount) -> None:
    denial = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::reports/*", "Condition": WITHOUT}
    assert beside_all(aws_account, denial).of_password is MAYBE


def test_some_actions_aren_t_all(aws_account: AwsAccount) -> None:
    assert beside_all(aws_account, deny(["iam:*", "sts:*"], Condition=WITHOUT)).of_password is NO


def test_who_is_locked_out(aws_account: AwsAccount) -> None:
    """Nobody has MFA before they may set up a device."""
    found = beside_all(aws_account, deny("*", Condition=WITHOUT))
    assert found == MfaDemand(of_password=YES, of_keys=YES, can_enrol=NO)


def test_condition_that_nobody_knows(aws_account: AwsAccount) -> None:
    where = {**WITHOUT, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    assert beside_all(aws_account, all_but(_ENROLLING, where)).of_password is MAYBE


def test_permission_that_only_mfa_gives(aws_account: AwsAccount) -> None:
    """Not denied, but allowed with MFA only; then nothing allows to set up a device, either."""
    user = given(make_user(aws_account, "ben"), allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert demand_of(user) == MfaDemand(of_password=YES, of_keys=YES, can_enrol=NO)


def test_policy_that_is_not_read(aws_account: AwsAccount) -> None:
    user = administrator(make_user(aws_account, "ben"))
    user.attachments.update(policy=None)
    given(user, allow("*"))
    assert demand_of(user).of_password is MAYBE
