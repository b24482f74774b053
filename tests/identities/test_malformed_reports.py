"""Answers with status 200 that aren't AWS's: their source fails with a sentence, and nothing is written over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import AwsAccount
from emulator.process import Emulator
from identities.credentials import report
from identities.credentials.report import lines_of
from identities.mirrors import IamDetails
from identities.models import IamAccount, ReportedUser, RootUser
from sync.models import Revision, Run
from tests.services.credentials import pull
from tests.services.pulling import pull_all
from tests.services.rows import make_user

pytestmark = pytest.mark.django_db

SOURCE = "iam.credential_report"
HEAD = (
    "user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated,"
    "cert_1_active,cert_1_last_rotated"
)
ROOT = "<root_account>,arn:aws:iam::123456789012:root,2019-01-01T00:00:00Z,not_supported,true,false,N/A,false,N/A"
JANE = "jane,arn:aws:iam::123456789012:user/jane,2025-03-01T09:30:00Z,true,true,true,2025-03-01T09:30:00Z,false,N/A"
GOOD = "\n".join([HEAD, ROOT, JANE])


@pytest.fixture
def answer(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the call for the report gives: a good one to begin with, which was pulled."""
    make_user(aws_account, "jane")
    said: dict[str, Any] = {"Content": GOOD.encode(), "GeneratedTime": datetime(2026, 11, 20, 10, tzinfo=UTC)}
    monkeypatch.setattr(report, "_fetched", lambda client: said)
    pull(aws_account, SOURCE)
    return said


def picture() -> list[Any]:
    rows = [list(model.objects.order_by("pk").values()) for model in (RootUser, ReportedUser)]
    return [*rows, Revision.objects.count()]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "it has no column user"),
        ("<html><body>Sign in</body></html>", "it has no column user"),
        ('{"Content": "x"}', "it has no column user"),
        (GOOD.replace("mfa_active,", ""), "it has no column mfa_active"),
        (GOOD.replace("access_key_1_active", "key_1"), "it has no column access_key_1_active"),
        (HEAD, "it breaks off"),
        (GOOD[:-8], "it breaks off"),
        (f'{GOOD}\n"kim', "unexpected end of data"),
        ("\xff\xfe", "can't decode byte"),
    ],
)
def test_what_is_no_report_fails_and_changes_nothing(
    aws_account: AwsAccount, answer: dict[str, Any], content: str, why: str
) -> None:
    before = picture()
    answer["Content"] = content.encode("latin-1")
    run = pull_all(aws_account, source=SOURCE)
    assert (run.state, run.error["class"]) == (Run.State.FAILED, "MalformedAnswerError")
    assert "It can't be read as a credential report: " in run.error["sentence"]
    assert why in run.error["sentence"]
    assert picture() == before


def test_a_report_without_its_time(aws_account: AwsAccount, answer: dict[str, Any]) -> None:
    del answer["GeneratedTime"]
    assert "It doesn't say when it was made." in pull_all(aws_account, source=SOURCE).error["sentence"]


def test_a_line_with_a_cell_too_many_is_left_out(aws_account: AwsAccount, answer: dict[str, Any]) -> None:
    answer["Content"] = "\n".join([HEAD, f"a,b{JANE}", ROOT, JANE]).encode()
    run = pull(aws_account, SOURCE)
    assert (run.seen, run.changed) == (2, 0)
    assert "Left out: the line of a, which has not one cell for each column." in str(run.log)


def test_a_cell_that_is_garbage_is_nothing(aws_account: AwsAccount, answer: dict[str, Any]) -> None:
    answer["Content"] = GOOD.replace("2025-03-01T09:30:00Z,false,N/A", "0001-01-01T00:00:00+23:59,\x00,?").encode()
    pull(aws_account, SOURCE)
    [key] = ReportedUser.objects.get().keys
    assert (key["active"], key["rotated_at"]) == (True, None)


def test_names_with_commas() -> None:
    lines, remarks = lines_of(f'{GOOD}\n"kim,lee"{JANE[4:]}'.encode())
    assert ([line["user"] for line in lines], remarks) == (["<root_account>", "jane", "kim,lee"], [])


# ---- The summary ---------------------------------------------------------------------------------------------


def test_a_summary_without_counters(
    aws_account: AwsAccount, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull(aws_account, "iam.summary")
    before = IamAccount.objects.get().summary
    monkeypatch.setattr("sync.aws.client.AwsClient.call", lambda *_, **__: {})
    run = pull_all(aws_account, source="iam.summary")
    assert (run.state, run.error["class"]) == (Run.State.FAILED, "MalformedAnswerError")
    assert "It has no counters." in run.error["sentence"]
    assert IamAccount.objects.get().summary == before


def test_counters_beyond_any_account_only_hide_the_progress(
    aws_account: AwsAccount, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IamDetails, "expected", lambda *_: 4 * (2**31 - 1))
    assert pull(aws_account, "iam.details").expected is None
