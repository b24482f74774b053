"""The main job as docs/api.md has it, word for word: its commands are run, and a person approves in between."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AwsAccount, Operator
from sync import changes as service
from sync.models import Change
from tests.cognito.rows import make_person, make_pool
from tests.services.changing import worked
from tests.services.tokens import make_token

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)


def answers(block: str, **variables: str) -> list[Any]:
    """What the commands of a block print."""
    done = subprocess.run(["sh", "-ec", block], env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    decoder, found, text = json.JSONDecoder(), [], done.stdout.strip()
    while text:
        answer, end = decoder.raw_decode(text)
        found.append(answer)
        text = text[end:].lstrip()
    return found


def known_to(url: str, operator: Operator, aws_account: AwsAccount) -> dict[str, str]:
    path = "/usr/local/bin:/usr/bin:/bin"
    return {"PATH": path, "CONSOLE": url, "TOKEN": make_token(operator)[1], "ACCOUNT": aws_account.account_id}


@pytest.mark.django_db(transaction=True)
def test_from_a_user_to_an_applied_change(
    iam: Any, aws_account: AwsAccount, alice: Operator, anton: Operator, live_server: Any
) -> None:
    AwsAccount.objects.update(approvals_required=1)
    finding, proposing, reading, applying, *_ = BLOCKS
    known = known_to(live_server.url, alice, aws_account)
    users, who, policies = answers(finding, **known)
    assert [each["name"] for each in users["items"]] == ["jane"]
    assert "jane" in [each["name"] for each in who["items"]]
    [policy] = [each for each in policies["items"] if each["name"] == "reports-read"]
    [proposed], [again] = (answers(proposing, **known, POLICY=policy["id"]) for _ in range(2))
    assert proposed == again
    assert Change.objects.count() == 1
    known |= {"CHANGE": str(proposed["id"]), "DIGEST": proposed["digest"]}
    [plan] = answers(reading, **known)
    assert plan["against"] != []
    assert plan["access"]["summary"]
    [refused] = answers(applying, **known)
    assert refused["status"] == 409
    service.approve(change=Change.objects.get(), actor=anton)  # as its page does
    [applied] = answers(applying, **known)
    assert applied["state"] == "queued"
    assert worked(Change.objects.get()).state == Change.State.APPLIED
    document = iam.get_policy_version(PolicyArn=policy["arn"], VersionId="v2")["PolicyVersion"]["Document"]
    assert document["Statement"][0]["Resource"] == "arn:aws:s3:::reports-2/*"


@pytest.mark.django_db(transaction=True)
def test_a_denial_and_people(iam: Any, aws_account: AwsAccount, alice: Operator, live_server: Any) -> None:
    *_, denied, one, table = BLOCKS
    pool = make_pool(aws_account, pool_id="us-east-1_customers")
    known = known_to(live_server.url, alice, aws_account)
    [why] = answers(denied, **known)
    assert why["headline"].startswith("Denied: no policy of jane allows s3:PutObject on arn:aws:s3:::reports-2/a")
    known |= {"POOL": pool.aws_id, "PERSON": make_person(pool, "jane", words="jane").aws_id}
    [cared], [imported] = answers(one, **known), answers(table, **known)
    assert (cared["state"], imported["title"]) == ("proposed", "Update 1 person from CSV")
