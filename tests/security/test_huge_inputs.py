"""What is huge, deep or twisted on purpose costs the console little."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from iamconsole.web.diff import document_diff, json_lines
from policies.engine.document import parse
from tests.conftest import ACCOUNT_ID
from tests.services.statements import allowing

DEEP = "[" * 100_000


@contextmanager
def quickly(seconds: float = 2) -> Iterator[None]:
    """Of this thread's own time. Far more than it takes, far less than it would without a limit."""
    started = time.thread_time()
    yield
    assert time.thread_time() - started < seconds


def test_documents_made_of_few_lines_again_and_again() -> None:
    with quickly():
        lines = document_diff(allowing(["s:a", "s:b"] * 500), allowing(["s:b", "s:b", "s:a"] * 333))
    assert {line.sign for line in lines} >= {"+", "-"}


def test_quotes_that_never_close() -> None:
    with quickly():
        (line,) = json_lines('"' + '\\"' * 20_000)
    assert line.html.count("&quot;") == 20_001


def test_a_deep_document_is_laid_out_as_it_is() -> None:
    assert document_diff(DEEP, DEEP) == []
    assert document_diff("[]", DEEP)


def test_as_many_problems_as_one_can_read() -> None:
    with quickly(5):
        problems = parse('{"Version": "2012-10-17", "Statement": [' + ",".join(["{}"] * 80_000) + "]}").problems
    assert 10 < len(problems) <= 200


def test_a_draft_longer_than_aws_takes(
    aws_account: AwsAccount, erin: Operator, client_of: Callable[..., Client]
) -> None:
    url = reverse("document_check", kwargs={"account_id": ACCOUNT_ID})
    with quickly(4):
        answer = client_of(erin).post(url, {"document": '{"a":[' + "1," * 1_100_000})
    assert answer.status_code == 200
    assert "longer than" in answer.content.decode()


def test_more_than_a_form_may_hold(client: Client, db: None) -> None:
    assert client.post("/auth/login/", {"login": "x" * 3_000_000}).status_code == 413


def test_files_are_not_even_received(client: Client, db: None, tmp_path: object) -> None:
    answer = client.post("/auth/login/", {"login": "x", "file": SimpleUploadedFile("big", b"x" * 3_000_000)})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "query", ["q=" + "x" * 100_000, "sort=" + "x" * 9999, "after=" + "x" * 9999, "rows=" + "9" * 9999]
)
def test_long_questions(aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client], query: str) -> None:
    assert client_of(bob).get(f"/aws/{ACCOUNT_ID}/users/?{query}").status_code == 200
