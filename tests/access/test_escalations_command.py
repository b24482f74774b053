"""The command `escalations`, of the mirror."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AwsAccount
from tests.access.escalating import (
    BOSS,
    EVE,
)
from tests.access.mirrored import ID, administrator, arn, managed, role, user
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_group, make_user
from tests.services.statements import allow

MINE, LIMIT, BOSSES = arn("policy/mine"), arn("policy/limit"), arn("group/bosses")


@pytest.mark.django_db
def test_escalations_of_the_mirror(aws_account: AwsAccount) -> None:
    complete(aws_account, "org.membership")
    administrator(role(aws_account, "boss", trusts={"Service": "lambda.amazonaws.com"}))
    group = make_group(aws_account, "admins")
    administrator(group)
    user(aws_account, "eve", allow("iam:PassRole", BOSS), allow("lambda:*"))
    user(aws_account, "mia", allow("iam:AddUserToGroup", group.arn))
    dora = make_user(aws_account, "dora")
    attach(dora, managed(aws_account, "mine", [allow("*")], [allow("iam:SetDefaultPolicyVersion")]))
    join(make_user(aws_account, "adam"), group)
    out = StringIO()
    call_command("escalations", account=ID, json=True, stdout=out)
    paths = json.loads(out.getvalue())["paths"]
    assert [(path["from"], path["to"], path["technique"]) for path in paths] == [
        (arn("user/dora"), arn("user/dora"), "iam:SetDefaultPolicyVersion"),
        (EVE, BOSS, "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction"),
        (arn("user/mia"), arn("user/mia"), "iam:AddUserToGroup"),
        (EVE, BOSS, "iam:PassRole+lambda:UpdateFunctionConfiguration+lambda:UpdateFunctionCode"),
        (EVE, BOSS, "lambda:UpdateFunctionCode"),
        (EVE, BOSS, "lambda:UpdateFunctionConfiguration"),
    ]
    assert paths[1]["steps"] == [
        {
            "principal": EVE,
            "technique": "iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
            "does": "makes a function that runs as the role, and has it run",
            "target": BOSS,
            "regions": [],
            "permissions": [
                {"principal": EVE, "action": "iam:PassRole", "resource": BOSS},
                {
                    "principal": EVE,
                    "action": "lambda:CreateFunction",
                    "resource": f"arn:aws:lambda:us-east-1:{ID}:function:any",
                },
                {
                    "principal": EVE,
                    "action": "lambda:InvokeFunction",
                    "resource": f"arn:aws:lambda:us-east-1:{ID}:function:any",
                },
            ],
            "supposes": [],
        }
    ]
    out = StringIO()
    call_command("escalations", account=ID, stdout=out)
    assert "iam:AddUserToGroup: adds itself to the group" in out.getvalue()
