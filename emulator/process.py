"""Start the emulator as a process, and steer it: for tests and for `make run`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config

from emulator.wellknown import ACCOUNT_ID, HOST_KEY_ID

HOST_SECRET = "emulator"  # noqa: S105 (the emulator takes any secret with this key)
REGION = "us-east-1"
_ROOT = Path(__file__).resolve().parents[1]
_START_S = 15.0
_STOP_S = 10.0
_making_clients = Lock()


@dataclass(frozen=True)
class Emulator:
    """An emulator that listens at `url`, which has its token."""

    url: str

    def client(self, service: str, **options: Any) -> Any:
        """A boto3 client that may do everything. `options` go to boto3: other credentials, a config.

        Without options everybody in this process gets the same one: see `own_client`.
        """
        return self.own_client(service, **options) if options else _shared_client(self, service)

    def own_client(self, service: str, **options: Any) -> Any:
        """A client of the caller's own, whose events may be registered for."""
        settings = {
            "endpoint_url": self.url,
            "region_name": REGION,
            "aws_access_key_id": HOST_KEY_ID,
            "aws_secret_access_key": HOST_SECRET,
            "config": Config(retries={"total_max_attempts": 1}),
        }
        # One session keeps what boto3 reads of AWS's models; making clients of one is not thread-safe.
        with _making_clients:
            client = _session().client(service, **(settings | options))
        if service == "s3control":
            _keep_host(client)
        return client

    def calls(self, action: str | None = None, *, since: int = 0) -> list[dict[str, Any]]:
        """The AWS calls it received, oldest first."""
        found: list[dict[str, Any]] = self._ask("GET", f"/_emulator/calls?since={since}")
        return [call for call in found if action in (None, call["action"])]

    def forget_calls(self) -> None:
        self._ask("DELETE", "/_emulator/calls")

    def rules(self, rules: list[dict[str, Any]]) -> None:
        """Replaces the fault rules; see `emulator.faults.Rule`."""
        self._ask("PUT", "/_emulator/rules", json.dumps(rules))

    def release(self) -> None:
        """Lets go of what is held now."""
        self._ask("POST", "/_emulator/release")

    def reset(self) -> None:
        """Empties AWS, the rules and the log, and turns enforcement off."""
        self._ask("POST", "/_emulator/reset")

    def keep(self) -> int:
        """Keeps AWS as it is now, for `put_back`; returns the number under which."""
        kept: int = self._ask("POST", "/_emulator/keep")["kept"]
        return kept

    def origin(self) -> int | None:
        """What AWS was kept as or put back to last; 0 when it was emptied, None when it has changed since."""
        origin: int | None = self._ask("GET", "/_emulator/origin")["origin"]
        return origin

    def put_back(self, kept: int) -> None:
        """Makes AWS what it was when it was kept. The rules and the log stay as they are."""
        self._ask("POST", "/_emulator/put-back", json.dumps({"kept": kept}))

    def describe_root(self, **facts: Any) -> None:
        """Makes the root user what `emulator.iam.root` is told."""
        self._ask("POST", "/_emulator/root", json.dumps(facts))

    def bring_in(self, pool_id: str, people: list[dict[str, Any]]) -> None:
        """People who were in that user pool before; see `emulator.cognito_idp.joining.bring_in`."""
        self._ask("POST", "/_emulator/people", json.dumps({"pool_id": pool_id, "people": people}))

    def identity_center(self, **facts: Any) -> dict[str, str]:
        """What no call does; see `emulator.identity_center.steer`."""
        answer: dict[str, str] = self._ask("POST", "/_emulator/identity-center", json.dumps(facts))
        return answer

    def trail(self, account_id: str = ACCOUNT_ID, **facts: Any) -> None:
        """How late CloudTrail is, what it takes, and what it has already; see `emulator.trail.steer`."""
        self._ask("POST", "/_emulator/trail", json.dumps({"account_id": account_id} | facts))

    def messages(self, *, since: int = 0) -> list[dict[str, Any]]:
        """What Cognito would have sent, oldest first, with the code or the password in `secret`."""
        found: list[dict[str, Any]] = self._ask("GET", f"/_emulator/outbox?since={since}")
        return found

    def enforce_iam(self, on: bool = True) -> None:
        """Whether callers need permissions from now on."""
        self._ask("POST", "/moto-api/reset-auth", "0" if on else "Infinity")

    def give_authorization_ids(self) -> None:
        """From now on IAM's denials have an authorization id (emulator.authorization_details)."""
        self._ask("POST", "/_emulator/authorization-ids", json.dumps({"on": True}))

    def activity(self, kind: str, name: str, *, at: str, **more: str) -> None:
        """What no call can make, such as a past sign-in; see `emulator.iam.note_activity`."""
        self._ask("POST", "/_emulator/activity", json.dumps({"kind": kind, "name": name, "at": at} | more))

    def wait_for_calls(
        self, action: str, *, state: str, count: int = 1, within_s: float = 10.0
    ) -> list[dict[str, Any]]:
        """The calls of that action, once so many are in that state: received, held, answered or abandoned."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            found = [call for call in self.calls(action) if call["state"] == state]
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise TimeoutError(f"No {count} calls of {action} were {state} within {within_s} s.")

    def _ask(self, method: str, path: str, body: str | None = None) -> Any:
        data = None if body is None else body.encode()
        headers = {"Content-Type": "application/json"}  # else moto takes the body for a form
        request = Request(self.url + path, data, headers, method=method)  # noqa: S310 (an address on loopback)
        with urlopen(request, timeout=10) as answer:  # noqa: S310 (an address on loopback)
            return json.loads(answer.read() or b"null")


def _keep_host(client: Any) -> None:
    """S3 Control puts the AWS account in front of the host, as AWS has it: no machine here is called so."""

    def without_account(request: Any, **_: Any) -> None:
        scheme, _, rest = request.url.partition("://")
        first, _, others = rest.partition(".")
        request.url = f"{scheme}://{others if first.isdecimal() and len(first) == _LONG else rest}"

    client.meta.events.register("before-sign.s3-control", without_account)


_LONG = 12  # digits of an AWS account


@cache
def _shared_client(emulator: Emulator, service: str) -> Any:
    return emulator.own_client(service)


@cache
def _session() -> Any:
    return boto3.session.Session()


@contextmanager
def start_emulator(*, state: Path | None = None, port: int = 0) -> Iterator[Emulator]:
    """Runs an emulator until the block ends. Port 0 takes a free one."""
    command = [sys.executable, "-m", "emulator", "--port", str(port), "--until-stdin-ends"]
    if state is not None:
        command += ["--state", str(state.resolve())]
    environment = {**os.environ, "EMULATOR_TOKEN": ""}  # it makes one, and prints it
    process = subprocess.Popen(  # noqa: S603 (our own module)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT, env=environment
    )
    try:
        yield Emulator(_address(process))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _address(process: subprocess.Popen[str]) -> str:
    """The address in the line that the emulator prints when it is ready, once it answers there."""
    line = process.stdout.readline() if process.stdout is not None else ""
    if "http://" not in line:
        raise RuntimeError(f"The emulator did not start; it ended with {process.wait(_STOP_S)}.")
    address = "http://" + line.strip().partition("http://")[2]
    deadline = time.monotonic() + _START_S
    while True:
        try:
            with urlopen(f"{address}/_emulator/health", timeout=1):  # noqa: S310 (an address on loopback)
                return address
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
