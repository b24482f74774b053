"""An operator at work: reads pages in one window, and writes a little in another. Each visit is timed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPMessage
from time import perf_counter
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

EMAIL, PASSWORD = "erin@example.org", "only for this benchmark"
PAUSE_S = 0.05  # to look at what came

Visit = Callable[[], object]
Times = dict[str, list[float]]  # seconds of each visit, by its name


def make_operator() -> None:
    """An editor; by the command, in a process of its own, as the password comes through a pipe."""
    options = ["--email", EMAIL, "--name", "Erin", "--role", "editor", "--account", "all", "--demo", "--password-stdin"]
    command = [sys.executable, "manage.py", "create_operator", *options]
    subprocess.run(command, input=PASSWORD.encode(), stdout=subprocess.DEVNULL, check=True)


class Visitor:
    """The AWS account must have been pulled."""

    def __init__(self, aws_account: Any, port: int) -> None:
        from accounts.models import Operator
        from policies.models import ManagedPolicy

        self._port = port
        self._cookies = {"csrftoken": "c" * 32}
        self._person = Operator.objects.get(email=EMAIL)
        self._policy = ManagedPolicy.objects.filter(is_aws=False).earliest("pk")
        self._proposed = 0
        self._sign_in()
        here = f"/aws/{aws_account.account_id}"
        policy = f"{here}/policies/{self._policy.aws_id}"
        pages = {
            "overview": f"{here}/",
            "users": f"{here}/users/?q=user-1",
            "policies": f"{here}/policies/",
            "a policy": f"{policy}/",
            "changes": f"{here}/changes/",
            "pulls": f"{here}/pulls/",
        }
        self._reads: dict[str, Visit] = {name: self._get(path) for name, path in pages.items()}
        self._writes: dict[str, Visit] = {
            "propose": self._propose(f"{policy}/do/edit/"),
            "session": self._write_session,
        }

    def no_times(self) -> Times:
        return {name: [] for name in (*self._reads, *self._writes)}

    def visit_until(self, is_over: Callable[[], bool], times: Times) -> None:
        with ThreadPoolExecutor(2) as windows:
            at_work = [windows.submit(_go_round, visits, is_over, times) for visits in (self._reads, self._writes)]
            for window in at_work:
                window.result()

    def _sign_in(self) -> None:
        typed = {"login": EMAIL, "password": PASSWORD}
        for cookie in self.post("/auth/login/", typed).get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value

    def _get(self, path: str) -> Visit:
        return lambda: self._ask("GET", path, expected=200)

    def _propose(self, path: str) -> Visit:
        def propose() -> None:
            self._proposed += 1
            statement = {"Effect": "Allow", "Action": f"s3:Put{self._proposed}", "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            self.post(path, {"title": "Edit", "document": document, "base": self._policy.default_version})

        return propose

    def _write_session(self) -> None:
        """What a sign-in writes: a session, and an entry in the audit trail."""
        from django.contrib.sessions.backends.db import SessionStore
        from django.db import transaction

        from accounts import audit

        with transaction.atomic():
            SessionStore().create()
            audit.record("operator.signed_in", actor=self._person, data={"how": "password"})

    def post(self, path: str, typed: Mapping[str, str] = MappingProxyType({})) -> HTTPMessage:
        body = urlencode({**typed, "csrfmiddlewaretoken": self._cookies["csrftoken"]})
        return self._ask("POST", path, expected=302, body=body)

    def _ask(self, method: str, path: str, *, expected: int, body: str | None = None) -> HTTPMessage:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status != expected:
            sys.exit(f"{method} {path} answered {answer.status}: {said[-500:].decode()}")
        return answer.headers


def _go_round(visits: dict[str, Visit], is_over: Callable[[], bool], times: Times) -> None:
    while not is_over():
        for name, visit in visits.items():
            began = perf_counter()
            visit()
            times[name].append(perf_counter() - began)
            time.sleep(PAUSE_S)
