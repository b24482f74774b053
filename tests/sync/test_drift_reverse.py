"""Proposing the reverse of drift: AWS is as it was before, by the one path that changes go."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamRole, IamUser
from sync import changes, drift
from sync.models import Change
from tests.services.changing import carry_out
from tests.services.pages import address, get, text_of
from tests.services.pulling import ACCOUNT, facet, policy_arn, pulled, revisions, seed
from tests.services.remembered import remembered
from tests.services.statements import EC2, allowing, trusting

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def iam(emulator: Emulator, aws_account: AwsAccount) -> Any:
    client = seed(emulator)

    def bound() -> None:
        client.put_user_permissions_boundary(UserName="jane", PermissionsBoundary=policy_arn("reports-read"))
        pulled(aws_account)

    remembered("bounded", emulator, aws_account, bound)
    return client


def details(iam: Any) -> Any:
    """All that AWS has, but for what changes by itself."""
    answer = iam.get_account_authorization_details(
        Filter=["User", "Role", "Group", "LocalManagedPolicy"], MaxItems=1000
    )
    for policy in answer["Policies"]:
        policy.pop("UpdateDate")
    for kind in ("UserDetailList", "RoleDetailList"):
        for one in answer[kind]:
            one["Tags"] = sorted(one.get("Tags", []), key=lambda tag: str(tag["Key"]))
    return {key: answer[key] for key in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")}


def newest(aws_account: AwsAccount) -> Any:
    return drift.open_drift(aws_account).order_by("-pk").first()


def reverse(aws_account: AwsAccount, actor: Operator) -> Change:
    return drift.propose_reverse(aws_account=aws_account, actor=actor, revision=newest(aws_account).pk)


def everything(iam: Any) -> None:
    """Much of one user."""
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    iam.put_user_policy(UserName="jane", PolicyName="own", PolicyDocument=allowing("s3:*"))
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user_permissions_boundary(UserName="jane")
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "finance"}, {"Key": "cost", "Value": "42"}])


def _make_mallory(iam: Any) -> None:
    iam.create_user(UserName="mallory")
    iam.attach_user_policy(UserName="mallory", PolicyArn=READ_ONLY)


ACTS: list[Callable[[Any], object]] = [
    lambda iam: iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY),
    lambda iam: iam.detach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY),
    lambda iam: iam.detach_group_policy(GroupName="developers", PolicyArn=policy_arn("reports-read")),
    lambda iam: iam.remove_user_from_group(GroupName="developers", UserName="jane"),
    lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2)),
    lambda iam: iam.delete_role_policy(RoleName="exporter", PolicyName="logs"),
    lambda iam: iam.put_role_policy(RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:*")),
    lambda iam: iam.put_group_policy(GroupName="developers", PolicyName="own", PolicyDocument=allowing("s3:*")),
    lambda iam: iam.put_user_permissions_boundary(UserName="jane", PermissionsBoundary=READ_ONLY),
    lambda iam: iam.delete_user_permissions_boundary(UserName="jane"),
    lambda iam: iam.untag_user(UserName="jane", TagKeys=["team"]),
    lambda iam: iam.tag_role(RoleName="exporter", Tags=[{"Key": "team", "Value": "finance"}]),
    lambda iam: iam.create_policy_version(
        PolicyArn=policy_arn("reports-read"), PolicyDocument=allowing("s3:*"), SetAsDefault=True
    ),
    lambda iam: iam.update_user(UserName="jane", NewUserName="joan", NewPath="/people/"),
    _make_mallory,
    everything,
]


@pytest.mark.parametrize("act", ACTS)
def test_aws_is_as_it_was(iam: Any, aws_account: AwsAccount, erin: Operator, act: Callable[[Any], object]) -> None:
    before = details(iam)
    act(iam)
    pulled(aws_account)
    assert details(iam) != before
    done = carry_out(reverse(aws_account, erin), erin)
    assert done.state == Change.State.APPLIED, done.error
    assert details(iam) == before
    assert newest(aws_account) is None  # it is settled
    pulled(aws_account)
    assert newest(aws_account) is None  # and what we did isn't drift


def test_it_is_proposed_on_the_page_and_leads_to_the_plan(
    iam: Any, aws_account: AwsAccount, erin: Operator, client_of: Callable[..., Client]
) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    client, pk = client_of(erin), str(newest(aws_account).pk)
    assert "Detach ReadOnlyAccess from the user jane" in text_of(get(client, "drift_one", pk=pk))
    response = client.post(address("drift_reverse", pk=pk))
    change = Change.objects.get()
    assert response["Location"] == address("change", pk=str(change.pk))
    assert change.title == "Undo a change outside this console of jane"
    assert change.reason == "Somebody changed IAM user jane outside this console: attached ReadOnlyAccess."
    text = text_of(get(client, "drift_one", pk=pk))
    assert f"The reverse is change {change.pk} : proposed." in text
    assert "Propose the reverse" not in text


def test_it_is_proposed_once(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    first = reverse(aws_account, erin)
    with pytest.raises(changes.PlanError, match=f"Change {first.pk} is proposed already"):
        reverse(aws_account, erin)
    changes.cancel(change=first, actor=erin)
    assert reverse(aws_account, erin).pk != first.pk


def test_what_was_undone_by_other_means_needs_nothing(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    first = newest(aws_account)
    iam.detach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    with pytest.raises(changes.PlanError, match="There is nothing to undo"):
        drift.propose_reverse(aws_account=aws_account, actor=erin, revision=first.pk)


def test_a_version_in_force_that_was_deleted_comes_back_as_a_new_one(
    iam: Any, aws_account: AwsAccount, erin: Operator
) -> None:
    arn = policy_arn("reports-read")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing("s3:*"), SetAsDefault=True)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    pulled(aws_account)
    assert carry_out(reverse(aws_account, erin), erin).state == Change.State.APPLIED
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    assert version == "v3"
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert found == json.loads(allowing("s3:GetObject"))


def test_a_policy_that_others_made_is_deleted(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    before = details(iam)
    iam.create_policy(PolicyName="x", PolicyDocument=allowing("s3:*"))
    iam.create_policy_version(PolicyArn=policy_arn("x"), PolicyDocument=allowing("sqs:*"), SetAsDefault=True)
    pulled(aws_account)
    assert carry_out(reverse(aws_account, erin), erin).state == Change.State.APPLIED
    assert details(iam) == before


def test_a_policy_that_somebody_has_by_now_is_left(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_policy(PolicyName="x", PolicyDocument=allowing("s3:*"))
    iam.attach_user_policy(UserName="jane", PolicyArn=policy_arn("x"))
    pulled(aws_account)
    found = next(each for each in drift.open_drift(aws_account) if each.facet.kind == "iam.policy")
    assert "Somebody has it by now" in drift.reversal_of(aws_account, found).left[0]


def test_a_policy_that_others_deleted_is_made_again(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    text = allowing("s3:ListBucket")
    iam.create_policy(PolicyName="x", PolicyDocument=text)
    pulled(aws_account)
    drift.accept(aws_account=aws_account, actor=erin, revisions=[newest(aws_account).pk])
    iam.delete_policy(PolicyArn=policy_arn("x"))
    pulled(aws_account)
    change = reverse(aws_account, erin)
    assert "It gets another unique id" in change.reason
    assert carry_out(change, erin).state == Change.State.APPLIED
    found = iam.get_policy_version(PolicyArn=policy_arn("x"), VersionId="v1")["PolicyVersion"]["Document"]
    assert found == json.loads(text)


# ---- What can't be undone says why ---------------------------------------------------------------------------


def _delete_jane(iam: Any) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (_delete_jane, "A deleted user can’t be brought back: AWS gives a new one of that name another unique id."),
    ],
)
def test_it_says_why_not(
    iam: Any,
    aws_account: AwsAccount,
    erin: Operator,
    client_of: Callable[..., Client],
    act: Callable[[Any], object],
    why: str,
) -> None:
    act(iam)
    pulled(aws_account)
    found = drift.open_drift(aws_account).order_by("pk")[0]
    client = client_of(erin)
    html = get(client, "drift_one", pk=str(found.pk))
    assert why in text_of(html)
    assert "Propose the reverse" not in html
    response = client.post(address("drift_reverse", pk=str(found.pk)), follow=True)
    assert why in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_the_members_of_a_renamed_group_stay_in_it(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    """AWS names the group in what it tells of each member, so the rename shows there, too."""
    iam.update_group(GroupName="developers", NewGroupName="makers")
    pulled(aws_account)
    jane = drift.open_drift(aws_account).get(facet=facet(IamUser.objects.get()))
    assert drift.reversal_of(aws_account, jane).left == (
        "The group developers is called makers now: nobody joined or left it.",
    )


def test_a_trust_policy_that_named_somebody_who_is_gone_isnt_taken_back(
    iam: Any, aws_account: AwsAccount, erin: Operator
) -> None:
    iam.create_user(UserName="kim")
    arn = f"arn:aws:iam::{ACCOUNT}:user/kim"
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=json.dumps({"Statement": [statement]}))
    iam.delete_user(UserName="kim")
    pulled(aws_account)
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2))
    pulled(aws_account)
    left = drift.reversal_of(aws_account, newest(aws_account)).left
    assert "somebody who was deleted: AWS doesn’t take that back." in " ".join(left)


def test_what_is_left_stands_in_the_reason(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    iam.detach_group_policy(GroupName="developers", PolicyArn=policy_arn("reports-read"))
    iam.delete_group(GroupName="developers")
    pulled(aws_account)
    about_jane = drift.open_drift(aws_account).get(facet__kind="iam.user")
    change = drift.propose_reverse(aws_account=aws_account, actor=erin, revision=about_jane.pk)
    assert [step.kind for step in change.steps.all()] == ["iam.user.detach"]
    assert "The group developers is gone." in change.reason


def test_a_role_of_an_aws_service_isnt_touched(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    iam.tag_role(RoleName="exporter", Tags=[{"Key": "team", "Value": "finance"}])
    pulled(aws_account)
    IamRole.objects.update(path="/aws-reserved/sso.amazonaws.com/")
    with pytest.raises(changes.PlanError, match="belongs to an AWS service"):
        reverse(aws_account, erin)


def test_who_may_not_propose_proposes_nothing(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    assert client_of(bob).post(address("drift_reverse", pk=str(newest(aws_account).pk))).status_code == 403


def test_what_a_change_of_ours_did_has_no_drift(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    carry_out(reverse(aws_account, erin), erin)
    assert [revision.origin for revision in revisions(IamUser.objects.get())] == ["import", "outside", "change"]


def test_without_what_was_before_nothing_is_undone(iam: Any, aws_account: AwsAccount, erin: Operator) -> None:
    """KEEP_HISTORY_DAYS may have taken it."""
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    pulled(aws_account)
    revisions(IamUser.objects.get())[0].delete()
    found = newest(aws_account)
    assert (drift.happening(found), drift.sentence(found)) == ("changed", "changed")
    assert drift.reversal_of(aws_account, found).left == ("What it said before isn’t kept any more.",)
