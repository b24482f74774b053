from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator import wellknown
from emulator.process import Emulator
from sync.aws import errors, session
from sync.aws.client import reader, writer
from sync.aws.purpose import READING, of_change
from sync.aws.session import session_for
from sync.aws.target import target_of
from tests.services.console_roles import EXTERNAL_ID, READ_ROLE, WRITE_ROLE
from tests.services.statements import allow, document

MakeRole = Callable[..., None]


def test_the_emulator_knows_the_machine_that_the_console_runs_on() -> None:
    assert session._EMULATOR_KEY_ID == wellknown.HOST_KEY_ID


def test_reading_assumes_the_role_to_read_once(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-read", actions=["iam:ListUsers"])
    emulator.enforce_iam()
    for _ in range(2):
        reader(with_roles).call("iam", "ListUsers")
    assumed = emulator.calls("AssumeRole")
    assert [call["params"]["RoleArn"] for call in assumed] == [READ_ROLE]
    assert assumed[0]["params"]["RoleSessionName"] == "iam-console-pull"
    assert assumed[0]["params"]["ExternalId"] == EXTERNAL_ID
    assert "SourceIdentity" not in assumed[0]["params"]


def test_writing_tells_aws_who_and_why(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-write", actions=["iam:CreateUser"])
    policy = document(allow("iam:CreateUser"))
    client = writer(with_roles, change_id=12, operator="alice@example.org", session_policy=policy)
    client.call("iam", "CreateUser", UserName="eve")
    sent = emulator.calls("AssumeRole")[0]["params"]
    assert sent["RoleArn"] == WRITE_ROLE
    assert sent["RoleSessionName"] == "change-12-alice@example.org"
    assert sent["SourceIdentity"] == "alice@example.org"
    assert json.loads(sent["Policy"]) == policy
    tags = {sent[f"Tags.member.{n}.Key"]: sent[f"Tags.member.{n}.Value"] for n in (1, 2)}
    assert tags == {"operator": "alice@example.org", "change": "12"}
    assert client.notes == []


def test_the_session_policy_holds(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-write", actions=["iam:*"])
    emulator.enforce_iam()
    only_tags = document(allow("iam:TagUser"))
    client = writer(with_roles, change_id=1, operator="alice@example.org", session_policy=only_tags)
    with pytest.raises(errors.AccessDeniedError) as caught:
        client.call("iam", "CreateUser", UserName="eve")
    assert "session policy" in caught.value.sentence()


def test_a_session_policy_that_is_too_long_leaves_out_the_objects_and_says_so(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    make_role("console-write", actions=["iam:*"])
    long = document(allow(["iam:ListUsers"], ["arn:aws:iam::1:user/u"] * 200))
    emulator.enforce_iam()
    client = writer(with_roles, change_id=1, operator="alice@example.org", session_policy=long)
    client.call("iam", "ListUsers")
    (statement,) = json.loads(emulator.calls("AssumeRole")[0]["params"]["Policy"])["Statement"]
    assert statement == {"Effect": "Allow", "Action": ["iam:ListUsers"], "Resource": "*"}
    assert len(client.notes) == 1
    assert "session policy" in client.notes[0]
    with pytest.raises(errors.AccessDeniedError):
        client.call("iam", "CreateUser", UserName="eve")


def test_a_session_policy_that_aws_finds_too_large_leaves_out_the_objects_and_says_so(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    make_role("console-write", actions=["iam:*"])
    emulator.rules([{"action": "AssumeRole", "error": {"code": "PackedPolicyTooLarge"}, "times": 1}])
    statement = allow(["iam:ListUsers"], ["arn:aws:iam::1:user/u"])
    client = writer(with_roles, change_id=1, operator="alice@example.org", session_policy=document(statement))
    client.call("iam", "ListUsers")
    sent = [json.loads(call["params"]["Policy"])["Statement"][0] for call in emulator.calls("AssumeRole")]
    assert sent == [statement, {**statement, "Resource": "*"}]
    assert "session policy" in client.notes[0]


def test_a_role_is_never_used_whole(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-write", actions=["iam:*"])
    emulator.rules([{"action": "AssumeRole", "error": {"code": "PackedPolicyTooLarge"}}])
    plan = document(allow(["iam:TagUser"]))
    client = writer(with_roles, change_id=1, operator="alice@example.org", session_policy=plan)
    with pytest.raises(errors.CannotAssumeRole):
        client.call("iam", "ListUsers")
    assert all("Policy" in call["params"] for call in emulator.calls("AssumeRole"))


def test_without_a_role_a_writer_says_what_it_does_without(emulator: Emulator, aws_account: AwsAccount) -> None:
    client = writer(aws_account, change_id=1, operator="alice@example.org")
    client.call("iam", "ListUsers")
    assert "no role" in client.notes[0]


@pytest.mark.parametrize("operator", ["é@example.org", "x" * 300 + "@example.org", "a b'c@example.org", "a"])
def test_any_operator_fits_what_aws_takes(operator: str) -> None:
    purpose = of_change(123456, operator, None)
    for name in (purpose.session_name, purpose.source_identity):
        assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)
    assert all(len(value) <= 256 for _, value in purpose.tags)


def test_a_wrong_external_id(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-read", actions=["iam:ListUsers"])
    with_roles.external_id = "another"
    with pytest.raises(errors.CannotAssumeRole) as caught:
        reader(with_roles).call("iam", "ListUsers")
    assert caught.value.code == "AccessDenied"
    assert "external id" in caught.value.sentence()


def test_a_role_that_does_not_exist(emulator: Emulator, with_roles: AwsAccount) -> None:
    with pytest.raises(errors.CannotAssumeRole):
        reader(with_roles).call("iam", "ListUsers")
    assert len(emulator.calls("AssumeRole")) == 1


def test_no_role_is_set(emulator: Emulator, with_roles: AwsAccount) -> None:
    with_roles.write_role_arn = ""
    with pytest.raises(errors.CannotAssumeRole, match="No role to write"):
        writer(with_roles, change_id=1, operator="alice@example.org").call("iam", "ListUsers")


def test_a_trust_policy_that_does_not_let_the_operator_be_named(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    make_role("console-write", actions=["iam:*"], naming=False)
    with pytest.raises(errors.CannotAssumeRole) as caught:
        writer(with_roles, change_id=1, operator="alice@example.org").call("iam", "ListUsers")
    assert "sts:SetSourceIdentity" in caught.value.message


def test_a_session_is_renewed_before_it_ends(emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole) -> None:
    make_role("console-read", actions=["iam:ListUsers"])
    reader(with_roles).call("iam", "ListUsers")
    opened: Any = session_for(target_of(with_roles, "read"), READING)._opened
    opened.get_credentials()._expiry_time = datetime.now(UTC) + timedelta(minutes=5)
    reader(with_roles).call("iam", "ListUsers")
    first, second = (call["access_key"] for call in emulator.calls("ListUsers"))
    assert first != second
    assert len(emulator.calls("AssumeRole")) == 2


def test_a_session_that_aws_says_has_ended_is_opened_again(
    emulator: Emulator, with_roles: AwsAccount, make_role: MakeRole
) -> None:
    make_role("console-read", actions=["iam:ListUsers"])
    client = reader(with_roles)
    client.call("iam", "ListUsers")
    emulator.rules([{"action": "ListUsers", "error": {"code": "ExpiredToken", "status": 403}, "times": 1}])
    client.call("iam", "ListUsers")
    assert len(emulator.calls("AssumeRole")) == 2


def test_credentials_that_stay_wrong_are_tried_twice(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.rules([{"action": "ListUsers", "error": {"code": "InvalidClientTokenId", "status": 403}}])
    with pytest.raises(errors.CredentialsWrong) as caught:
        reader(aws_account).call("iam", "ListUsers")
    assert "Check the credentials" in caught.value.sentence()
    assert len(emulator.calls("ListUsers")) == 2


def test_a_machine_without_credentials(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    aws_account.emulated = False
    with pytest.raises(errors.CredentialsWrong) as caught:
        reader(aws_account).call("iam", "ListUsers")
    assert caught.value.sent is False


def test_the_root_user_is_refused(emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_EMULATOR_KEY_ID", wellknown.ROOT_KEY_ID)
    with pytest.raises(errors.RootUserRefused):
        reader(aws_account).call("iam", "ListUsers")
    assert emulator.calls("ListUsers") == []


def test_another_aws_account_is_refused(emulator: Emulator, aws_account: AwsAccount) -> None:
    aws_account.account_id = "999999999999"
    client = reader(aws_account)
    with pytest.raises(errors.WrongAwsAccount) as caught:
        client.call("iam", "ListUsers")
    assert "123456789012" in caught.value.sentence()
    assert client.identity_arn == "arn:aws:iam::123456789012:user/emulator"
    assert emulator.calls("ListUsers") == []


def test_who_we_are_is_asked_once_a_session(emulator: Emulator, aws_account: AwsAccount) -> None:
    for _ in range(3):
        reader(aws_account).call("iam", "ListUsers")
    assert len(emulator.calls("GetCallerIdentity")) == 1
