"""With a state file the emulated AWS survives a restart; a file that can't be read costs one line, not the start."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from emulator.process import Emulator, start_emulator
from tests.emulator.conftest import ALLOW_ALL, TRUST_ROOT

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def fill(emulator: Emulator) -> str:
    """Returns the access key of a session."""
    iam = emulator.client("iam")
    user = iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "a"}])["User"]
    trust = TRUST_ROOT.replace("arn:aws:iam::123456789012:root", user["Arn"])
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST_ROOT)
    iam.create_role(RoleName="of-alice", AssumeRolePolicyDocument=trust)
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW_ALL)["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=policy)
    iam.attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    session = emulator.client("sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/r", RoleSessionName="one")
    return str(session["Credentials"]["AccessKeyId"])


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "aws.state"
    with start_emulator(state=state) as first:
        session = fill(first)
        before = first.client("iam").get_account_authorization_details()

    with start_emulator(state=state) as second:
        iam = second.client("iam")
        after = iam.get_account_authorization_details()
        who = second.client("sts", aws_access_key_id=session).get_caller_identity()
        policy = "arn:aws:iam::123456789012:policy/p"
        version = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW_ALL)["PolicyVersion"]

    for kind in ("UserDetailList", "RoleDetailList", "Policies"):
        assert after[kind] == before[kind]
    assert who["Arn"].endswith(":assumed-role/r/one")
    assert version["VersionId"] == "v2"


def test_a_write_is_on_disk_a_moment_later(tmp_path: Path) -> None:
    state = tmp_path / "aws.state"
    with start_emulator(state=state) as emulator:
        emulator.client("iam").create_user(UserName="alice")

        deadline = time.monotonic() + 5
        while not (state.exists() and b"alice" in state.read_bytes()):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_damaged_file_costs_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "aws.state"
    state.write_bytes(b"damaged")

    with start_emulator(state=state) as emulator:
        assert emulator.client("iam").list_users()["Users"] == []
        emulator.client("iam").create_user(UserName="alice")

    assert b"alice" in state.read_bytes()
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith(f"The emulated AWS starts empty: {state} can't be read")


def test_aws_is_put_back_as_it_was_kept(emulator: Emulator) -> None:
    iam = emulator.client("iam")
    assert emulator.origin() == 0
    iam.create_user(UserName="jane")
    assert emulator.origin() is None
    kept = emulator.keep()
    iam.list_users()
    assert emulator.origin() == kept
    iam.delete_user(UserName="jane")
    iam.create_group(GroupName="developers")
    emulator.put_back(kept)
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["jane"]
    assert iam.list_groups()["Groups"] == []
    assert emulator.origin() == kept
    emulator.rules([])
    assert emulator.origin() is None
    emulator.reset()
    assert emulator.origin() == 0
    assert iam.list_users()["Users"] == []
