"""Fault rules and the log of calls: what tests of kills and faults stand on."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from emulator.process import Emulator
from tests.emulator.conftest import Refused

CALL_AND_WAIT = """
import sys
from emulator.process import Emulator
Emulator(sys.argv[1]).client("iam").create_user(UserName="alice")
"""


def users(iam: Any) -> list[str]:
    return [user["UserName"] for user in iam.list_users()["Users"]]


def test_a_call_is_logged_with_its_outcome(emulator: Emulator, iam: Any) -> None:
    iam.create_user(UserName="alice")
    with pytest.raises(ClientError):
        iam.create_user(UserName="alice")

    done, refused = emulator.calls("CreateUser")
    assert (done["service"], done["params"], done["applied"]) == ("iam", {"UserName": "alice"}, True)
    assert (done["state"], done["status"], done["error_code"]) == ("answered", 200, None)
    assert (refused["status"], refused["error_code"], refused["applied"]) == (409, "EntityAlreadyExists", False)
    assert done["access_key"].startswith("AKIA")
    assert refused["n"] == done["n"] + 1


def test_secrets_are_masked(emulator: Emulator, iam: Any) -> None:
    iam.create_user(UserName="alice")
    iam.create_login_profile(UserName="alice", Password="Correct-Horse-7", PasswordResetRequired=True)

    assert emulator.calls("CreateLoginProfile")[0]["params"] == {
        "UserName": "alice",
        "Password": "***",
        "PasswordResetRequired": "true",
    }


def test_the_log_can_be_read_on_and_cleared(emulator: Emulator, iam: Any) -> None:
    iam.list_users()
    last = emulator.calls()[-1]["n"]
    iam.list_groups()
    assert [call["action"] for call in emulator.calls(since=last)] == ["ListGroups"]

    emulator.forget_calls()
    assert emulator.calls() == []
    iam.list_users()
    assert emulator.calls()[0]["n"] == last + 2


def test_an_error_before_leaves_aws_as_it_was(emulator: Emulator, iam: Any, refused: Refused) -> None:
    error = {"code": "Throttling", "status": 400, "message": "Rate exceeded"}
    emulator.rules([{"action": "CreateUser", "when": "before", "error": error, "times": 1}])

    assert refused("Throttling", iam.create_user, UserName="alice") == "Rate exceeded"
    assert users(iam) == []
    assert not emulator.calls("CreateUser")[0]["applied"]
    iam.create_user(UserName="alice")


def test_an_error_after_hides_what_aws_did(emulator: Emulator, iam: Any, refused: Refused) -> None:
    emulator.rules([{"action": "CreateUser", "when": "after", "error": {"code": "ServiceFailure", "status": 500}}])

    refused("ServiceFailure", iam.create_user, UserName="alice")

    call = emulator.calls("CreateUser")[0]
    assert (call["applied"], call["status"]) == (True, 500)
    assert users(iam) == ["alice"]


def test_a_rule_may_fit_every_action_of_a_service(emulator: Emulator, iam: Any, sts: Any, refused: Refused) -> None:
    emulator.rules([{"action": "*", "service": "iam", "error": {"code": "Throttling"}}])

    refused("Throttling", iam.list_users)
    refused("Throttling", iam.list_groups)
    sts.get_caller_identity()


def test_a_rule_may_be_for_one_aws_account(emulator: Emulator, iam: Any, refused: Refused) -> None:
    emulator.rules([{"action": "*", "account": "210987654321", "error": {"code": "Throttling"}}])
    iam.list_users()
    emulator.rules([{"action": "*", "account": "123456789012", "error": {"code": "Throttling"}}])
    refused("Throttling", iam.list_users)


def test_a_rule_may_act_now_and_then(emulator: Emulator, iam: Any) -> None:
    emulator.rules([{"action": "ListUsers", "probability": 0.5, "error": {"code": "Throttling"}}])

    for _ in range(60):
        try:
            iam.list_users()
        except ClientError:
            continue

    assert {call["error_code"] for call in emulator.calls("ListUsers")} == {None, "Throttling"}


@pytest.mark.parametrize(("when", "applied"), [("before", False), ("after", True)])
def test_a_connection_can_break(emulator: Emulator, iam: Any, when: str, applied: bool) -> None:
    emulator.rules([{"action": "CreateUser", "when": when, "truncate": True, "times": 1}])

    with pytest.raises((BotoCoreError, ResponseParserError)):
        iam.create_user(UserName="alice")

    assert emulator.calls("CreateUser")[0]["applied"] is applied
    assert users(iam) == (["alice"] if applied else [])


def test_an_answer_without_a_body_can_be_lost(emulator: Emulator) -> None:
    s3 = emulator.client("s3")
    s3.create_bucket(Bucket="acme-data")
    emulator.rules([{"action": "DeleteBucketPolicy", "when": "after", "truncate": True, "times": 1}])

    with pytest.raises(BotoCoreError):
        s3.delete_bucket_policy(Bucket="acme-data")

    assert emulator.calls("DeleteBucketPolicy")[0]["applied"] is True


def test_an_answer_can_be_late(emulator: Emulator, iam: Any) -> None:
    emulator.rules([{"action": "ListUsers", "delay_s": 0.2}])
    started = time.monotonic()

    iam.list_users()

    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize(("when", "applied"), [("before", False), ("after", True)])
def test_a_held_call_waits_and_blocks_nobody(emulator: Emulator, iam: Any, when: str, applied: bool) -> None:
    emulator.rules([{"action": "CreateUser", "when": when, "hold": True}])

    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(iam.create_user, UserName=name) for name in ("alice", "bob")]
        emulator.wait_for_calls("CreateUser", state="held", count=2)
        assert [call["applied"] for call in emulator.calls("CreateUser")] == [applied, applied]
        assert users(iam) == (["alice", "bob"] if applied else [])
        emulator.rules([])
        emulator.release()
        assert {done.result(10)["User"]["UserName"] for done in held} == {"alice", "bob"}

    assert users(iam) == ["alice", "bob"]


def test_what_comes_after_a_release_is_held_again(emulator: Emulator, iam: Any) -> None:
    emulator.rules([{"action": "ListUsers", "hold": True, "times": 2}])

    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            held = pool.submit(iam.list_users)
            emulator.wait_for_calls("ListUsers", state="held")
            emulator.release()
            held.result(10)

    iam.list_users()


@pytest.mark.parametrize(("when", "applied"), [("before", False), ("after", True)])
def test_a_killed_client_abandons_its_call(emulator: Emulator, iam: Any, when: str, applied: bool) -> None:
    emulator.rules([{"action": "CreateUser", "when": when, "hold": True}])
    client = subprocess.Popen([sys.executable, "-c", CALL_AND_WAIT, emulator.url])
    emulator.wait_for_calls("CreateUser", state="held")

    client.kill()
    client.wait()

    [call] = emulator.wait_for_calls("CreateUser", state="abandoned")
    assert (call["applied"], call["status"]) == (applied, None)
    emulator.release()
    assert users(iam) == (["alice"] if applied else [])


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"action": "*", "when": "sometimes"},
        {"action": "*", "error": {"text": "x"}},
        {"action": "*", "listing": "backwards"},
        {"action": "*", "listing": "split", "when": "after"},
        {"action": "*", "x": 1},
    ],
)
def test_a_rule_that_is_none_is_refused(emulator: Emulator, rule: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as caught:
        emulator.rules([rule])

    assert caught.value.code == 400
    caught.value.close()


def test_many_clients_at_once(emulator: Emulator, iam: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: iam.create_user(UserName=f"u{n}"), range(40)))

    assert len(users(iam)) == 40
    assert len({call["n"] for call in emulator.calls("CreateUser")}) == 40
