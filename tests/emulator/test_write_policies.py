"""Managed and inline policies: text, versions, limits."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest

from emulator.process import Emulator
from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused

TYPED = (
    '{\r\n\t"Version": "2012-10-17",\n  "Statement":   [{"Effect":"Allow", "Action": "s3:Get*", "Resource": "*"}]\n}\n'
)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def sized(characters: int) -> str:
    """A valid document with that many characters that count."""
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::"},
    }
    bare = len(json.dumps(document, separators=(",", ":")))
    document["Statement"]["Resource"] += "x" * (characters - bare)  # type: ignore[index]
    return json.dumps(document, indent=8)


@pytest.fixture
def policy(iam: Any) -> str:
    return str(iam.create_policy(PolicyName="p", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"])


def raw_document(iam: Any, element: str, call: str, **params: Any) -> str:
    """The document as it came over the wire: boto3 shows only what it parsed."""
    bodies: list[bytes] = []

    def keep(response_dict: dict[str, Any], **_: Any) -> None:
        bodies.append(response_dict["body"])

    event = f"before-parse.iam.{call}"
    iam.meta.events.register(event, keep)
    getattr(iam, {"GetPolicyVersion": "get_policy_version", "GetUserPolicy": "get_user_policy"}[call])(**params)
    iam.meta.events.unregister(event, keep)
    return bodies[0].decode().partition(f"<{element}>")[2].partition("<")[0]


def test_a_document_comes_back_as_it_was_typed(iam: Any, policy: str) -> None:
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=TYPED, SetAsDefault=True)

    encoded = raw_document(iam, "Document", "GetPolicyVersion", PolicyArn=policy, VersionId="v2")

    assert "%2A" in encoded
    assert "/" not in encoded
    assert unquote(encoded) == TYPED


def test_an_inline_document_comes_back_as_it_was_typed(iam: Any) -> None:
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=TYPED)

    encoded = raw_document(iam, "PolicyDocument", "GetUserPolicy", UserName="alice", PolicyName="p")

    assert unquote(encoded) == TYPED


def test_a_new_version_becomes_the_default_when_asked(iam: Any, policy: str) -> None:
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=TYPED, SetAsDefault=True)
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=TYPED)

    versions = iam.list_policy_versions(PolicyArn=policy)["Versions"]

    assert [(version["VersionId"], version["IsDefaultVersion"]) for version in versions] == [
        ("v3", False),
        ("v2", True),
        ("v1", False),
    ]
    assert iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"] == "v2"


def test_setting_the_default_again_keeps_it(iam: Any, policy: str) -> None:
    iam.set_default_policy_version(PolicyArn=policy, VersionId="v1")

    assert iam.get_policy_version(PolicyArn=policy, VersionId="v1")["PolicyVersion"]["IsDefaultVersion"]


def test_a_sixth_version_is_refused(iam: Any, policy: str, refused: Refused) -> None:
    for _ in range(4):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW_ALL)

    message = refused("LimitExceeded", iam.create_policy_version, PolicyArn=policy, PolicyDocument=ALLOW_ALL)

    assert "up to 5 versions" in message


def test_version_numbers_are_never_used_again(iam: Any, policy: str) -> None:
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW_ALL)
    iam.delete_policy_version(PolicyArn=policy, VersionId="v2")

    made = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW_ALL)

    assert made["PolicyVersion"]["VersionId"] == "v3"


def test_6144_characters_fit_and_one_more_does_not(iam: Any, refused: Refused) -> None:
    iam.create_policy(PolicyName="fits", PolicyDocument=sized(6144))

    refused("LimitExceeded", iam.create_policy, PolicyName="too-long", PolicyDocument=sized(6145))


def test_inline_policies_of_a_user_share_2048_characters(iam: Any, refused: Refused) -> None:
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="one", PolicyDocument=sized(1500))
    iam.put_user_policy(UserName="alice", PolicyName="one", PolicyDocument=sized(1600))

    refused("LimitExceeded", iam.put_user_policy, UserName="alice", PolicyName="two", PolicyDocument=sized(449))


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        '{"Version": "2012-10-17"}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Perhaps", "Action": "s3:*", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "everything", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "bucket"}]}',
        TRUST_ROOT.replace('"Action"', '"Resource": "*", "Action"'),
    ],
)
def test_a_malformed_document_is_refused(iam: Any, policy: str, refused: Refused, document: str) -> None:
    iam.create_user(UserName="alice")
    calls: list[tuple[Any, dict[str, str]]] = [
        (iam.create_policy, {"PolicyName": "other"}),
        (iam.create_policy_version, {"PolicyArn": policy}),
        (iam.put_user_policy, {"UserName": "alice", "PolicyName": "p"}),
    ]

    for call, params in calls:
        assert refused("MalformedPolicyDocument", call, PolicyDocument=document, **params)


def test_a_number_is_a_condition_value(iam: Any) -> None:
    document = json.loads(ALLOW_ALL)
    document["Statement"][0]["Condition"] = {"NumericLessThan": {"aws:MultiFactorAuthAge": 900}}

    iam.create_policy(PolicyName="p", PolicyDocument=json.dumps(document))


@pytest.mark.parametrize("name", ["with space", "sla/sh", "ümlaut"])
def test_names_keep_to_iams_characters(iam: Any, refused: Refused, name: str) -> None:
    assert "policyName" in refused("ValidationError", iam.create_policy, PolicyName=name, PolicyDocument=ALLOW_ALL)
    assert "userName" in refused("ValidationError", iam.create_user, UserName=name)
    assert "groupName" in refused("ValidationError", iam.create_group, GroupName=name)
    assert "roleName" in refused("ValidationError", iam.create_role, RoleName=name, AssumeRolePolicyDocument=TRUST_ROOT)


def test_names_are_unique_whatever_their_case(iam: Any, policy: str, refused: Refused) -> None:
    iam.create_user(UserName="alice")

    refused("EntityAlreadyExists", iam.create_user, UserName="Alice")
    refused("EntityAlreadyExists", iam.create_policy, PolicyName="P", Path="/other/", PolicyDocument=ALLOW_ALL)


def test_51_tags_are_refused(iam: Any, refused: Refused) -> None:
    iam.create_user(UserName="alice", Tags=[{"Key": f"k{n}", "Value": "v"} for n in range(50)])

    refused("ValidationError", iam.tag_user, UserName="alice", Tags=[{"Key": "one-more", "Value": "v"}])


def test_nobody_changes_a_policy_of_aws(iam: Any, refused: Refused) -> None:
    message = refused("AccessDenied", iam.create_policy_version, PolicyArn=ADMINISTRATOR, PolicyDocument=ALLOW_ALL)

    assert "iam:CreatePolicyVersion on resource: policy arn:aws:iam::aws:policy/AdministratorAccess" in message


def test_what_is_not_there_is_said_in_aws_words(iam: Any, policy: str, refused: Refused) -> None:
    gone = policy + "-gone"
    assert refused("NoSuchEntity", iam.get_policy, PolicyArn=gone) == f"Policy {gone} was not found."
    assert refused("NoSuchEntity", iam.get_role, RoleName="x") == "The role with name x cannot be found."
    assert refused("NoSuchEntity", iam.get_group, GroupName="x") == "The group with name x cannot be found."
    assert "version v7 does not exist" in refused(
        "NoSuchEntity", iam.get_policy_version, PolicyArn=policy, VersionId="v7"
    )


def test_times_are_whole_seconds(iam: Any, policy: str) -> None:
    assert iam.get_policy(PolicyArn=policy)["Policy"]["CreateDate"].microsecond == 0


def test_an_operation_that_is_missing_is_named(emulator: Emulator, refused: Refused) -> None:
    iam = emulator.client("iam")

    message = refused("InvalidAction", iam.get_organizations_access_report, JobId="0" * 36)

    assert "GetOrganizationsAccessReport" in message
