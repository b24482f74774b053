"""Who loses and gains what in the AWS accounts below a control policy: measured as the plan shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from access.plans.organization_check import NAME
from access.surroundings import surroundings_of
from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from identities.models import IamRole
from policies.models import OrgAccount, OrgPolicy, OrgUnit
from policies.organizations.operations import plan_target, update_control_policy
from sync import changes
from sync.changes.approvers import ChangeSituation
from sync.models import Change
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.organization_rows import EVERYTHING, make_control_policy, make_organization
from tests.services.pages import text_of
from tests.services.rows import make_document, make_role, put_inline
from tests.services.statements import allowing, denying

pytestmark = pytest.mark.django_db
MEMBER = "500000000000"
PUT = "s3:PutObject"


@pytest.fixture
def member(aws_account: AwsAccount) -> AwsAccount:
    """Connected, below Workloads in the organization that the AWS account of the tests manages; Team 001 isn't."""
    make_organization(aws_account, 2, manages=True)
    everywhere = [*OrgUnit.objects.all(), *OrgAccount.objects.all()]
    make_control_policy(aws_account, "everything", *everywhere, document=EVERYTHING)
    make_control_policy(aws_account, "loose", document=denying(PUT))
    OrgPolicy.objects.filter(name="our-regions").update(document=make_document(denying("kms:*")))
    AwsAccount.objects.filter(pk=aws_account.pk).update(approvals_required=0)
    made: AwsAccount = AwsAccount.objects.create(account_id=MEMBER, name="Team", approvals_required=0)
    return made


@pytest.fixture
def zoe(db: None) -> Operator:
    """Owns all AWS accounts."""
    return make_operator("zoe", Role.OWNER, None)


def a_role(member: AwsAccount, name: str, *actions: str, resource: str = "*") -> IamRole:
    role = make_role(member, name)
    put_inline(role, "may", document=make_document(allowing(list(actions), resource)))
    return role


def attached(aws_account: AwsAccount, operator: Operator, name: str = "loose") -> Change:
    policy, unit = OrgPolicy.objects.get(name=name), OrgUnit.objects.get(name="Workloads")
    return propose(aws_account, operator, [plan_target(policy, unit, now=True)])


def effects_in(change: Change, account_id: str = MEMBER) -> list[dict[str, Any]]:
    [found] = [each for each in change.measured[NAME]["accounts"] if each["account_id"] == account_id]
    assert found["why"] == []
    return list(found["effects"])


def who(effect: dict[str, Any]) -> list[str]:
    return [arn.rpartition("/")[2] for arn, _ in effect["who"]]


def actions(effect: dict[str, Any], kind: str) -> list[str]:
    return [action for item in effect[kind]["items"] for action in item["actions"]]


