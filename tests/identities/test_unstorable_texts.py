"""NUL and half a surrogate pair, which no database but SQLite takes: not AWS's, but they must not stop a pull."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AwsAccount
from identities.models import IamRole
from policies.models import OrgPolicy
from sync import mirror
from sync.aws.answers import _Parsers
from sync.mirror import Item
from sync.object_ref import ObjectRef
from tests.services.aws_models import model_of
from tests.services.statements import allowing

pytestmark = [pytest.mark.django_db, pytest.mark.stack]

ODD, MENDED = "a\x00b\ud800c", "a\ufffdb?c"


def store(aws_account: AwsAccount, kind: str, item: Item) -> None:
    ref = ObjectRef(kind, "", "", "")
    with transaction.atomic():
        mirror.store_one(aws_account, ref, item, requested_at=timezone.now(), step=None)


def test_in_answers_in_json(aws_account: AwsAccount) -> None:
    model = model_of("organizations").operation_model("DescribePolicy")
    summary = {
        "Id": "p-1",
        "Arn": "arn:aws:organizations::aws:policy/p-1",
        "Name": ODD,
        "Description": ODD,
        "Type": "SERVICE_CONTROL_POLICY",
        "AwsManaged": False,
    }
    body = json.dumps({"Policy": {"PolicySummary": summary, "Content": allowing("s3:*")}}).encode()
    response: Any = {"body": body, "headers": {}, "status_code": 200, "context": {}}
    answer = _Parsers().create_parser("json").parse(response, model.output_shape)["Policy"]
    store(aws_account, "org.policy", {**answer["PolicySummary"], "Content": answer["Content"], "Targets": []})
    policy = OrgPolicy.objects.get()
    assert (policy.name, policy.description) == (MENDED, MENDED)


def test_in_documents_and_whom_they_name(aws_account: AwsAccount) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ODD}, "Action": "sts:AssumeRole", "Sid": ODD}
    inline = allowing(f"s3:{ODD}") + "\x00"
    item = {
        "RoleId": "AROA1",
        "RoleName": "odd",
        "Arn": "arn:aws:iam::123456789012:role/odd",
        "Path": "/",
        "AssumeRolePolicyDocument": json.dumps({"Statement": [statement]}),
        "RolePolicyList": [{"PolicyName": "odd", "PolicyDocument": inline}],
    }
    store(aws_account, "iam.role", item)
    assert IamRole.objects.get().trusted == [{"type": "AWS", "value": MENDED}]
