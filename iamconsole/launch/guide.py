"""The first steps of a started console, as its own process: waits for each part, fills the demo, says where to go.

Everything here goes through the front doors: the sample is made over HTTP, operator and AWS account by the commands
that everybody has, the pull by a worker. Doing it again changes nothing.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

from iamconsole.env import env, secret
from iamconsole.launch.steps import say, step

OPERATOR = "demo@acme.example"
# The services of which Acme has resources with policies.
_SERVICES = ["s3", "kms", "sqs", "sns", "secretsmanager", "dynamodb", "rolesanywhere", "cloudformation"]


def main() -> None:
    django.setup()
    address = f"http://127.0.0.1:{env.int('PORT')}"
    emulator = settings.AWS_EMULATOR_URL
    sample: dict[str, Any] = {}
    if emulator:
        with step("Emulated AWS"):
            _await(f"{emulator}/_emulator/health")
        sample = _fill_emulator(emulator)
    with step("Web"):
        _await(f"{address}/health/")
    if emulator:
        password = _fill_console(sample)
        say(f"\n  {address}\n  Sign in as {OPERATOR} with the password {password}\n\n  Ctrl-C stops everything.")
    else:
        say(f"\n  {address}\n  Sign in, then connect your AWS account. Your first operator (in another terminal):")
        say(
            "  .venv/bin/python manage.py create_operator --email you@example.org --name You --role owner --account all"
        )
        say("\n  Ctrl-C stops everything.")
    if "--once" not in sys.argv:  # the supervisor of `make run` stops everything when one process ends
        signal.pause()


def _fill_emulator(url: str) -> dict[str, Any]:
    """Makes the sample organization there; returns what `emulator.sample_estate` says of it."""
    with step("Sample organization Acme"):
        filled = subprocess.run(
            [sys.executable, "-m", "emulator.sample_estate"],
            env={**os.environ, "AWS_EMULATOR_URL": url},
            stdout=subprocess.PIPE,
            check=True,
        )
    sample: dict[str, Any] = json.loads(filled.stdout)
    return sample


def _fill_console(sample: dict[str, Any]) -> str:
    """The demo operator, the AWS accounts, and their first pulls by a worker; returns the operator's password."""
    accounts: list[dict[str, Any]] = sample["accounts"]
    password = secret("DEMO_PASSWORD", production=False)[:16]
    with step(f"Operator and {len(accounts)} AWS accounts"):
        operator = {"email": OPERATOR, "name": "Demo Operator", "role": "owner", "account": "all"}
        _command("create_operator", **operator, demo=True, password_stdin=True, typed=password)
        are_new = [_connect(options) for options in accounts]
        _command("enter_queue", account=accounts[0]["account"], url=sample["queue"])
    with step("Pull by a worker"):
        pulled = _pull()
    if are_new[0]:
        _read_state(accounts[0]["account"], sample["state_name"], sample["state"])
    say("  Pull by a worker: {seen:,} objects, {new} new, {changed} changed, {gone} gone".format(**pulled))
    return password


def _connect(options: dict[str, Any]) -> bool:
    """Whether it wasn't connected before."""
    said = json.loads(_command("connect_account", **options, emulated=True, writes="on", json=True))
    _command("read_resources", account=options["account"], services=_SERVICES, regions=[options["region"]])
    return bool(said["connected_now"])


def _read_state(account_id: str, name: str, state: dict[str, Any]) -> None:
    """Once: a state that is read again takes the place of the one before."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(state, file)
        file.flush()
        _command("read_state", file.name, account=account_id, name=name)


def _pull() -> dict[str, int]:
    """Users, groups, roles and policies everywhere; what takes a call for each follows while pages are looked at."""
    runs: list[dict[str, Any]] = json.loads(_command("pull", source=["iam.details"], wait=True, json=True))
    return {figure: sum(run[figure] for run in runs) for figure in ("seen", "new", "changed", "gone")}


def _command(command: str, *arguments: str, typed: str = "", **options: Any) -> str:
    """What the command prints; `typed` is what it reads from its standard input."""
    kept, sys.stdin = sys.stdin, io.StringIO(f"{typed}\n")
    printed = io.StringIO()
    try:
        call_command(command, *arguments, **options, stdout=printed)
    finally:
        sys.stdin = kept
    return printed.getvalue()


def _await(url: str, seconds: float = 60) -> None:
    """Returns when `url` answers; raises TimeoutError when it doesn't within `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310  our own address, on loopback
                return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"{url} didn't answer within {seconds:.0f} s.")


if __name__ == "__main__":
    main()
