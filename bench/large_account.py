"""Fills the state file of an emulator with a large AWS account, in a moment (by HTTP it would take a minute).

python -m bench.large_account FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from threading import RLock
from typing import Any

from moto.iam.models import iam_backends

from iamconsole.demo import iam
from iamconsole.demo.state import StateFile

ACCOUNT_ID = "123456789012"
USERS, GROUPS, ROLES, POLICIES = 1500, 150, 900, 450
OBJECTS = USERS + GROUPS + ROLES + POLICIES


def main(path: Path) -> None:
    iam.install()
    state = StateFile(path, lock=RLock())
    state.load()
    fill(iam_backends[ACCOUNT_ID]["aws"])
    state.changed()
    state.close()


def fill(backend: Any) -> None:
    for number in range(POLICIES):
        backend.create_policy("", "/", _allow(f"s3:Get{number}"), f"policy-{number}", [])
    for number in range(GROUPS):
        backend.create_group(f"group-{number}")
        backend.attach_group_policy(_arn(number), f"group-{number}")
    for number in range(USERS):
        name = f"user-{number}"
        backend.create_user("us-east-1", name, "/", [{"Key": "team", "Value": f"team-{number % 40}"}])
        backend.add_user_to_group(f"group-{number % GROUPS}", name)
        backend.add_user_to_group(f"group-{(number + 7) % GROUPS}", name)
        if number % 5 == 0:
            backend.put_user_policy(name, "own", _allow(f"sqs:Send{number}"))
    for number in range(ROLES):
        name = f"role-{number}"
        backend.create_role(name, _trust(), "/", None, "", [], None)
        backend.attach_role_policy(_arn(number), name)
        backend.attach_role_policy(_arn(number + 3), name)
        backend.put_role_policy(name, "own", _allow(f"logs:Put{number}"))


def _arn(number: int) -> str:
    return f"arn:aws:iam::{ACCOUNT_ID}:policy/policy-{number % POLICIES}"


def _allow(action: str) -> str:
    statements = [
        {
            "Sid": f"S{part}",
            "Effect": "Allow",
            "Action": [action, f"ec2:Describe{part}"],
            "Resource": f"arn:aws:s3:::b{part}/*",
        }
        for part in range(4)
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _trust() -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
