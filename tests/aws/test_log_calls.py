from __future__ import annotations

import io
import logging
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import AwsAccount
from emulator.process import Emulator
from iamconsole.logs import JsonFormatter, WithoutExpected
from sync.aws import errors
from sync.aws.client import reader, writer


def lines(caplog: pytest.LogCaptureFixture, operation: str) -> list[Any]:
    return [
        record
        for record in caplog.records
        if record.name == "iamconsole.aws" and vars(record)["operation"] == operation
    ]


@pytest.fixture(autouse=True)
def log_everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_a_call_leaves_a_line(emulator: Emulator, aws_account: AwsAccount, caplog: pytest.LogCaptureFixture) -> None:
    reader(aws_account).call("iam", "ListUsers")
    (line,) = lines(caplog, "ListUsers")
    assert (line.aws_account, line.tier, line.service, line.outcome, line.tries) == (
        "123456789012",
        "read",
        "iam",
        "ok",
        1,
    )
    assert line.aws_request_id
    assert line.duration_ms >= 0
    assert len(lines(caplog, "GetCallerIdentity")) == 1


def test_a_call_that_fails_leaves_a_line(
    emulator: Emulator, aws_account: AwsAccount, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.rules([{"action": "ListUsers", "error": {"code": "AccessDenied", "status": 403}}])
    with pytest.raises(errors.AccessDeniedError):
        reader(aws_account).call("iam", "ListUsers")
    (line,) = lines(caplog, "ListUsers")
    assert (line.outcome, line.levelname) == ("AccessDeniedError", "WARNING")
    assert line.aws_request_id


def test_a_line_tells_which_change_it_was_for_and_how_often_it_was_sent(
    emulator: Emulator, aws_account: AwsAccount, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.client("iam").create_user(UserName="eve")
    fault = {"code": "ServiceFailure", "status": 500}
    emulator.rules([{"action": "TagUser", "error": fault, "times": 1}])
    client = writer(aws_account, change_id=7, operator="alice@example.org")
    client.call("iam", "TagUser", UserName="eve", Tags=[{"Key": "team", "Value": "x"}])
    (line,) = lines(caplog, "TagUser")
    assert (line.session, line.tier, line.tries) == ("change-7-alice@example.org", "write", 2)


def test_no_line_holds_a_secret(emulator: Emulator, aws_account: AwsAccount, caplog: pytest.LogCaptureFixture) -> None:
    emulator.client("iam").create_user(UserName="eve")
    client = writer(aws_account, change_id=7, operator="alice@example.org")
    secret = client.call("iam", "CreateAccessKey", UserName="eve")["AccessKey"]["SecretAccessKey"].open()
    client.call("iam", "CreateLoginProfile", UserName="eve", Password="correct-Horse-7-battery")
    with pytest.raises(errors.AlreadyExists):
        client.call("iam", "CreateLoginProfile", UserName="eve", Password="correct-Horse-7-battery")
    written = "\n".join(JsonFormatter().format(record) for record in caplog.records)
    assert "CreateLoginProfile" in written
    assert secret not in written
    assert "correct-Horse" not in written


@pytest.mark.parametrize(
    ("error", "has_traceback"),
    [
        (errors.AwsError("Incorrect username or password.", code="NotAuthorizedException"), False),
        (PermissionDenied("This isn't for helpdesk."), False),
        (KeyError("a fault of the console"), True),
    ],
)
def test_a_refusal_is_a_line_without_a_traceback(error: Exception, has_traceback: bool) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithoutExpected())
    try:
        raise error
    except Exception:
        record = logging.LogRecord("t", logging.WARNING, "", 0, "Forbidden: %s", ("/people/",), sys.exc_info())
    handler.handle(record)
    said = stream.getvalue()
    assert ("Traceback" in said) is has_traceback
    assert said.startswith("Forbidden: /people/") and str(error) in said


def test_the_console_logs_so() -> None:
    assert settings.LOGGING["handlers"]["stream"]["filters"] == ["expected", "cause"]
