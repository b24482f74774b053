"""What a change would be as code, for an object that code owns: steps applied to parts, and the panel of the plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hcl2
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from identities.operations import attach as attach_step
from infrastructure.code.patch import PatchStep, cloudformation_patch, patched, terraform_patch
from infrastructure.code.terraform import Terraform
from infrastructure.owned.changes import label_of
from sync.models import Change
from tests.infrastructure.parsed import template
from tests.infrastructure.test_code_terraform import GROUP, POLICY, POLICY_ARN, ROLE, USER
from tests.infrastructure.test_states import give, role_in_state, state_of
from tests.services.changing import propose
from tests.services.pages import change_address, text_of
from tests.services.rows import make_policy, make_role
from tests.services.statements import allowing, trusting

READ = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NEW = allowing("sqs:*", "arn:aws:sqs:::${aws:username}")


@pytest.mark.parametrize(
    ("part", "kind", "params", "words"),
    [
        (ROLE, "role.attach", {"policy_arn": READ}, 'New: resource "aws_iam_role_policy_attachment" "deploy_ReadOnly'),
        (ROLE, "role.detach", {"policy_arn": POLICY_ARN}, "Take out: aws_iam_role_policy_attachment.deploy_reports"),
        (
            ROLE,
            "role.inline.put",
            {"policy": "own", "document": NEW},
            'there: resource "aws_iam_role_policy" "deploy_own',
        ),
        (ROLE, "role.inline.delete", {"policy": "own"}, "Take out: aws_iam_role_policy.deploy_own"),
        (ROLE, "role.trust.update", {"document": trusting("*")}, 'there: resource "aws_iam_role" "deploy"'),
        (ROLE, "role.boundary.delete", {}, 'there: resource "aws_iam_role" "deploy"'),
        (ROLE, "role.boundary.put", {"policy_arn": READ}, f'permissions_boundary = "{READ}"'),
        (ROLE, "role.tag", {"key": "a", "value": "b"}, 'a = "b"'),
        (ROLE, "role.untag", {"key": "team name"}, 'there: resource "aws_iam_role" "deploy"'),
        (ROLE, "role.update", {"description": "D", "max_session_s": 3600}, 'description = "D"'),
        (ROLE, "role.delete", {}, "Take out: aws_iam_role.deploy"),
        (POLICY, "policy.update", {"document": NEW, "make_default": True}, "$${aws:username}"),
        (USER, "group.add_user", {"group_arn": GROUP.arn.replace("ops", "new")}, '"new",'),
        (USER, "group.remove_user", {"group_arn": GROUP.arn}, '["elsewhere"]'),
    ],
)
def test_each_kind_of_step(part: Any, kind: str, params: dict[str, Any], words: str) -> None:
    found = patched(part, [PatchStep(kind, params)])
    text = terraform_patch(found, Terraform())
    assert words in " ".join(text.replace("# ", "").split())
    hcl2.loads(text + "\n")
    template(cloudformation_patch(found))
    assert not found.unsaid


def test_what_cannot_be_said_and_what_changes_nothing() -> None:
    found = patched(ROLE, [PatchStep("role.revoke_sessions", {}), PatchStep("role.attach", {"policy_arn": POLICY_ARN})])
    assert found.unsaid == ("role.revoke_sessions",)
    assert terraform_patch(found, Terraform()) == ""
    assert cloudformation_patch(found) == ""
    assert label_of('module.x["a.b"].aws_iam_role.deploy["c.d"]') == "deploy"


@pytest.mark.django_db
def test_the_plan_of_an_owned_object_gives_a_patch(
    aws_account: AwsAccount, alice: Operator, alices: Client, charlie: Operator, client_of: Callable[..., Client]
) -> None:
    role, other = make_role(aws_account, "deploy"), make_role(aws_account, "other")
    policy = make_policy(aws_account, "reports")
    change = propose(aws_account, alice, [attach_step(role, policy.arn), attach_step(other, policy.arn)])
    url = change_address(change, "change_code")
    assert url not in alices.get(change_address(change)).content.decode()
    give(alices, state_of(child=(role_in_state("deploy", role.aws_id),)))
    assert url in alices.get(change_address(change)).content.decode()
    html = alices.get(url).content.decode()
    words = text_of(html)
    assert "deploy is module.ci.aws_iam_role.deploy in the state platform, read just now" in words
    assert 'resource "aws_iam_role_policy_attachment" "deploy_reports"' in words
    assert "The pipeline undoes what is applied here" in words
    assert "other" not in words.partition("Formats")[2]
    assert "ManagedPolicyArns" in alices.get(f"{url}?format=cloudformation").content.decode()
    assert client_of(charlie).get(url).status_code == 404
    Change.objects.update(state=Change.State.APPLIED)
    assert "it was sent already" in text_of(alices.get(url).content.decode())
    assert reverse("change_code", kwargs={"account_id": aws_account.account_id, "pk": change.pk}) == url
