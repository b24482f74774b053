"""What `bench.estate_pulls` starts: answers for many AWS accounts, and processes that read or pull them.

python -m bench.estate_puller USERS,GROUPS,ROLES,POLICIES      answers, as bench.replay does, also AssumeRole
python -m bench.estate_puller bare|pull ADDRESS ACCOUNTS NUMBER OF

The second prints a line when it is ready; after one line of its input it does its part, and prints another one.
"""

from __future__ import annotations

import os
import re
import sys
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from bench import replay
from bench.large_account import ACCOUNT_ID, FILTERS, Size, answer, pages

_KEY = re.compile(r"Credential=(\w+)/")


def account_ids(count: int) -> list[str]:
    return [f"2{number:011}" for number in range(count)]


class EstateReplay(replay.Replay):
    """The access key of a session names the AWS account that it is of."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = dict(parse_qsl(body.decode()))
        if asked["Action"] == "AssumeRole":
            self._tell(200, _session(asked["RoleArn"].split(":")[4]))
        elif asked["Action"] == "GetCallerIdentity":
            found = _KEY.search(self.headers.get("Authorization", ""))
            key = found[1] if found else ""
            self._tell(200, _identity(key.removeprefix("ASIA") if key.startswith("ASIA2") else ACCOUNT_ID))
        else:
            self.answer_to(asked)


def _session(account_id: str) -> bytes:
    credentials: Any = {
        "AccessKeyId": f"ASIA{account_id}",
        "SecretAccessKey": "bench",
        "SessionToken": "bench",
        "Expiration": "2099-01-01T00:00:00Z",
    }
    user: Any = {"AssumedRoleId": "AROA:x", "Arn": f"arn:aws:sts::{account_id}:assumed-role/console/x"}
    return answer("AssumeRole", {"Credentials": credentials, "AssumedRoleUser": user})


def _identity(account_id: str) -> bytes:
    described: Any = {
        "Arn": f"arn:aws:sts::{account_id}:assumed-role/console/x",
        "UserId": "AROACONSOLE:x",
        "Account": account_id,
    }
    return answer("GetCallerIdentity", described)


def serve(size: Size) -> None:
    for filters in (FILTERS, *replay.IN_PARTS):
        for number, page in enumerate(pages(size, filters=filters), 1):
            replay.Replay.listing[frozenset(filters), str(number) if number > 1 else ""] = page
    replay.Replay.others = replay.others_of(size)
    server = ThreadingHTTPServer(("127.0.0.1", 0), EstateReplay)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


# ---- The processes ---------------------------------------------------------------------------------------------------
def bare(address: str, count: int) -> None:
    import boto3

    keys: dict[str, Any] = {"aws_access_key_id": "bench", "aws_secret_access_key": "bench"}
    filters: Any = list(FILTERS)
    for _ in range(count):
        iam = boto3.client("iam", endpoint_url=address, region_name="us-east-1", **keys)
        asked = iam.get_paginator("get_account_authorization_details")
        for _ in asked.paginate(Filter=filters, PaginationConfig={"PageSize": 1000}):
            pass


def make_accounts(count: int) -> None:
    """And the first run of each."""
    from accounts.models import AwsAccount
    from sync import pull
    from sync.models import Run

    for account_id in account_ids(count):
        aws_account = AwsAccount.objects.create(
            account_id=account_id,
            name=f"Account {account_id}",
            connection=AwsAccount.Connection.ASSUME_ROLE,
            read_role_arn=f"arn:aws:iam::{account_id}:role/console",
            emulated=True,
            pull_every_minutes=0,
        )
        pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False)
    Run.objects.update(rests=False)


def work_off() -> None:
    """As a worker does, but for what follows a pull: findings, and further sources."""
    from sync import pull
    from sync.models import Run

    while True:
        waiting = list(pull.runs_in_turn())
        if not any(pull.finish(pk, progress=lambda run: None) for pk in waiting) and not waiting:
            break
    if failed := Run.objects.filter(state=Run.State.FAILED).first():
        sys.exit(f"A pull failed: {failed.error}")


def main() -> None:
    what, address, accounts, number, of = sys.argv[1:]
    count = int(accounts)
    if what == "pull":
        os.environ |= {"DJANGO_SETTINGS_MODULE": "iamconsole.settings", "AWS_EMULATOR_URL": address}
        import django

        django.setup()
        if int(number) == 0:
            make_accounts(count)
    print("ready", flush=True)
    sys.stdin.readline()
    if what == "bare":
        bare(address, count // int(of) + (int(number) < count % int(of)))
    else:
        work_off()
    print("done", flush=True)


if __name__ == "__main__":
    if len(sys.argv) == 2:
        serve(Size.parse(sys.argv[1]))
    else:
        main()
