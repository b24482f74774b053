"""Calls as command lines, parameters from JSON, the session policy of a plan."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

import pytest

from sync import operations
from sync.calls import command_line
from sync.changes.steps import session_policy
from sync.operations import Call
from sync.params import BadParams, read_params


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("GetUser", {"UserName": "lena"}, "aws iam get-user --user-name lena"),
        ("CreatePolicyVersion", {"SetAsDefault": True}, "aws iam create-policy-version --set-as-default"),
        ("CreatePolicyVersion", {"SetAsDefault": False}, "aws iam create-policy-version --no-set-as-default"),
        ("EnableMFADevice", {"SerialNumber": "x"}, "aws iam enable-mfa-device --serial-number x"),
        ("UpdateRole", {"MaxSessionDuration": 3600}, "aws iam update-role --max-session-duration 3600"),
        ("TagUser", {"Tags": [{"Key": "a", "Value": "b"}]}, 'aws iam tag-user --tags \'[{"Key": "a", "Value": "b"}]\''),
    ],
)
def test_a_call_as_a_command_line(operation: str, parameters: dict[str, object], expected: str) -> None:
    assert command_line("iam", operation, parameters) == expected


@pytest.mark.parametrize("text", ["it's", "$(rm -rf /)", "a\nb", "`id`", "--help", '"; ls #'])
def test_a_shell_reads_back_what_was_meant(text: str) -> None:
    assert shlex.split(command_line("iam", "PutUserPolicy", {"PolicyDocument": text}))[-1] == text


@dataclass(frozen=True)
class Params:
    name: str
    often: int = 1
    loud: bool = False


def test_params_are_read_with_their_defaults() -> None:
    assert read_params(Params, {"name": "x", "loud": True}) == Params("x", 1, True)


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({}, "The parameter name is missing."),
        ({"name": None}, "The parameter name must be a text."),
        ({"name": "x", "often": True}, "The parameter often must be a whole number."),
        ({"name": "x", "loud": 1}, "The parameter loud must be true or false."),
        ({"name": "x", "size": 1}, "There is no parameter size. It takes: name, often, loud."),
    ],
)
def test_bad_params_have_a_sentence(params: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadParams, match=sentence):
        read_params(Params, params)


def test_a_session_policy_allows_the_plan_and_reading() -> None:
    def call(operation: str, arn: str) -> Call:
        return Call("iam", operation, {}, resource_arns=(arn,), actions=(f"iam:{operation}",))

    calls = [call("CreatePolicyVersion", "arn:1"), call("DeletePolicyVersion", "arn:1"), call("X", "arn:2")]
    policy = session_policy(calls)
    assert policy["Statement"] == [
        {"Effect": "Allow", "Action": ["iam:CreatePolicyVersion", "iam:DeletePolicyVersion"], "Resource": ["arn:1"]},
        {"Effect": "Allow", "Action": ["iam:X"], "Resource": ["arn:2"]},
        {"Effect": "Allow", "Action": ["iam:Get*", "iam:List*"], "Resource": "*"},
    ]


def test_an_operation_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered already"):
        operations.register(operations.registry["iam.policy.update"])


def test_what_is_in_a_region_says_so() -> None:
    call = Call("cognito-idp", "DeleteGroup", {"GroupName": "vip"}, ("*",), ("cognito-idp:DeleteGroup",), "eu-west-1")
    assert call.command_line() == "aws cognito-idp delete-group --region eu-west-1 --group-name vip"


def test_a_secret_is_found_however_deep_and_never_shown() -> None:
    secret = operations.SealedParameter("sealed:7")
    call = Call("cognito-idp", "X", {"Details": {"client_id": "a", "client_secret": secret}, "L": [secret]}, (), ())
    assert call.sealed() == [secret, secret]
    assert "sealed:7" not in call.command_line()
    assert "<secret>" in call.command_line()
