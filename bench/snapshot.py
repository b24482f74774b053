"""Importing large files: how much memory it takes, and how long an object takes, as the file grows.

python -m bench.snapshot [--quick]

prints a table for people and a line of JSON. Each import is a new process (`manage.py import_snapshot`) with a new
SQLite database. Its peak must not grow with the file. `--quick` is for small machines: smaller files.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.pull import migrate

ACCOUNT = "123456789012"
MB = 1024 * 1024
SIZES_MB, QUICK_SIZES_MB = (50, 200), (5, 20)
MOST_GROWTH = 1.15  # of the peak, from the smaller file to the larger one
USERS_EACH_ROLE = 4
GROUPS = 200


@dataclass(frozen=True)
class Figures:
    file_mb: float
    objects: int
    seconds: float
    cpu_s: float  # of the import's own process: what else the machine does doesn't count
    peak_mb: float

    @property
    def ms_each(self) -> float:
        return self.cpu_s / self.objects * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.snapshot")
    parser.add_argument("--quick", action="store_true")
    sizes = QUICK_SIZES_MB if parser.parse_args().quick else SIZES_MB
    found = [measure(size * MB) for size in sizes]
    print(f"{'file':>8} {'objects':>9} {'time':>9} {'CPU each':>9} {'peak':>8}")
    for each in found:
        print(
            f"{each.file_mb:>5.0f} MB {each.objects:>9,} {each.seconds:>7.1f} s {each.ms_each:>6.2f} ms "
            f"{each.peak_mb:>5.0f} MB"
        )
    growth = found[-1].peak_mb / found[0].peak_mb
    print(
        f"The peak grows by {growth:.2f} × (at most {MOST_GROWTH}) while the file grows by {sizes[-1] / sizes[0]:g} ×."
    )
    print(json.dumps({"bench": "snapshot", "growth": growth, "figures": [asdict(each) for each in found]}))
    if growth > MOST_GROWTH:
        sys.exit("The memory grows with the file.")


def measure(size: int) -> Figures:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        env = {"IAMCONSOLE_STATE": str(Path(folder) / "state")}
        migrate(env)
        path = Path(folder) / "details.json"
        objects = write(path, size)
        began = perf_counter()
        command = [sys.executable, "manage.py", "import_snapshot", str(path), "--account", ACCOUNT, "--json"]
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit("The import failed.")
        took, cpu = perf_counter() - began, usage.ru_utime + usage.ru_stime
        return Figures(path.stat().st_size / MB, objects, took, cpu, usage.ru_maxrss / 1024)


def write(path: Path, size: int) -> int:
    """A file of about that size, as the AWS CLI prints it; returns how many objects are in it."""
    count = size // len(json.dumps(user(0), indent=4))
    lists = {
        "UserDetailList": (user(number) for number in range(count * USERS_EACH_ROLE // (USERS_EACH_ROLE + 1))),
        "GroupDetailList": (group(number) for number in range(GROUPS)),
        "RoleDetailList": (role(number) for number in range(count // (USERS_EACH_ROLE + 1))),
        "Policies": (policy(number) for number in range(GROUPS)),
    }
    written = 0
    with path.open("w") as file:
        for place, (key, objects) in enumerate(lists.items()):
            file.write(f'{"," if place else "{"}\n    "{key}": [')
            written += _write_list(file.write, objects)
            file.write("]")
        file.write("}\n")
    return written


def _write_list(say: Any, objects: Iterator[dict[str, Any]]) -> int:
    number = 0
    for number, each in enumerate(objects, start=1):
        say(("," if number > 1 else "") + json.dumps(each, indent=4))
    return number


def user(number: int) -> dict[str, Any]:
    named = _named("User", "AIDA", number)
    return named | {
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": document(number, 5)}],
        "GroupList": [f"group-{number % GROUPS}"],
        "AttachedManagedPolicies": [{"PolicyName": "policy-1", "PolicyArn": _arn("policy", "policy-1")}],
        "Tags": [{"Key": "team", "Value": f"team-{number % 50}"}],
    }


def group(number: int) -> dict[str, Any]:
    attached = [{"PolicyName": f"policy-{number}", "PolicyArn": _arn("policy", f"policy-{number}")}]
    return _named("Group", "AGPA", number) | {"GroupPolicyList": [], "AttachedManagedPolicies": attached}


def role(number: int) -> dict[str, Any]:
    principal = {"Service": "lambda.amazonaws.com"}
    trust = {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}
    return _named("Role", "AROA", number) | {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", **trust},
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(-number, 5)}],
        "AttachedManagedPolicies": [],
        "InstanceProfileList": [],
        "Tags": [],
    }


def policy(number: int) -> dict[str, Any]:
    version = {"Document": document(number, 10), "VersionId": "v1", "IsDefaultVersion": True}
    return _named("Policy", "ANPA", number) | {"DefaultVersionId": "v1", "PolicyVersionList": [version]}


def document(seed: int, statements: int) -> dict[str, Any]:
    actions = ["s3:GetObject", "s3:ListBucket", "dynamodb:Query"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::bucket-{seed}-{number}/*"}
            for number in range(statements)
        ],
    }


def _named(noun: str, prefix: str, number: int) -> dict[str, Any]:
    name = f"{noun.lower()}-{number}"
    return {
        "Path": "/",
        f"{noun}Name": name,
        f"{noun}Id": f"{prefix}{number:017}",
        "Arn": _arn(noun.lower(), name),
        "CreateDate": "2025-03-04T16:42:00+00:00",
    }


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


if __name__ == "__main__":
    main()
