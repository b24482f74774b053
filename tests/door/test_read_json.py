"""Answers in JSON (Organizations, Account Management): what isn't one is refused, and not taken for an empty one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from hypothesis import given
from hypothesis import strategies as st

from sync.aws.answers import _Parsers
from sync.aws.translation import Sending, translate

ORGANIZATIONS = botocore.session.get_session().get_service_model("organizations")
PARSER = _Parsers().create_parser("json")


def read(operation: str, body: bytes, status: int = 200) -> dict[str, Any]:
    response = {"body": body, "headers": {}, "status_code": status, "context": {}}
    parsed: dict[str, Any] = PARSER.parse(response, ORGANIZATIONS.operation_model(operation).output_shape)
    return parsed


def account(member: str) -> bytes:
    return f'{{"Account": {{{member}}}}}'.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>", b'{"Account": {"Id": "1', b"[]", b"null", b'"x"', b"7", b"\xff\xfe",
        b'{"Account": 3}', b'{"Account": [3]}', b'{"Account": {"Id": 7}}', b'{"Account": {"Id": {"a": "b"}}}',
        account('"JoinedTimestamp": 1e20'), account('"JoinedTimestamp": "now"'), account('"JoinedTimestamp": NaN'),
        account('"JoinedTimestamp": "0001-01-01T00:00:00+23:59"'), account('"JoinedTimestamp": []'),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(ResponseParserError):
        read("DescribeAccount", body)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner) |
                    st.dictionaries(st.sampled_from(["Accounts", "Id", "JoinedTimestamp"]), inner)))  # fmt: skip
def test_whatever_it_is_nothing_else_is_raised(value: Any) -> None:
    with suppress(ResponseParserError):
        read("ListAccounts", json.dumps(value).encode())


def test_an_answer_is_read() -> None:
    assert read("DescribeAccount", account('"Id": "1", "Newer": 3'))["Account"] == {"Id": "1"}


def test_a_refusal_without_words_can_be_kept() -> None:
    """PostgreSQL takes no NUL: a run that could not even keep why it failed began again for ever."""
    error: Any = read("DescribeAccount", b'{"__type": "Odd\\u0000Exception", "message": "no\\u0000"}', status=400)
    sending = Sending("organizations", "DescribeAccount", "123456789012", write=False)
    assert "\x00" not in str(translate(ClientError(error, "DescribeAccount"), sending))
