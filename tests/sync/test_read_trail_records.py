"""What a record of CloudTrail says: who, with what; and records that are none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.activity.doers import doer_of, tool_of
from sync.activity.records import TrailRecord, read_record

USED = {
    "eventID": "e-1",
    "eventTime": "2026-11-29T06:52:58Z",
    "eventName": "TagUser",
    "eventSource": "iam.amazonaws.com",
    "recipientAccountId": "123456789012",
}
ROLE = "arn:aws:iam::123456789012:role/deploy"


def record(**said: Any) -> TrailRecord:
    found = read_record(json.dumps(USED | said))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("identity", "kind", "called", "session", "person"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::123456789012:root"}, "root", "root user", "", ""),
        ({"type": "IAMUser", "userName": "jane", "principalId": "AIDA1"}, "user", "jane", "", ""),
        (
            {
                "type": "AssumedRole",
                "principalId": "AROA1:build-7",
                "sessionContext": {
                    "sessionIssuer": {"userName": "deploy", "principalId": "AROA1", "arn": ROLE},
                    "sourceIdentity": "dana",
                },
            },
            "role",
            "deploy",
            "build-7",
            "dana",
        ),
        (
            {"type": "AssumedRole", "principalId": "AROA1:x", "arn": "arn:aws:sts::123456789012:assumed-role/deploy/x"},
            "role",
            "deploy",
            "x",
            "",
        ),
        ({"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}}, "person", "", "", ""),
        ({"type": "AWSService", "invokedBy": "lambda.amazonaws.com"}, "service", "lambda.amazonaws.com", "", ""),
        ({"type": "AWSAccount", "accountId": "999999999999"}, "account", "999999999999", "", ""),
        ({"type": "SomethingNew"}, "unknown", "", "", ""),
        (None, "unknown", "", "", ""),
        ({"type": ["IAMUser"], "sessionContext": "none"}, "unknown", "", "", ""),
    ],
)
def test_who(identity: Any, kind: str, called: str, session: str, person: str) -> None:
    doer = doer_of(record(userIdentity=identity))
    assert (doer.kind, doer.called, doer.session, doer.person) == (kind, called, session, person)


@pytest.mark.parametrize(
    ("agent", "tool"),
    [
        ("aws-cli/2.31.8 md/awscrt", "AWS CLI"),
        ("Boto3/1.44.8 md/Botocore#1.44.8", "Boto3"),
        ("APN/1.0 HashiCorp/1.0 Terraform/1.13.5 terraform-provider-aws/6.20.0 aws-sdk-go-v2", "Terraform"),
        ("Mozilla/5.0 (X11; Linux x86_64)", "AWS console"),
        ("signin.amazonaws.com", "AWS console"),
        ("cloudformation.amazonaws.com", "CloudFormation"),
        ("AWS Internal", "AWS itself"),
        ("curl/8", ""),
    ],
)
def test_with_what(agent: str, tool: str) -> None:
    assert tool_of(record(userAgent=agent)) == tool


def test_a_service_that_acted_for_somebody_is_the_tool_and_no_address() -> None:
    identity = {"type": "IAMUser", "userName": "jane", "invokedBy": "cloudformation.amazonaws.com"}
    doer = doer_of(record(userIdentity=identity, sourceIPAddress="cloudformation.amazonaws.com"))
    assert (doer.tool, doer.address) == ("CloudFormation", "")


_SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*USED, "userIdentity", "type"]), inner)
    ),
    max_leaves=12,
)


@given(said=st.dictionaries(st.sampled_from([*USED, "userIdentity", "requestParameters", "readOnly"]), _SAID))
def test_whatever_a_record_says_is_read_or_left_out(said: dict[str, Any]) -> None:
    found = read_record(json.dumps(USED | said))
    if found is not None:
        doer_of(found)


@pytest.mark.parametrize("said", ["", "{", "[]", "null", None, 7, json.dumps({"eventID": "x"}), "[" * 100_000])
def test_what_is_no_record_is_none(said: Any) -> None:
    assert read_record(said) is None