def test_those_who_may_lose_it_and_nobody_else(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    for name in ("writer-a", "writer-b"):
        a_role(member, name, PUT, "s3:GetObject")
    a_role(member, "reader", "s3:GetObject")
    a_role(member, "admin", "*")
    make_role(member, "linked", arn=f"arn:aws:iam::{MEMBER}:role/aws-service-role/s3.amazonaws.com/linked")
    change = attached(aws_account, zoe)
    by_who = {tuple(who(each)): actions(each, "lost") for each in effects_in(change)}
    assert by_who == {("admin", "writer-a", "writer-b"): [PUT]}
    assert change.measured[NAME]["not_connected"] == [["500000000001", "Team 001"]]
    assert "access" not in change.measured  # nobody in the management account is bound


def test_an_edit_says_who_gains_and_who_loses(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    a_role(member, "keys", "kms:*")
    a_role(member, "machines", "ec2:RunInstances", "ec2:StartInstances")
    policy = OrgPolicy.objects.get(name="our-regions")  # denies kms:*
    change = propose(aws_account, zoe, [update_control_policy(policy, denying("ec2:RunInstances"))])
    found = {who(each)[0]: each for each in effects_in(change)}
    assert actions(found["keys"], "gained") == ["kms:*"]
    assert actions(found["machines"], "lost") == ["ec2:RunInstances"]
    assert found.keys() == {"keys", "machines"}


def test_a_list_of_what_is_allowed_takes_the_rest(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    a_role(member, "machines", "ec2:RunInstances", "s3:GetObject")
    node = OrgAccount.objects.get(aws_id=MEMBER)
    only = make_control_policy(aws_account, "only-buckets", document=allowing("s3:*"))
    everything = OrgPolicy.objects.get(name="everything")
    steps = [plan_target(only, node, now=True), plan_target(everything, node, now=False)]
    change = propose(aws_account, zoe, steps)
    [effect] = effects_in(change)
    assert (who(effect), actions(effect, "lost")) == (["machines"], ["ec2:RunInstances"])


def test_very_many_are_compared_at_most(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    """Each with statements of its own about what is denied: nobody is left out, and it says that it is the most."""
    for number in range(60):
        a_role(member, f"writer-{number:02}", PUT, resource=f"arn:aws:s3:::bucket-{number}/*")
    a_role(member, "reader", "s3:GetObject")
    [effect] = effects_in(attached(aws_account, zoe))
    assert (effect["count"], effect["at_most"], actions(effect, "lost")) == (60, True, [PUT])


def test_what_was_never_pulled_is_unknown(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    change = attached(aws_account, zoe)
    [found] = change.measured[NAME]["accounts"]
    assert found["why"] == ["This AWS account was never pulled: nobody in it is known."]
    assert "ACCESS_BELOW_UNKNOWN" in [each["code"] for each in change.findings]


def test_more_who_lose_it_by_then_asks_again(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    a_role(member, "writer-a", PUT)
    change = attached(aws_account, zoe)
    a_role(member, "writer-b", PUT)
    with pytest.raises(changes.PlanError) as refused:
        changes.apply(change=change, actor=zoe)
    assert f"In AWS account {MEMBER} 1 principal would gain or lose access that the plan did not show" in str(
        refused.value
    )
    assert "writer-b" not in str(refused.value)


def test_the_consoles_own_way_in_is_protected(aws_account: AwsAccount, zoe: Operator, member: AwsAccount) -> None:
    role = a_role(member, "console-read", "iam:*")
    AwsAccount.objects.filter(pk=member.pk).update(read_role_arn=role.arn)
    make_control_policy(aws_account, "no-iam", document=denying("iam:*"))
    change = attached(aws_account, zoe, "no-iam")
    [finding] = [each for each in change.findings if each["code"] == "LOCKS_OUT_BELOW"]
    assert finding["severity"] == "protected"
    assert f"could no longer read in AWS account {MEMBER}" in finding["message"]
    local = make_operator("lou", Role.OWNER, aws_account)
    with pytest.raises(changes.PlanError, match="Only an owner of Team"):
        changes.override(change=change, actor=local, reason="Mine")
    with pytest.raises(changes.PlanError, match="could no longer read"):
        changes.apply(change=change, actor=zoe)
    changes.override(change=change, actor=zoe, reason="The account is closed tomorrow")


def test_its_owner_lets_it_through_without_owning_the_management_account(
    aws_account: AwsAccount, zoe: Operator, member: AwsAccount, client_of: Callable[..., Client]
) -> None:
    role = a_role(member, "console-read", "iam:*")
    AwsAccount.objects.filter(pk=member.pk).update(read_role_arn=role.arn)
    make_control_policy(aws_account, "no-iam", document=denying("iam:*"))
    change = attached(aws_account, zoe, "no-iam")
    owner = make_operator("tess", Role.OWNER, member)
    place = {"account_id": aws_account.account_id, "pk": change.pk}
    url = reverse("change_override", kwargs=place)
    assert client_of(owner).post(url, {"reason": "Planned"}).status_code == 404
    Grant.objects.create(operator=owner, aws_account=aws_account, role=Role.VIEWER)
    client = client_of(Operator.objects.get(pk=owner.pk))
    assert url in client.get(reverse("change", kwargs=place)).content.decode()
    client.post(url, {"reason": "Planned"})
    [made] = change.overrides.all()
    assert [each["code"] for each in made.findings] == ["LOCKS_OUT_BELOW"]
    assert not ChangeSituation(Change.objects.get(pk=change.pk), zoe).protected


def test_paths_of_the_organization_are_told_once(aws_account: AwsAccount) -> None:
    make_organization(aws_account)
    assert surroundings_of(aws_account.account_id).organization_path == "o-exampleorg/r-root/ou-workloads/"


# ---- On pages --------------------------------------------------------------------------------------------------
def panel(client: Client, change: Change) -> str:
    url = reverse("change_organization", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
    answer = client.get(url)
    assert answer.status_code == 200
    return text_of(answer.content.decode())


def test_the_plan_says_it_to_who_may_see(
    aws_account: AwsAccount, zoe: Operator, bob: Operator, member: AwsAccount, client_of: Callable[..., Client]
) -> None:
    a_role(member, "writer-a", PUT)
    change = attached(aws_account, zoe)
    words = panel(client_of(zoe), change)
    assert "Team 000 500000000000 1 principal loses" in words
    assert "writer-a" in words
    assert "Not connected to this console, so who loses and gains what there isn’t known: Team 001" in words
    hidden = panel(client_of(bob), change)  # a viewer of the management account alone
    assert "In 1 AWS account that you can’t see, 1 principal gains or loses access" in hidden
    assert "writer-a" not in hidden
    whole = client_of(bob).get(reverse("change", kwargs={"account_id": aws_account.account_id, "pk": change.pk}))
    assert "What changes in AWS accounts below" in whole.content.decode()
    assert "writer-a" not in whole.content.decode()


def test_the_editor_says_it_while_one_types(
    aws_account: AwsAccount, zoe: Operator, erin: Operator, member: AwsAccount, client_of: Callable[..., Client]
) -> None:
    a_role(member, "writer-a", PUT)
    policy = OrgPolicy.objects.get(name="our-regions")
    url = reverse("control_policy_check", kwargs={"account_id": aws_account.account_id})
    asked = f"{url}?of=control_policy&id={policy.aws_id}&kind=scp"

    def said(operator: Operator, text: str) -> str:
        return text_of(client_of(operator).post(asked, {"document": text}).content.decode())

    assert "Removes s3:PutObject · for writer-a." in said(zoe, denying(["kms:*", PUT]))
    assert "Nobody’s access changes in Team 000." in said(zoe, denying(["kms:*", "ec2:*"]))
    assert "Nothing: it says what is in force." in said(zoe, policy.document.text)
    told = said(erin, denying(["kms:*", PUT]))
    assert "1 AWS account below that you can’t see." in told
    assert "writer-a" not in told
