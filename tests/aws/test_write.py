from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import errors
from sync.aws.client import AwsClient, writer
from sync.aws.secrets import Secret
from tests.aws.conftest import DOCUMENT


def writing(aws_account: AwsAccount, **options: Any) -> AwsClient:
    return writer(aws_account, change_id=7, operator="alice@example.org", **options)


def version_calls(emulator: Emulator) -> list[dict[str, Any]]:
    return emulator.calls("CreatePolicyVersion")


def test_a_write_arrives(emulator: Emulator, aws_account: AwsAccount, policy_arn: str) -> None:
    client = writing(aws_account)
    answer = client.call("iam", "CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument=DOCUMENT, SetAsDefault=True)
    assert answer["PolicyVersion"]["VersionId"] == "v2"
    assert client.request_id


def test_nothing_is_written_while_writes_are_off(emulator: Emulator, aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(writes_enabled=False)
    with pytest.raises(errors.WritesOff) as caught:
        writing(aws_account).call("iam", "CreateUser", UserName="eve")
    assert caught.value.sent is False
    assert "read-only" in caught.value.sentence()
    assert emulator.calls("CreateUser") == []


def test_writes_that_are_turned_off_in_the_meantime(emulator: Emulator, aws_account: AwsAccount) -> None:
    client = writing(aws_account)
    client.call("iam", "CreateUser", UserName="first")
    AwsAccount.objects.update(writes_enabled=False)
    with pytest.raises(errors.WritesOff):
        client.call("iam", "CreateUser", UserName="second")
    assert len(emulator.calls("CreateUser")) == 1


def test_writes_that_are_turned_off_while_a_write_waits_for_another_try(
    emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.rules([{"action": "CreateUser", "error": {"code": "Throttling"}}])
    monkeypatch.setattr("sync.aws.client.time.sleep", lambda _: AwsAccount.objects.update(writes_enabled=False))
    with pytest.raises(errors.WritesOff):
        writing(aws_account).call("iam", "CreateUser", UserName="eve")
    assert len(emulator.calls("CreateUser")) == 1


def test_a_writer_reads_while_writes_are_off(emulator: Emulator, aws_account: AwsAccount) -> None:
    AwsAccount.objects.update(writes_enabled=False)
    assert writing(aws_account).call("iam", "ListUsers")["Users"] == []


def test_a_dry_run_sends_no_write(emulator: Emulator, aws_account: AwsAccount) -> None:
    client = writing(aws_account, dry_run=True)
    assert client.call("iam", "CreateUser", UserName="eve") == {}
    assert client.call("iam", "ListUsers")["Users"] == []
    assert [(call.operation, call.params) for call in client.unsent] == [("CreateUser", {"UserName": "eve"})]
    assert emulator.calls("CreateUser") == []


def test_a_create_that_gets_no_answer_is_sent_once(
    emulator: Emulator, aws_account: AwsAccount, policy_arn: str, settings: Any
) -> None:
    settings.AWS_READ_TIMEOUT = 0.3
    emulator.rules([{"action": "CreatePolicyVersion", "when": "after", "hold": True}])
    with pytest.raises(errors.UnknownOutcome) as caught:
        writing(aws_account).call("iam", "CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument=DOCUMENT)
    assert caught.value.sent is None
    assert [call["applied"] for call in version_calls(emulator)] == [True]


@pytest.mark.parametrize(
    "rule",
    [
        {"when": "after", "truncate": True},
        {"when": "before", "truncate": True},
        {"when": "after", "error": {"code": "ServiceFailure", "status": 500}},
    ],
)
def test_a_create_without_a_clear_answer_is_sent_once(
    rule: dict[str, Any], emulator: Emulator, aws_account: AwsAccount, policy_arn: str, settings: Any
) -> None:
    settings.AWS_READ_TIMEOUT = 0.5
    emulator.rules([{"action": "CreatePolicyVersion", **rule}])
    with pytest.raises(errors.UnknownOutcome) as caught:
        writing(aws_account).call("iam", "CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument=DOCUMENT)
    assert caught.value.sent is not False
    assert len(version_calls(emulator)) == 1


def test_an_idempotent_write_without_an_answer_is_sent_again(
    emulator: Emulator, aws_account: AwsAccount, policy_arn: str
) -> None:
    emulator.client("iam").create_user(UserName="eve")
    fault = {"code": "ServiceFailure", "status": 500}
    emulator.rules([{"action": "AttachUserPolicy", "when": "after", "error": fault, "times": 1}])
    writing(aws_account).call("iam", "AttachUserPolicy", UserName="eve", PolicyArn=policy_arn)
    assert [call["applied"] for call in emulator.calls("AttachUserPolicy")] == [True, True]


def test_what_was_sent_before_the_last_error_counts(emulator: Emulator, aws_account: AwsAccount) -> None:
    """The first detach was done, its answer lost; the second finds nothing to detach. That is no failure."""
    emulator.client("iam").create_user(UserName="eve")
    emulator.rules([{"action": "DeleteUser", "when": "after", "error": {"code": "ServiceFailure", "status": 500}}])
    with pytest.raises(errors.UnknownOutcome):
        writing(aws_account).call("iam", "DeleteUser", UserName="eve")
    assert [call["applied"] for call in emulator.calls("DeleteUser")] == [True, False]


def test_a_definite_error_after_a_lost_answer_is_an_unknown_outcome(
    emulator: Emulator, aws_account: AwsAccount
) -> None:
    emulator.client("iam").create_user(UserName="eve")
    fault = {"code": "ServiceFailure", "status": 500}
    emulator.rules([{"action": "DeleteUser", "when": "after", "error": fault, "times": 1}])
    with pytest.raises(errors.UnknownOutcome) as caught:
        writing(aws_account).call("iam", "DeleteUser", UserName="eve")
    assert caught.value.code == "NoSuchEntity"
    assert [call["applied"] for call in emulator.calls("DeleteUser")] == [True, False]


def test_a_throttled_create_is_sent_again_as_nothing_was_done(
    emulator: Emulator, aws_account: AwsAccount, policy_arn: str
) -> None:
    emulator.rules([{"action": "CreatePolicyVersion", "error": {"code": "Throttling"}, "times": 2}])
    writing(aws_account).call("iam", "CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument=DOCUMENT)
    assert [call["applied"] for call in version_calls(emulator)] == [False, False, True]


def test_a_write_that_stays_throttled_was_certainly_not_done(
    emulator: Emulator, aws_account: AwsAccount, policy_arn: str
) -> None:
    emulator.rules([{"action": "CreatePolicyVersion", "error": {"code": "Throttling"}}])
    with pytest.raises(errors.ThrottlingError) as caught:
        writing(aws_account).call("iam", "CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument=DOCUMENT)
    assert caught.value.sent is False
    assert len(version_calls(emulator)) == 11


def test_a_secret_of_aws_comes_wrapped(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("iam").create_user(UserName="eve")
    key = writing(aws_account).call("iam", "CreateAccessKey", UserName="eve")["AccessKey"]
    assert isinstance(key["SecretAccessKey"], Secret)
    assert key["SecretAccessKey"].open() not in repr(key)
    assert key["AccessKeyId"].startswith("AKIA")


def test_a_document_that_aws_refuses(emulator: Emulator, aws_account: AwsAccount, policy_arn: str) -> None:
    with pytest.raises(errors.InvalidRequestError) as caught:
        writing(aws_account).call("iam", "CreatePolicyVersion", PolicyArn=policy_arn, PolicyDocument="{}")
    assert caught.value.code == "MalformedPolicyDocument"
    assert caught.value.sent is False
