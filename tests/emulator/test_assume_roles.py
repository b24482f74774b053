"""sts:AssumeRole goes by the trust policy; sessions know who they are and end in time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from emulator.clock import DATE_HEADER
from emulator.process import Emulator
from emulator.wellknown import ROOT_KEY_ID
from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT, Refused

ROLE = "arn:aws:iam::123456789012:role/console"


@pytest.fixture
def role(iam: Any) -> str:
    """Trusts its own AWS account, with an external id."""
    trust = json.loads(TRUST_ROOT)
    trust["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": "the-id"}}
    iam.create_role(RoleName="console", AssumeRolePolicyDocument=json.dumps(trust))
    return ROLE


def credentials(session: dict[str, Any]) -> dict[str, str]:
    held = session["Credentials"]
    return {
        "aws_access_key_id": held["AccessKeyId"],
        "aws_secret_access_key": held["SecretAccessKey"],
        "aws_session_token": held["SessionToken"],
    }


def test_a_session_knows_who_it_is(emulator: Emulator, iam: Any, sts: Any, role: str) -> None:
    session = sts.assume_role(
        RoleArn=role,
        RoleSessionName="worker",
        ExternalId="the-id",
        DurationSeconds=900,
        SourceIdentity="maya",
        Tags=[{"Key": "change", "Value": "1044"}],
        Policy=ALLOW_ALL,
    )

    who = emulator.client("sts", **credentials(session)).get_caller_identity()
    assert session["SourceIdentity"] == "maya"
    assert who["Arn"] == "arn:aws:sts::123456789012:assumed-role/console/worker"
    assert who["UserId"] == iam.get_role(RoleName="console")["Role"]["RoleId"] + ":worker"
    assert 800 < (session["Credentials"]["Expiration"] - datetime.now(UTC)).total_seconds() <= 900


def test_a_role_shows_its_last_use(emulator: Emulator, iam: Any, sts: Any, role: str) -> None:
    session = sts.assume_role(RoleArn=role, RoleSessionName="worker", ExternalId="the-id")
    emulator.client("iam", **credentials(session)).list_users()

    assert iam.get_role(RoleName="console")["Role"]["RoleLastUsed"]["Region"] == "us-east-1"


@pytest.mark.parametrize("external_id", [{}, {"ExternalId": "another"}])
def test_a_wrong_external_id_is_refused(sts: Any, role: str, refused: Refused, external_id: dict[str, str]) -> None:
    message = refused("AccessDenied", sts.assume_role, RoleArn=role, RoleSessionName="worker", **external_id)

    assert message == (
        "User: arn:aws:iam::123456789012:user/emulator is not authorized to perform: sts:AssumeRole "
        f"on resource: {role}"
    )


def test_a_role_that_does_not_exist_is_refused_alike(sts: Any, refused: Refused) -> None:
    refused("AccessDenied", sts.assume_role, RoleArn=ROLE + "-gone", RoleSessionName="worker")


@pytest.mark.parametrize(
    ("params", "action"),
    [({"SourceIdentity": "maya"}, "sts:SetSourceIdentity"), ({"Tags": [{"Key": "a", "Value": "b"}]}, "sts:TagSession")],
)
def test_the_trust_policy_must_allow_identity_and_tags(
    iam: Any, sts: Any, refused: Refused, params: dict[str, Any], action: str
) -> None:
    trust = json.loads(TRUST_ROOT)
    trust["Statement"][0]["Action"] = "sts:AssumeRole"
    iam.create_role(RoleName="console", AssumeRolePolicyDocument=json.dumps(trust))

    message = refused("AccessDenied", sts.assume_role, RoleArn=ROLE, RoleSessionName="worker", **params)

    assert f"not authorized to perform: {action} on" in message


@pytest.mark.parametrize(
    "params",
    [
        {"DurationSeconds": 43_200},
        {"RoleSessionName": "a space"},
        {"SourceIdentity": "a space"},
        {"Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]},
    ],
)
def test_what_sts_does_not_take_is_refused(sts: Any, role: str, refused: Refused, params: dict[str, Any]) -> None:
    valid = {"RoleArn": role, "RoleSessionName": "worker", "ExternalId": "the-id"}

    refused("ValidationError", sts.assume_role, **(valid | params))


def test_a_malformed_session_policy_is_refused(sts: Any, role: str, refused: Refused) -> None:
    refused(
        "MalformedPolicyDocument",
        sts.assume_role,
        RoleArn=role,
        RoleSessionName="worker",
        ExternalId="the-id",
        Policy="{}",
    )


def test_a_session_ends(emulator: Emulator, role: str, refused: Refused) -> None:
    def send_from_the_past(request: Any, **_: Any) -> None:
        request.headers[DATE_HEADER] = "2020-01-01T00:00:00+00:00"

    past = emulator.own_client("sts")
    past.meta.events.register("before-send.sts", send_from_the_past)
    session = past.assume_role(RoleArn=role, RoleSessionName="worker", ExternalId="the-id")

    refused("ExpiredToken", emulator.client("sts", **credentials(session)).get_caller_identity)


def test_the_root_user_says_so_and_assumes_nothing(emulator: Emulator, role: str, refused: Refused) -> None:
    root = emulator.client("sts", aws_access_key_id=ROOT_KEY_ID)

    assert root.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:root"
    refused("AccessDenied", root.assume_role, RoleArn=role, RoleSessionName="worker", ExternalId="the-id")


def test_a_user_has_its_own_keys(emulator: Emulator, iam: Any, refused: Refused) -> None:
    iam.create_user(UserName="alice", Path="/team/")
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    own = emulator.client("sts", aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"])

    assert own.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/team/alice"
    iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    refused("InvalidClientTokenId", own.get_caller_identity)
